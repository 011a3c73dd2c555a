/* SPDX-License-Identifier: MIT */
#include "client/probe/targets.h"

#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/probe/interrupt.h"
#include "client/output/json.h"
#include "client/probe/runner.h"
#include "client/output/result.h"
#include "client/output/terminal.h"
#include "client/output/summary.h"
#include "client/output/target_table.h"
#include "client/output/stats.h"
#include "client/options/target_list.h"
#include "client/output/probe_facts.h"
#include "base/clock.h"

enum { REDRAW_MS = 200 };

struct targets {
	const struct client_options *options;
	SSL_CTX *ctx;
	const struct step *steps;
	struct target_list list;
	uint64_t began_us;
	pthread_mutex_t lock; /* of all below, and of standard output */
	struct probe_facts *all;   /* in the order of the list; without a host: not probed yet */
	size_t done;
	struct stats stats;
};

static void note(struct targets *t, size_t i, const struct session *s, const struct outcome *oc)
{
	struct phases none;
	struct probe_facts *v;

	phases_begin(&none);
	phases_end(&none);
	pthread_mutex_lock(&t->lock);
	v = &t->all[i];
	probe_facts_take(v, s ? s->options : t->options, s, oc);
	/* The session and its options are gone before the table is printed. */
	v->host = t->list.targets[i].host;
	v->port = t->list.targets[i].port;
	t->done++;
	/* A list has no interval to keep: to wait for a place is not to be late. */
	stats_add(&t->stats, oc->code, s ? &s->phases : &none, s && s->facts.resumed, 0);
	if (t->options->json)
		json_print_probe(stdout, s, oc, i + 1);
	fflush(stdout);
	pthread_mutex_unlock(&t->lock);
}

static void probe(void *arg, uint64_t i, uint64_t due_us)
{
	struct targets *t = arg;
	struct outcome oc = OUTCOME_NONE;
	struct client_options o;
	struct session s;
	char *words;

	(void)due_us;
	/* It went well when the list was read, so only a file can have gone since. */
	if (target_list_options(&t->list, i, t->options, &o, &words, &oc) != 0) {
		note(t, i, NULL, &oc);
		return;
	}
	session_init(&s, &o, t->ctx);
	session_run(&s, t->steps, NULL, &oc);
	note(t, i, &s, &oc);
	session_free(&s);
	free(words);
}

static void watch(struct targets *t, struct parallel *probes)
{
	/* Lines of JSON and the bar would share a terminal's line. */
	bool shared = t->options->json && terminal_is_live(stdout);
	bool live = terminal_is_live(stderr) && !t->options->quiet && !shared;

	while (!runner_wait(probes, clock_ms() + REDRAW_MS)) {
		if (live) {
			pthread_mutex_lock(&t->lock);
			target_table_print_progress(stderr, t->done, t->list.count,
			    t->done - t->stats.by_code[OC_OK], terminal_columns(stderr));
			pthread_mutex_unlock(&t->lock);
		}
		if (interrupt_seen() || ferror(stdout))
			runner_stop(probes);
	}
	if (live)
		terminal_wipe(stderr);
}

/* Those that an interrupt has spared go. */
static void close_ranks(struct targets *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->list.count; i++) {
		if (t->all[i].host)
			t->all[n++] = t->all[i];
	}
}

static void print(struct targets *t)
{
	uint64_t took_us = clock_us() - t->began_us;
	char what[64];

	if (t->options->json) {
		json_print_summary(stdout, t->options, &t->stats, took_us);
		return;
	}
	if (result_is_metrics(t->options))
		return;
	snprintf(what, sizeof what, "%zu target%s", t->list.count, t->list.count == 1 ? "" : "s");
	target_table_print(stdout, t->all, t->done);
	summary_print_counts(stdout, &t->stats, what, took_us);
}

static int compare_targets(const void *left, const void *right)
{
	const struct target *const *a = left, *const *b = right;
	int order = strcmp((*a)->host, (*b)->host);

	if (order == 0)
		order = strcmp((*a)->port, (*b)->port);
	return order;
}

/* Host and port are what tells one series of metrics from another. */
static int check_metrics(const struct targets *t, struct outcome *oc)
{
	const size_t count = t->list.count;
	const struct target **sorted;
	int ret = 0;

	if (!t->options->prometheus)
		return 0;
	sorted = calloc(count, sizeof *sorted);
	if (!sorted)
		return outcome_set(oc, OC_INTERNAL, "out of memory for targets");
	for (size_t i = 0; i < count; i++)
		sorted[i] = &t->list.targets[i];
	qsort(sorted, count, sizeof *sorted, compare_targets);
	for (size_t i = 1; ret == 0 && i < count; i++) {
		unsigned a = sorted[i - 1]->number, b = sorted[i]->number;

		if (compare_targets(&sorted[i - 1], &sorted[i]) == 0)
			ret = outcome_set(oc, OC_USAGE,
			    "lines %u and %u would be the same target for --prometheus",
			    a < b ? a : b, a < b ? b : a);
	}
	free(sorted);
	return ret;
}

/* Half of a list would look as if the other half were gone. */
static void write_metrics(const struct targets *t, struct outcome *oc)
{
	const struct client_options *o = t->options;

	if (t->done == t->list.count)
		result_metrics(o, t->all, t->done, oc);
	else if (o->prometheus && !o->quiet)
		terminal_note("not all were probed, so %s is left as it was", o->prometheus);
}

static void run(struct targets *t, struct outcome *oc)
{
	struct runner_plan plan = {
		.width = t->options->series.parallel,
		.count = t->list.count,
		.descriptors = SESSION_DESCRIPTORS,
		.job = probe,
		.arg = t,
	};
	struct parallel *probes;

	json_prepare();
	interrupt_catch();
	t->began_us = clock_us();
	pthread_mutex_init(&t->lock, NULL);
	probes = runner_start(&plan, oc);
	if (probes) {
		watch(t, probes);
		runner_free(probes);
		close_ranks(t);
		stats_judge(&t->stats, "targets", oc);
		write_metrics(t, oc);
		print(t);
	}
	pthread_mutex_destroy(&t->lock);
}

int targets_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc)
{
	struct targets *t = calloc(1, sizeof *t);

	if (!t) {
		outcome_set(oc, OC_INTERNAL, "out of memory for targets");
		return outcome_status(oc->code);
	}
	t->options = o;
	t->ctx = ctx;
	t->steps = steps;
	if (target_list_read(&t->list, o, oc) == 0 && check_metrics(t, oc) == 0) {
		t->all = calloc(t->list.count, sizeof *t->all);
		if (t->all)
			run(t, oc);
		else
			outcome_set(oc, OC_INTERNAL, "out of memory for targets");
	} else if (o->json) {
		json_print_probe(stdout, NULL, oc, 0);
	}
	target_list_free(&t->list);
	free(t->all);
	free(t);
	return outcome_status(oc->code);
}
