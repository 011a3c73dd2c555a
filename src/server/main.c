/* SPDX-License-Identifier: MIT */
/*
 * The server's half of the tutorial: socket, bind, listen, accept, write,
 * close, with a TLS handshake before the write. Here is the way there: what to
 * serve, where to listen, and the master, whose workers accept.
 */
#include <stdio.h>

#include "base/log.h"
#include "base/outcome.h"
#include "base/streams.h"
#include "server/listen/activation.h"
#include "server/conn/reply.h"
#include "server/check.h"
#include "server/confine/confine.h"
#include "server/conn/limits.h"
#include "server/listen/listener.h"
#include "server/process/master.h"
#include "server/metrics/metrics.h"
#include "server/process/metrics_process.h"
#include "server/options_check.h"
#include "server/options.h"
#include "server/service/service.h"
#include "server/process/signals.h"
#include "server/process/service_manager.h"
#include "zoo/zoo.h"

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

/* The socket units and the command line disagree: then somebody waits at a dead socket. */
static void drop_unclaimed(struct activation *given)
{
	const char *name;

	while ((name = activation_discard(given)))
		log_at(LEVEL_WARNING,
		    "closed: the socket \"%s\" that was handed over; "
		    "no --listen systemd asks for it",
		    name);
}

/* The one for metrics first: it has a name, and "--listen systemd" takes all the rest. */
static int open_listeners(struct listener_set *set, struct listener_set *metrics,
    const struct server_options *o, struct activation *given, struct outcome *oc)
{
	int ret = 0;

	metrics->count = 0;
	if (o->metrics.wanted)
		ret = listener_set_open_one(metrics, "--metrics", &o->metrics.place, given, oc);
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

/* Takes the job's service. */
static int run(struct master_job *job, struct outcome *oc)
{
	struct outcome unheard = OUTCOME_NONE;
	struct service_manager service_manager;
	int ret;

	if (service_manager_open(&service_manager, &unheard) != 0)
		log_outcome(LEVEL_WARNING, "the service manager cannot be told", &unheard);
	job->service_manager = &service_manager;
	ret = master_run(job, oc);
	service_manager_close(&service_manager);
	return ret;
}

static int serve(const struct server_options *o, char *const *argv, struct outcome *oc)
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
		.access = &o->listen.access,
		.conn = &o->conn,
		.sandbox = o->confine.sandbox,
		.limits = &limits,
		.privdrop = &who,
		.listeners = &listeners,
		.metrics = &metrics,
		.counters = &counters,
		.monitor = &monitor,
		.confinement = confinement,
	};
	struct outcome left_behind = OUTCOME_NONE;
	int ret = -1;

	signals_hold();
	/* Before anything else is opened: what was handed over is known by its numbers. */
	if (activation_open(&given, oc) != 0)
		return -1;
	/* What the workers could not have is said before anything is loaded, and once. */
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
		log_outcome(LEVEL_WARNING, "a path stays behind", &left_behind);
	return ret;
}

static int check(const struct server_options *o)
{
	enum outcome_code code = check_run(o);
	struct outcome oc = OUTCOME_NONE;

	streams_finish(&oc);
	if (oc.code != OC_OK)
		outcome_print(stderr, "hello-server", &oc);
	return outcome_status(oc.code != OC_OK ? oc.code : code);
}

int main(int argc, char *argv[])
{
	/* It and what it points to live as long as the process. */
	static struct server_options options;
	struct outcome oc = OUTCOME_NONE;

	streams_prepare();
	/* What the metrics process holds is what the master gave it. */
	if (!metrics_is_us())
		activation_close_others();
	if (server_options_parse(&options, argc, argv, &oc) == 0 &&
	    server_optcheck(&options, &oc) == 0 && (!options.zoo || zoo_open(&options, &oc) == 0)) {
		if (options.check)
			return check(&options);
		log_open(options.log_level, options.log_format);
		log_role(metrics_is_us() ? "metrics" : "master");
		if (metrics_is_us())
			metrics_run(&options.confine, &oc);
		else
			serve(&options, argv, &oc);
	}
	if (oc.code == OC_OK)
		streams_finish(&oc);
	if (oc.code != OC_OK)
		outcome_print(stderr, "hello-server", &oc);
	return outcome_status(oc.code);
}
