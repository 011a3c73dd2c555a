/* SPDX-License-Identifier: MIT */
#include "client/probe/thread_pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"

/* The stack holds a session, its settings, and the TLS library's data (less than 100 KiB). */
enum { STACK_SIZE = 1 << 20 };

/* Open files besides the jobs': standard streams, files of the command line, and some reserve. */
enum { OTHER_DESCRIPTORS = 16 };

/*
 * Leader and followers: one thread at a time, the leader, waits until the next job is due. Then it
 * wakes a new leader and runs the job itself, so there is no queue.
 */
struct thread_pool {
	struct thread_pool_plan plan;
	uint64_t began_us;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t lead;  /* there is no leader */
	pthread_cond_t ended; /* a thread has ended */
	pthread_cond_t halt;  /* stopped is set: the leader stops waiting */
	uint64_t next;        /* number of the next job */
	pthread_t *thread;    /* room for plan.width; a thread that ended is not replaced */
	unsigned made, running, idle, busy;
	bool leading, stopped;
};

static struct timespec at(uint64_t us)
{
	return (struct timespec){ .tv_sec = (time_t)(us / 1000000),
		.tv_nsec = (long)(us % 1000000) * 1000 };
}

static void init_cond(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	/* The same clock as clock_us(). */
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

static bool is_over(const struct thread_pool *p)
{
	return p->stopped || p->next >= p->plan.count;
}

static void *run_thread(void *arg);

/* Called with the lock held. Returns 0 or an errno. */
static int add_thread(struct thread_pool *p)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&p->thread[p->made], &attr, run_thread, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (error == 0) {
		p->made++;
		p->running++;
	}
	return error;
}

/* Wait until there is no leader. */
static void follow(struct thread_pool *p)
{
	p->idle++;
	while (p->leading && !is_over(p))
		pthread_cond_wait(&p->lead, &p->lock);
	p->idle--;
}

/* Wait until the next job is due, and wake a new leader. Returns false when there is none. */
static bool lead(struct thread_pool *p, uint64_t *i, uint64_t *due_us)
{
	struct timespec until;

	if (is_over(p))
		return false;
	p->leading = true;
	*i = p->next++;
	*due_us = p->began_us + *i * p->plan.interval_us;
	until = at(*due_us);
	while (!p->stopped && clock_us() < *due_us)
		pthread_cond_timedwait(&p->halt, &p->lock, &until);
	p->leading = false;
	if (p->stopped)
		return false;
	if (p->idle > 0)
		pthread_cond_signal(&p->lead);
	else if (p->running < p->plan.width && !is_over(p))
		add_thread(p);
	return true;
}

static void *run_thread(void *arg)
{
	struct thread_pool *p = arg;
	uint64_t i, due_us;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		follow(p);
		if (!lead(p, &i, &due_us))
			break;
		p->busy++;
		pthread_mutex_unlock(&p->lock);
		p->plan.job(p->plan.arg, i, due_us);
		pthread_mutex_lock(&p->lock);
		p->busy--;
	}
	p->running--;
	pthread_cond_broadcast(&p->lead);
	pthread_cond_broadcast(&p->ended);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Otherwise a limit of this machine would look like a failure of the targets. */
static int make_room(const struct thread_pool_plan *plan, struct outcome *oc)
{
	rlim_t need = (rlim_t)plan->width * plan->descriptors + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "getrlimit(RLIMIT_NOFILE)");
	if (limit.rlim_max < need) {
		outcome_set(oc, OC_USAGE,
		    "--parallel %u may need %llu open files, but the hard limit is %llu",
		    plan->width, (unsigned long long)need, (unsigned long long)limit.rlim_max);
		outcome_advise(oc, "use a smaller --parallel, or raise the limit (ulimit -Hn)");
		return -1;
	}
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "setrlimit(RLIMIT_NOFILE)");
	return 0;
}

struct thread_pool *thread_pool_start(const struct thread_pool_plan *plan, struct outcome *oc)
{
	struct thread_pool *p;
	int error;

	if (make_room(plan, oc) != 0)
		return NULL;
	p = calloc(1, sizeof *p);
	if (!p || !(p->thread = calloc(plan->width, sizeof *p->thread))) {
		free(p);
		outcome_set(oc, OC_INTERNAL, "out of memory for parallel jobs");
		return NULL;
	}
	p->plan = *plan;
	pthread_mutex_init(&p->lock, NULL);
	init_cond(&p->lead);
	init_cond(&p->ended);
	init_cond(&p->halt);
	p->began_us = clock_us();
	pthread_mutex_lock(&p->lock);
	error = plan->count > 0 ? add_thread(p) : 0;
	pthread_mutex_unlock(&p->lock);
	if (error != 0) {
		errno = error;
		outcome_set_errno(oc, OC_INTERNAL, "cannot start a thread");
		thread_pool_free(p);
		return NULL;
	}
	return p;
}

bool thread_pool_wait(struct thread_pool *p, uint64_t until_ms)
{
	struct timespec until = at(until_ms * 1000);
	bool ended;

	pthread_mutex_lock(&p->lock);
	while (p->running > 0 && clock_ms() < until_ms)
		pthread_cond_timedwait(&p->ended, &p->lock, &until);
	ended = p->running == 0;
	pthread_mutex_unlock(&p->lock);
	return ended;
}

void thread_pool_stop(struct thread_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stopped = true;
	pthread_cond_broadcast(&p->lead);
	pthread_cond_broadcast(&p->halt);
	pthread_mutex_unlock(&p->lock);
}

unsigned thread_pool_busy(struct thread_pool *p)
{
	unsigned busy;

	pthread_mutex_lock(&p->lock);
	busy = p->busy;
	pthread_mutex_unlock(&p->lock);
	return busy;
}

void thread_pool_free(struct thread_pool *p)
{
	if (!p)
		return;
	/* After this no thread is created. */
	thread_pool_stop(p);
	/* Join all: at its very end a thread frees what the TLS library keeps for it. */
	for (unsigned i = 0; i < p->made; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->lead);
	pthread_cond_destroy(&p->ended);
	pthread_cond_destroy(&p->halt);
	pthread_mutex_destroy(&p->lock);
	free(p->thread);
	free(p);
}
