/* SPDX-License-Identifier: MIT */
/*
 * The server's half of the tutorial: socket, bind, listen, accept, write,
 * close, with a TLS handshake before the write. Here is the way there: what to
 * serve, where to listen, and the master, whose workers accept.
 */
#include <stdio.h>

#include "common/log.h"
#include "common/outcome.h"
#include "common/streams.h"
#include "server/limits.h"
#include "server/listener.h"
#include "server/master.h"
#include "server/options.h"
#include "server/privdrop.h"
#include "server/sandbox.h"
#include "server/service.h"

static void log_listening(const struct listener_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct log_line line;
		char text[ADDR_TEXT_MAX];

		log_begin(&line, LEVEL_INFO);
		log_field(&line, "msg", "listening");
		log_field(&line, "addr", "%s", addr_format(&set->item[i].at, text));
		log_end(&line);
	}
}

static void log_confinement(const struct privdrop *who, const char *sandbox)
{
	struct log_line line;

	log_begin(&line, LEVEL_INFO);
	log_field(&line, "msg", "workers are confined");
	log_field(&line, "uid", "%u", (unsigned)who->uid);
	log_field(&line, "gid", "%u", (unsigned)who->gid);
	log_field(&line, "sandbox", "%s", sandbox);
	log_end(&line);
}

static int serve(const struct server_options *o, struct outcome *oc)
{
	struct listener_set listeners;
	struct service *service;
	struct limits limits;
	struct privdrop who;
	char sandbox[SANDBOX_TEXT_MAX];
	int ret;

	/* What the workers could not have is said before anything is opened, and once. */
	privdrop_no_core();
	if (limits_apply(o, &limits, oc) != 0 ||
	    privdrop_resolve(o->user, o->group, &who, oc) != 0 ||
	    sandbox_probe(o->sandbox, sandbox, oc) != 0)
		return -1;
	service = service_load(o, oc);
	if (!service)
		return -1;
	if (listener_set_open(&listeners, o, oc) != 0) {
		service_free(service);
		return -1;
	}
	log_confinement(&who, sandbox);
	log_listening(&listeners);
	ret = master_run(o, &limits, &who, &listeners, service, oc);
	listener_set_close(&listeners);
	return ret;
}

int main(int argc, char *argv[])
{
	struct server_options options;
	struct outcome oc = OUTCOME_NONE;

	streams_prepare();
	if (server_options_parse(&options, argc, argv, &oc) == 0) {
		log_open(options.log_level);
		log_role("master");
		serve(&options, &oc);
	}
	if (oc.code == OC_OK)
		streams_finish(&oc);
	if (oc.code != OC_OK)
		outcome_print(stderr, "hello-server", &oc);
	return outcome_status(oc.code);
}
