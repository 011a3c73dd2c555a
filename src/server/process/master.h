/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_MASTER_H
#define HELLO_SERVER_PROCESS_MASTER_H

#include "base/outcome.h"
#include "server/listen/listener.h"
#include "server/process/metrics_process.h"
#include "server/service/service.h"
#include "server/process/service_manager.h"
#include "server/process/worker.h"

struct master_job {
	const struct process_options *options;
	const struct service_options *service_options;
	struct worker_job worker; /* what each is given; slot, service... are set at its start */
	struct service *service;  /* loaded; taken */
	struct service_manager *service_manager;
	struct listener_set *metrics;    /* none, or one */
	const char *confinement;         /* what confines the workers, sandbox_probe */
	struct metrics_process *monitor; /* of the metrics process, if there is to be one */
};

/*
 * Fork workers and look after them until told to stop; carries out what workers
 * decides. SIGTERM: drain, then leave; a second one: leave at once. SIGINT:
 * leave at once. SIGHUP: load the service anew; a good one begins a new
 * generation of workers, a bad one is logged and changes nothing. A SIGHUP that
 * comes while another is carried out is heeded after it, see workers_may_renew. The
 * service_manager is told of all this.
 *
 * SIGUSR1: log a line on how things stand.
 *
 * Takes the service. Parses nothing that a peer sends; its
 * only blocking call is one ppoll. Returns 0 after a stop that was asked for;
 * or -1 with OC_INTERNAL, with OC_PRIVILEGES when no worker could be confined
 * at the start, or with OC_LISTEN when a listener is dead and cannot be revived.
 */
int master_run(const struct master_job *job, struct outcome *oc);

#endif
