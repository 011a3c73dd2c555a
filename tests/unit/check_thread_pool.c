/* SPDX-License-Identifier: MIT */
#include "client/probe/thread_pool.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/outcome.h"
#include "support/check_main.h"

enum { JOBS = 500 };

static const uint64_t FAR_MS = 50000;

/* What the jobs of one test have seen. */
static struct seen {
	pthread_mutex_t lock;
	pthread_cond_t change;
	unsigned runs[JOBS], total, now, most;
	bool early; /* a job began before it was due */
	bool open;  /* the jobs need not wait any longer */
} seen;

static void look(uint64_t i, uint64_t due_us)
{
	seen.early |= clock_us() < due_us;
	if (i < JOBS)
		seen.runs[i]++;
	seen.total++;
	seen.now++;
	if (seen.now > seen.most)
		seen.most = seen.now;
	pthread_cond_broadcast(&seen.change);
}

static void quick_job(void *arg, uint64_t i, uint64_t due_us)
{
	ck_assert_ptr_eq(arg, &seen);
	pthread_mutex_lock(&seen.lock);
	look(i, due_us);
	seen.now--;
	pthread_mutex_unlock(&seen.lock);
}

/* Ends when the test says so. */
static void slow_job(void *arg, uint64_t i, uint64_t due_us)
{
	(void)arg;
	pthread_mutex_lock(&seen.lock);
	look(i, due_us);
	while (!seen.open)
		pthread_cond_wait(&seen.change, &seen.lock);
	seen.now--;
	pthread_mutex_unlock(&seen.lock);
}

static struct thread_pool *start(unsigned width, uint64_t count, uint64_t interval_us,
    thread_pool_job *job)
{
	const struct thread_pool_plan plan = { width, count, interval_us, 1, job, &seen };
	struct outcome oc = OUTCOME_NONE;
	struct thread_pool *p;

	memset(&seen, 0, sizeof seen);
	pthread_mutex_init(&seen.lock, NULL);
	pthread_cond_init(&seen.change, NULL);
	p = thread_pool_start(&plan, &oc);
	ck_assert_no_failure(&oc);
	ck_assert_ptr_nonnull(p);
	return p;
}

static void await_running(unsigned n)
{
	pthread_mutex_lock(&seen.lock);
	while (seen.now < n)
		pthread_cond_wait(&seen.change, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

static void open_gate(void)
{
	pthread_mutex_lock(&seen.lock);
	seen.open = true;
	pthread_cond_broadcast(&seen.change);
	pthread_mutex_unlock(&seen.lock);
}

START_TEST(test_each_job_runs_once)
{
	struct thread_pool *p = start(4, JOBS, 0, quick_job);

	ck_assert(thread_pool_wait(p, clock_ms() + FAR_MS));
	thread_pool_free(p);
	for (int i = 0; i < JOBS; i++)
		ck_assert_uint_eq(seen.runs[i], 1);
	ck_assert_uint_eq(seen.total, JOBS);
	ck_assert_uint_le(seen.most, 4);
}
END_TEST

START_TEST(test_no_more_than_the_width_at_a_time)
{
	struct thread_pool *p = start(3, 10, 0, slow_job);

	await_running(3);
	ck_assert(!thread_pool_wait(p, clock_ms() + 20));
	ck_assert_uint_eq(thread_pool_busy(p), 3);
	open_gate();
	ck_assert(thread_pool_wait(p, clock_ms() + FAR_MS));
	ck_assert_uint_eq(thread_pool_busy(p), 0);
	thread_pool_free(p);
	ck_assert_uint_eq(seen.total, 10);
	ck_assert_uint_eq(seen.most, 3);
}
END_TEST

START_TEST(test_the_interval_does_not_wait_for_jobs)
{
	struct thread_pool *p = start(5, 5, 1000, slow_job);

	/* All five run although none has ended. */
	await_running(5);
	open_gate();
	thread_pool_free(p);
	ck_assert_uint_eq(seen.most, 5);
	ck_assert(!seen.early);
}
END_TEST

START_TEST(test_no_job_begins_early)
{
	uint64_t began_us = clock_us();
	struct thread_pool *p = start(8, 20, 2000, quick_job);

	ck_assert(thread_pool_wait(p, clock_ms() + FAR_MS));
	thread_pool_free(p);
	ck_assert(!seen.early);
	ck_assert_uint_ge(clock_us() - began_us, 19 * 2000);
}
END_TEST

START_TEST(test_stop_lets_what_runs_end)
{
	struct thread_pool *p = start(2, UINT64_MAX, 0, slow_job);

	await_running(2);
	thread_pool_stop(p);
	ck_assert(!thread_pool_wait(p, clock_ms() + 20));
	open_gate();
	ck_assert(thread_pool_wait(p, clock_ms() + FAR_MS));
	thread_pool_free(p);
	ck_assert_uint_eq(seen.total, 2);
}
END_TEST

START_TEST(test_stop_ends_the_wait_for_a_due_time)
{
	/* The second job is due in an hour. */
	struct thread_pool *p = start(2, UINT64_MAX, 3600000000U, quick_job);

	pthread_mutex_lock(&seen.lock);
	while (seen.total < 1)
		pthread_cond_wait(&seen.change, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
	thread_pool_free(p);
	ck_assert_uint_eq(seen.total, 1);
}
END_TEST

START_TEST(test_nothing_to_do)
{
	struct thread_pool *p = start(2, 0, 0, quick_job);

	ck_assert(thread_pool_wait(p, clock_ms() + FAR_MS));
	thread_pool_free(p);
	ck_assert_uint_eq(seen.total, 0);
	thread_pool_free(NULL);
}
END_TEST

/* A lack of descriptors would be told as a failure of who is asked. */
START_TEST(test_descriptors_for_all_lanes)
{
	const struct rlimit low = { .rlim_cur = 20, .rlim_max = 40 };
	struct thread_pool_plan plan = { .width = 7, .count = 1, .descriptors = 4, .job = quick_job,
		.arg = &seen };
	struct outcome oc = OUTCOME_NONE;
	struct rlimit now;
	struct thread_pool *p;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	ck_assert_ptr_null(thread_pool_start(&plan, &oc));
	ck_assert_outcome(&oc, OC_USAGE, "--parallel 7 may need 44 open files");
	plan.width = 6;
	p = thread_pool_start(&plan, &oc);
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &now), 0);
	ck_assert_uint_eq(now.rlim_cur, 40);
	thread_pool_free(p);
}
END_TEST

CHECK_MAIN("thread_pool", test_each_job_runs_once, test_no_more_than_the_width_at_a_time,
    test_the_interval_does_not_wait_for_jobs, test_no_job_begins_early,
    test_stop_lets_what_runs_end, test_stop_ends_the_wait_for_a_due_time, test_nothing_to_do,
    test_descriptors_for_all_lanes)
