/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_RUNNER_H
#define HELLO_CLIENT_PROBE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * Jobs that block, several at a time, in a bounded number of threads ("lanes").
 * A job shares nothing with the others but what its argument gives it: one
 * SSL_CTX is fine, a session is not.
 *
 * Job i is due i intervals after the start, whatever the jobs before it take.
 * When all lanes are busy then, it begins late and is told so; none is left out.
 * A lane is made when a job is due and no other is idle, so that a slow interval
 * costs one thread.
 */
struct parallel;

/* due_us is in clock_us() time; it is not in the future. */
typedef void runner_job(void *arg, uint64_t i, uint64_t due_us);

struct runner_plan {
	unsigned width;       /* lanes at most: 1 to CLIENT_PARALLEL_MAX */
	uint64_t count;       /* jobs; UINT64_MAX: until runner_stop */
	uint64_t interval_us; /* 0: all are due at once */
	unsigned descriptors; /* that a job may well need at a time */
	runner_job *job;
	void *arg;
};

/*
 * Begin. The lanes take no signals: these stay with the caller. From now on the
 * process may open as many files as its hard limit allows; OC_USAGE when that is
 * too little for all lanes. NULL with that, or with OC_INTERNAL. Lanes that the
 * system does not grant later are gone without: the jobs wait for those that exist.
 */
struct parallel *runner_start(const struct runner_plan *plan, struct outcome *oc);

/* Block until all jobs have ended (true) or clock_ms() reaches until_ms. */
bool runner_wait(struct parallel *p, uint64_t until_ms);

/* Begin no more jobs. Those that run go on to their end. From any thread. */
void runner_stop(struct parallel *p);

/* Jobs that run now. */
unsigned runner_busy(struct parallel *p);

/* Stop, wait for the jobs that run, free. NULL is fine. */
void runner_free(struct parallel *p);

#endif
