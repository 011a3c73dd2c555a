/* SPDX-License-Identifier: MIT */
#include "client/probe/runner.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "client/output/json.h"
#include "client/output/target_table.h"
#include "client/output/terminal.h"
#include "client/probe/thread_pool.h"

enum { REDRAW_MS = 200 };

/* Only one runner runs at a time: it uses the program's signals and its standard output. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- signals ------------------------------------------------------------------------ */

static volatile sig_atomic_t interrupted;

/* The next one ends the program. */
static void on_signal(int number)
{
	const struct sigaction ordinary = { .sa_handler = SIG_DFL };

	(void)number;
	interrupted = 1;
	sigaction(SIGINT, &ordinary, NULL);
	sigaction(SIGTERM, &ordinary, NULL);
}

static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* ---- one probe ---------------------------------------------------------------------- */

static void record(struct runner *r, struct runner_probe *p)
{
	const struct session *s = &p->session;

	pthread_mutex_lock(&lock);
	stats_add(&r->stats, p->oc.code, &s->phases, s->facts.resumed, p->late_us);
	if (p->oc.code == OC_OUTCOME_UNEXPECTED && !r->unexpected[0])
		snprintf(r->unexpected, sizeof r->unexpected, "%s", p->oc.detail);
	if (r->setup->options->json)
		json_print_probe(stdout, s, &p->oc, p->number + 1);
	r->record(r->mode, p);
	fflush(stdout);
	pthread_mutex_unlock(&lock);
}

static void run_probe(void *arg, uint64_t number, uint64_t due_us)
{
	struct runner *r = arg;
	struct runner_probe p;

	p.number = number;
	p.late_us = r->interval_us > 0 ? clock_us() - due_us : 0;
	p.options = *r->setup->options;
	p.ctx = r->setup->ctx;
	p.offered = (struct resumption){ 0 };
	p.oc = OUTCOME_NONE;
	if (r->prepare) {
		pthread_mutex_lock(&lock);
		r->prepare(r->mode, &p);
		pthread_mutex_unlock(&lock);
	}
	session_init(&p.session, &p.options, p.ctx);
	p.session.offered = &p.offered;
	session_run(&p.session, r->setup->steps, NULL, &p.oc);
	session_expect(&p.session, &p.oc);
	record(r, &p);
	resumption_free(&p.offered);
	session_free(&p.session);
}

/* ---- all of them -------------------------------------------------------------------- */

static bool shows_bar(const struct runner *r)
{
	const struct client_options *o = r->setup->options;

	/* The bar would mix with lines of JSON on the same terminal. */
	return !r->draw && !o->quiet && terminal_is_live(stderr) &&
	    !(o->json && terminal_is_live(stdout));
}

static void draw(struct runner *r, bool bar)
{
	pthread_mutex_lock(&lock);
	if (bar)
		target_table_print_progress(stderr, r->stats.sent, r->count,
		    r->stats.sent - r->stats.by_code[OC_OK], terminal_columns(stderr));
	else if (r->draw)
		r->draw(r->mode);
	pthread_mutex_unlock(&lock);
}

/* Show a user at a terminal what a series waits for; in other modes the bar does. */
static void print_waiting(const struct runner *r)
{
	unsigned busy = thread_pool_busy(r->threads);

	if (r->draw && busy > 0 && terminal_is_live(stderr))
		fprintf(stderr, "\nwaiting for %u probes; press Ctrl-C again to exit at once\n",
		    busy);
}

static void watch(struct runner *r)
{
	bool bar = shows_bar(r), stopped = false;

	while (!thread_pool_wait(r->threads, clock_ms() + REDRAW_MS)) {
		draw(r, bar);
		if (stopped || (!interrupted && !ferror(stdout)))
			continue;
		runner_stop(r);
		print_waiting(r);
		stopped = true;
	}
	if (bar)
		terminal_wipe(stderr);
}

/* Called with the lock held, so that the mode's start prints before the first probe. */
static int start(struct runner *r, struct outcome *oc)
{
	const struct thread_pool_plan plan = {
		.width = r->width,
		.count = r->count,
		.interval_us = r->interval_us,
		.descriptors = SESSION_DESCRIPTORS,
		.job = run_probe,
		.arg = r,
	};

	r->threads = thread_pool_start(&plan, oc);
	if (!r->threads)
		return -1;
	if (r->start)
		r->start(r->mode);
	return 0;
}

int runner_run(struct runner *r, struct outcome *oc)
{
	uint64_t began_us = clock_us();
	int ret;

	memset(&r->stats, 0, sizeof r->stats);
	json_prepare();
	if (r->ends_with_signal)
		catch_signals();
	pthread_mutex_lock(&lock);
	ret = start(r, oc);
	pthread_mutex_unlock(&lock);
	if (ret != 0)
		return -1;
	watch(r);
	thread_pool_free(r->threads);
	r->took_us = clock_us() - began_us;
	if (r->setup->options->json)
		json_print_summary(stdout, r->setup->options, &r->stats, r->took_us);
	if (r->what)
		stats_judge(&r->stats, r->what, oc);
	if (oc->code == OC_OUTCOME_UNEXPECTED)
		outcome_append(oc, "; the first one: %s", r->unexpected);
	return 0;
}

void runner_stop(struct runner *r)
{
	thread_pool_stop(r->threads);
}
