/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_METRICS_PROCESS_H
#define HELLO_SERVER_PROCESS_METRICS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/metrics/counters.h"
#include "server/process/workers.h"

/*
 * The master's side of the metrics process: starts it, starts it anew when it
 * dies, with the pauses of a worker, and ends it last. It is this very program,
 * executed afresh, so that no key is in its memory; see metrics.h. Zeroed: there
 * is none.
 */
struct metrics_process {
	char *const *argv;               /* NULL: no metrics were asked for */
	int listen_fd;                   /* the master's */
	const struct counters *counters; /* the master's */
	pid_t pid;                       /* 0: not there */
	int life_fd;                     /* our end of what it watches for our death */
	uint64_t since_ms;
	struct workers_pause pause;
};

/* Start it if it is due; lowers *until_ms to when it will be. Logs what fails. */
void metrics_process_tend(struct metrics_process *m, uint64_t now_ms, uint64_t *until_ms);

/* A child has ended: was it this one? */
bool metrics_process_exited(struct metrics_process *m, pid_t pid, uint64_t now_ms);

/* In a worker: let go of what is the master's. */
void metrics_process_forget(struct metrics_process *m);

/* End it, and wait for that. It holds nothing that could be lost. */
void metrics_process_stop(struct metrics_process *m);

#endif
