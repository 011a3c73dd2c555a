/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_THREAD_POOL_H
#define HELLO_CLIENT_PROBE_THREAD_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * Blocking jobs, several at a time, in a bounded number of threads. Jobs share only what their
 * argument holds: an SSL_CTX may be shared, a session may not.
 *
 * Job i is due i intervals after the start, however long the earlier jobs take. While all threads
 * are busy it waits, and gets the time at which it was due; no job is skipped. The pool creates a
 * thread when a job is due and no thread is idle, so a slow interval costs one thread.
 */
struct thread_pool;

/* due_us is in clock_us() time, and not in the future. */
typedef void thread_pool_job(void *arg, uint64_t i, uint64_t due_us);

struct thread_pool_plan {
	unsigned width;       /* threads at most: 1 to CLIENT_PARALLEL_MAX */
	uint64_t count;       /* jobs; UINT64_MAX: until thread_pool_stop */
	uint64_t interval_us; /* 0: all are due at once */
	unsigned descriptors; /* open files that a job may need at a time */
	thread_pool_job *job;
	void *arg;
};

/*
 * Start the jobs. The threads block all signals, so the caller receives them. Raises the process's
 * limit of open files to its hard limit. Returns NULL with OC_USAGE if that is too low for all
 * threads, or with OC_INTERNAL. If the system later refuses a thread, jobs wait for existing ones.
 */
struct thread_pool *thread_pool_start(const struct thread_pool_plan *plan, struct outcome *oc);

/* Block until all jobs have ended (true) or clock_ms() reaches until_ms (false). */
bool thread_pool_wait(struct thread_pool *p, uint64_t until_ms);

/* Begin no more jobs; running ones finish. May be called from any thread. */
void thread_pool_stop(struct thread_pool *p);

/* The number of running jobs. */
unsigned thread_pool_busy(struct thread_pool *p);

/* Stop, wait for the running jobs, and free. p may be NULL. */
void thread_pool_free(struct thread_pool *p);

#endif
