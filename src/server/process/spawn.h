/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_SPAWN_H
#define HELLO_SERVER_PROCESS_SPAWN_H

#include <sys/types.h>

#include "server/process/handover.h"
#include "server/process/metrics_process.h"
#include "server/process/service_manager.h"
#include "server/process/worker.h"
#include "server/process/worker_sockets.h"

/* What the master has open, and a worker closes. */
struct spawn_parent {
	struct worker_sockets *sockets;
	struct handover *handover;
	struct service_manager *service_manager;
	struct metrics_process *monitor;
};

/*
 * Forks a worker, which runs worker_main, or datagram_worker_main if datagrams is set;
 * its socket is added to the parent's. Sets status_fd, gauges, successor_fd and
 * predecessor_fd of the job. Returns its pid, or 0, which is logged.
 */
pid_t spawn_worker(struct worker_job *job, bool datagrams, const struct spawn_parent *parent);

#endif
