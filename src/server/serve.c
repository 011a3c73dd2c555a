/* SPDX-License-Identifier: MIT */
/*
 * The server's half of the tutorial: socket, bind, listen, accept, write, close, with a
 * TLS handshake before the write. This file prepares it: what to serve, where to
 * listen, and the master, whose workers accept. The calls themselves are in
 * server/listen/socket.c, tls/conn.c and tls/buffer.c.
 */
#include "server/serve.h"

#include <string.h>

#include "base/log.h"
#include "base/log_output.h"
#include "server/confine/confine.h"
#include "server/conn/reply.h"
#include "server/listen/activation.h"
#include "server/process/master.h"
#include "server/process/signals.h"
#include "server/service/cookie.h"
#include "tls/context.h"

static void log_listening(const char *what, const struct listener_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct log_line line;
		char text[LISTENER_TEXT_MAX];

		log_begin(&line, LEVEL_INFO);
		log_field(&line, "msg", "%s", what);
		log_field(&line, "addr", "%s", listener_format(&set->item[i], text));
		log_end(&line);
	}
}

/*
 * All that is requested is open. The socket units and the command line disagree: without this,
 * clients would wait at a socket that nobody serves.
 */
static void drop_unclaimed(struct activation *given)
{
	const char *name;

	while ((name = activation_discard(given)))
		log_at(LEVEL_WARNING,
		    "closed the inherited socket \"%s\": no --listen systemd requests it",
		    name);
}

/* The metrics listener first: it has a name, and "--listen systemd" takes all the rest. */
static int open_listeners(struct server *s, struct activation *given, struct outcome *oc)
{
	const struct server_options *o = s->options;
	int ret = 0;

	if (o->metrics.wanted)
		ret = listener_set_open_one(&s->metrics, "--metrics", &o->metrics.endpoint, given,
		    oc);
	if (ret == 0)
		ret = listener_set_open_datagrams(&s->datagrams, &o->listen, oc);
	if (ret == 0)
		ret = listener_set_open(&s->listeners, &o->listen, given, oc);
	if (ret != 0) {
		listener_set_close(&s->datagrams);
		listener_set_withdraw(&s->metrics, NULL);
		return -1;
	}
	drop_unclaimed(given);
	log_listening("listening", &s->listeners);
	log_listening("listening", &s->datagrams);
	log_listening("metrics", &s->metrics);
	return 0;
}

/* Loads what is served. Without it, nothing is opened. */
static int load(struct server *s, struct outcome *oc)
{
	const struct server_options *o = s->options;

	/* First what the workers need, so that a failure is reported before anything is loaded. */
	privdrop_no_core();
	reply_prepare();
	if (limits_apply(&o->limits, server_options_processes(o), &s->limits, oc) != 0 ||
	    privdrop_resolve(o->confine.user, o->confine.group, &s->who, oc) != 0 ||
	    sandbox_probe(o->confine.sandbox, s->confinement, oc) != 0 ||
	    confine_rehearse(&s->who, o->confine.sandbox, oc) != 0 ||
	    (o->service.dtls && cookie_prepare(oc) != 0))
		return -1;
	log_at(LEVEL_DEBUG, "TLS key schedule: %s", tls_context_key_schedule());
	s->service = service_load(&o->service, NULL, oc);
	return s->service ? 0 : -1;
}

int serve_open(struct server *s, const struct server_options *o, struct outcome *oc)
{
	struct activation given;
	int ret;

	memset(s, 0, sizeof *s);
	s->options = o;
	signals_hold();
	/* Before anything else is opened: inherited sockets are identified by their numbers. */
	if (activation_open(&given, oc) != 0)
		return -1;
	log_output_unblock();
	ret = load(s, oc);
	if (ret == 0)
		ret = counters_make(&s->counters, oc);
	if (ret == 0)
		ret = open_listeners(s, &given, oc);
	activation_close(&given);
	if (ret != 0)
		service_free(s->service);
	return ret;
}

/* The master takes ownership of the service. */
static int run_master(struct server *s, const struct master_job *job, struct outcome *oc)
{
	struct outcome unheard = OUTCOME_NONE;
	int ret;

	if (service_manager_open(&s->service_manager, &unheard) != 0)
		log_outcome(LEVEL_WARNING, "cannot notify the service manager", &unheard);
	ret = master_run(job, oc);
	service_manager_close(&s->service_manager);
	return ret;
}

int serve_run(struct server *s, char *const *argv, struct outcome *oc)
{
	const struct server_options *o = s->options;
	struct metrics_process monitor = {
		.argv = o->metrics.wanted ? argv : NULL,
		.counters = &s->counters,
		.listen_fd = s->metrics.count > 0 ? s->metrics.item[0].fd : -1,
	};
	const struct master_job job = {
		.options = &o->process,
		.service_options = &o->service,
		.service = s->service,
		.service_manager = &s->service_manager,
		.worker = {
			.drain_ms = o->process.drain_ms,
			.access = &o->listen.access,
			.conn = &o->conn,
			.sandbox = o->confine.sandbox,
			.limits = &s->limits,
			.privdrop = &s->who,
			.listeners = &s->listeners,
			.datagrams = &s->datagrams,
			.counters = &s->counters,
		},
		.stream_workers = listener_wants_streams(&o->listen) ? o->process.workers : 0,
		.datagrams = s->datagrams.count > 0,
		.metrics = &s->metrics,
		.monitor = &monitor,
		.confinement = s->confinement,
	};
	struct outcome left_behind = OUTCOME_NONE;
	int ret = run_master(s, &job, oc);

	counters_free(&s->counters);
	if (listener_set_withdraw(&s->metrics, &left_behind) != 0)
		log_outcome(LEVEL_WARNING, "cannot remove the socket file", &left_behind);
	return ret;
}
