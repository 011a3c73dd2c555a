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

static int serve(const struct server_options *o, struct outcome *oc)
{
	struct listener_set listeners;
	struct service *service;
	struct limits limits;
	int ret;

	if (limits_apply(o, &limits, oc) != 0)
		return -1;
	service = service_load(o, oc);
	if (!service)
		return -1;
	if (listener_set_open(&listeners, o, oc) != 0) {
		service_free(service);
		return -1;
	}
	log_listening(&listeners);
	ret = master_run(o, &limits, &listeners, service, oc);
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
