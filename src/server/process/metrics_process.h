/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_METRICS_PROCESS_H
#define HELLO_SERVER_PROCESS_METRICS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/metrics/counters.h"
#include "server/process/workers.h"

/*
 * The master's side of the metrics process: starts it, restarts it when it dies, with
 * the delays of a worker, and ends it last. The process executes this same program
 * again, so that its memory holds no key; see metrics.h. All zero: there is none.
 */
struct metrics_process {
	char *const *argv;               /* NULL: --metrics was not given */
	int listen_fd;                   /* the master's */
	const struct counters *counters; /* the master's */
	pid_t pid;                       /* 0: not running */
	int life_fd;                     /* our end of the pipe by which it notices our death */
	uint64_t since_ms;
	struct workers_pause pause;
};

/* Starts it if it is due; lowers *until_ms to the time when it will be. Logs failures. */
void metrics_process_tend(struct metrics_process *m, uint64_t now_ms, uint64_t *until_ms);

/* A child has ended: was it this process? */
bool metrics_process_exited(struct metrics_process *m, pid_t pid, uint64_t now_ms);

/* In a worker: closes and releases what belongs to the master. */
void metrics_process_forget(struct metrics_process *m);

/* Ends it, and waits for its end. It holds nothing that could be lost. */
void metrics_process_stop(struct metrics_process *m);

#endif
