/* SPDX-License-Identifier: MIT */
/*
 * The server's half of the tutorial: socket, bind, listen, accept, write, close, with a
 * TLS handshake before the write. This file prepares it: what to serve, where to
 * listen, and the master, whose workers accept.
 */
#include "server/serve.h"

#include "base/log.h"
#include "server/confine/confine.h"
#include "server/conn/limits.h"
#include "server/conn/reply.h"
#include "server/listen/activation.h"
#include "server/listen/listener.h"
#include "server/process/master.h"
#include "server/process/metrics_process.h"
#include "server/process/service_manager.h"
#include "server/process/signals.h"
#include "server/service/service.h"

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
 * The socket units and the command line disagree: without this, clients would wait at a
 * socket that nobody serves.
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
static int open_listeners(struct listener_set *set, struct listener_set *metrics,
    const struct server_options *o, struct activation *given, struct outcome *oc)
{
	int ret = 0;

	metrics->count = 0;
	if (o->metrics.wanted)
		ret = listener_set_open_one(metrics, "--metrics", &o->metrics.endpoint, given, oc);
	if (ret == 0)
		ret = listener_set_open(set, &o->listen, given, oc);
	drop_unclaimed(given);
	if (ret != 0) {
		listener_set_withdraw(metrics, NULL);
		return -1;
	}
	log_listening("listening", set);
	log_listening("metrics", metrics);
	return 0;
}

/* Takes ownership of the job's service. */
static int run(struct master_job *job, struct outcome *oc)
{
	struct outcome unheard = OUTCOME_NONE;
	struct service_manager service_manager;
	int ret;

	if (service_manager_open(&service_manager, &unheard) != 0)
		log_outcome(LEVEL_WARNING, "cannot notify the service manager", &unheard);
	job->service_manager = &service_manager;
	ret = master_run(job, oc);
	service_manager_close(&service_manager);
	return ret;
}

int serve(const struct server_options *o, char *const *argv, struct outcome *oc)
{
	struct listener_set listeners, metrics;
	struct activation given;
	struct limits limits;
	struct privdrop who;
	struct counters counters;
	struct metrics_process monitor = {
		.argv = o->metrics.wanted ? argv : NULL,
		.counters = &counters,
	};
	char confinement[SANDBOX_TEXT_MAX];
	struct master_job job = {
		.options = &o->process,
		.service_options = &o->service,
		.worker = {
			.drain_ms = o->process.drain_ms,
			.access = &o->listen.access,
			.conn = &o->conn,
			.sandbox = o->confine.sandbox,
			.limits = &limits,
			.privdrop = &who,
			.listeners = &listeners,
			.counters = &counters,
		},
		.metrics = &metrics,
		.monitor = &monitor,
		.confinement = confinement,
	};
	struct outcome left_behind = OUTCOME_NONE;
	int ret = -1;

	signals_hold();
	/* Before anything else is opened: inherited sockets are identified by their numbers. */
	if (activation_open(&given, oc) != 0)
		return -1;
	/* Reports what workers would lack before anything is loaded, and only once. */
	privdrop_no_core();
	reply_prepare();
	if (limits_apply(&o->limits, o->process.workers, &limits, oc) == 0 &&
	    privdrop_resolve(o->confine.user, o->confine.group, &who, oc) == 0 &&
	    sandbox_probe(o->confine.sandbox, confinement, oc) == 0 &&
	    confine_rehearse(&who, o->confine.sandbox, oc) == 0)
		job.service = service_load(&o->service, NULL, oc);
	if (job.service && counters_make(&counters, oc) == 0)
		ret = open_listeners(&listeners, &metrics, o, &given, oc);
	activation_close(&given);
	if (ret != 0) {
		service_free(job.service);
		return -1;
	}
	monitor.listen_fd = metrics.count > 0 ? metrics.item[0].fd : -1;
	ret = run(&job, oc);
	counters_free(&counters);
	if (listener_set_withdraw(&metrics, &left_behind) != 0)
		log_outcome(LEVEL_WARNING, "cannot remove the socket file", &left_behind);
	return ret;
}
