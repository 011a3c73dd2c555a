/* SPDX-License-Identifier: MIT */
/*
 * hello-zoo: built from the same objects as hello-server, with bad certificates, or
 * with a table of states that misbehaves.
 */
#include <stdio.h>

#include "base/log.h"
#include "base/outcome.h"
#include "base/streams.h"
#include "server/listen/activation.h"
#include "server/options_check.h"
#include "server/serve.h"
#include "zoo/misbehave.h"
#include "zoo/options.h"
#include "zoo/zoo.h"

static int prepare(struct zoo_options *o, struct outcome *oc)
{
	if (o->folder && zoo_open(o, oc) != 0)
		return -1;
	if (server_optcheck(&o->server, oc) != 0)
		return -1;
	if (o->misbehave == MISBEHAVE_HUGE_GREETING)
		misbehave_enlarge(&o->server.service);
	return 0;
}

static void log_purpose(const struct zoo_options *o)
{
	if (o->folder)
		log_at(LEVEL_WARNING, "serving bad certificates on purpose: %s", o->folder);
	if (o->misbehave != MISBEHAVE_NONE)
		log_at(LEVEL_WARNING, "misbehaving on purpose: --misbehave %s",
		    misbehave_kinds[o->misbehave - 1]);
}

int main(int argc, char *argv[])
{
	/* These and what they point to live as long as the process. */
	static struct zoo_options options;
	static struct server server;
	struct outcome oc = OUTCOME_NONE;

	streams_prepare();
	activation_close_others();
	if (zoo_options_parse(&options, argc, argv, &oc) == 0 && prepare(&options, &oc) == 0) {
		log_open(options.server.log_level, options.server.log_format);
		log_role("master");
		if (serve_open(&server, &options.server, &oc) == 0) {
			log_purpose(&options);
			serve_run(&server, argv, &oc);
		}
	}
	if (oc.code == OC_OK)
		streams_finish(&oc);
	if (oc.code != OC_OK)
		outcome_print(stderr, "hello-zoo", &oc);
	return outcome_status(oc.code);
}
