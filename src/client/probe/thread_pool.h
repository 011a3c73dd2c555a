/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_THREAD_POOL_H
#define HELLO_CLIENT_PROBE_THREAD_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * Jobs that block, several at a time, in a bounded number of threads. A job shares nothing with
 * the others but what its argument gives it: one SSL_CTX is fine, a session is not.
 *
 * Job i is due i intervals after the start, however long the jobs before it take. While all
 * threads are busy it waits, and is told when it was due; none is left out. The pool makes a
 * thread when a job is due and no other thread is idle, so a slow interval costs one thread.
 */
struct thread_pool;

/* due_us is in clock_us() time; it is not in the future. */
typedef void thread_pool_job(void *arg, uint64_t i, uint64_t due_us);

struct thread_pool_plan {
	unsigned width;       /* threads at most: 1 to CLIENT_PARALLEL_MAX */
	uint64_t count;       /* jobs; UINT64_MAX: until thread_pool_stop */
	uint64_t interval_us; /* 0: all are due at once */
	unsigned descriptors; /* that a job may well need at a time */
	thread_pool_job *job;
	void *arg;
};

/*
 * Begin. The threads block all signals, which stay with the caller. From now on the process may
 * open as many files as its hard limit allows. NULL with OC_USAGE when that is too little for all
 * threads, or with OC_INTERNAL. When the system grants no more threads later, the jobs wait for
 * those that exist.
 */
struct thread_pool *thread_pool_start(const struct thread_pool_plan *plan, struct outcome *oc);

/* Block until all jobs have ended (true) or clock_ms() reaches until_ms. */
bool thread_pool_wait(struct thread_pool *p, uint64_t until_ms);

/* Begin no more jobs. Those that run go on to their end. From any thread. */
void thread_pool_stop(struct thread_pool *p);

/* Jobs that run now. */
unsigned thread_pool_busy(struct thread_pool *p);

/* Stop, wait for the jobs that run, free. NULL is fine. */
void thread_pool_free(struct thread_pool *p);

#endif
