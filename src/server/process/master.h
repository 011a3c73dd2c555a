/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_MASTER_H
#define HELLO_SERVER_PROCESS_MASTER_H

#include "base/outcome.h"
#include "server/listen/listener.h"
#include "server/process/metrics_process.h"
#include "server/process/service_manager.h"
#include "server/process/worker.h"
#include "server/service/service.h"

struct master_job {
	const struct process_options *options;
	const struct service_options *service_options;
	struct worker_job worker; /* template of each worker; slot, service... are set at start */
	struct service *service;  /* loaded; the master takes ownership */
	struct service_manager *service_manager;
	unsigned stream_workers;         /* slots of worker_main */
	bool datagrams;                  /* one more slot: the datagram worker */
	struct listener_set *metrics;    /* none, or one */
	const char *confinement;         /* the sandbox of the workers, from sandbox_probe */
	struct metrics_process *monitor; /* for the metrics process, if there is one */
};

/*
 * Forks workers and supervises them until the server is stopped; carries out the
 * decisions of workers. SIGTERM: drain after the drain delay, then exit; a second one:
 * exit at once. SIGINT: exit at once. SIGHUP: load the service again; a good one begins
 * a new generation of workers, a bad one is logged and changes nothing. A SIGHUP during
 * a reload is handled after it, see workers_may_renew. The service_manager is notified
 * of all this.
 *
 * SIGUSR1: log a status line.
 *
 * Takes ownership of the service. Parses nothing that a peer sends; its only blocking
 * call is one ppoll. Returns 0 after a requested stop; or -1 with OC_INTERNAL, with
 * OC_PRIVILEGES if no worker could be confined at the start, or with OC_LISTEN if a
 * listener is dead and cannot be revived.
 */
int master_run(const struct master_job *job, struct outcome *oc);

#endif
