/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/options/target_list.h"
#include "client/output/json.h"
#include "client/output/result.h"
#include "client/output/summary.h"
#include "client/output/target_table.h"
#include "client/output/terminal.h"
#include "client/probe/runner.h"
#include "tls/context.h"

struct targets {
	struct runner runner;
	const struct client_options *options;
	SSL_CTX *ctx[SERVICE_TRANSPORTS]; /* for targets over UDP; NULL: there are none */
	struct target_list list;
	struct probe_facts *all; /* in the order of the list; host NULL: not probed yet */
};

static void choose_target(void *mode, struct runner_probe *p)
{
	const struct targets *t = mode;

	target_list_options(&t->list, p->number, t->options, &p->options);
	if (p->options.service.service->transport != OVER_TCP)
		p->ctx = t->ctx[p->options.service.service->transport];
}

static void record(void *mode, struct runner_probe *p)
{
	struct targets *t = mode;
	struct probe_facts *f = &t->all[p->number];

	probe_facts_get(f, &p->options, &p->session, &p->oc);
	/* The probe's options do not live until the table is printed. */
	f->host = t->list.targets[p->number].host;
	f->port = t->list.targets[p->number].port;
	f->detour = t->list.targets[p->number].detour;
}

/* Remove the rows of targets that a signal left unprobed. Returns the number of rows. */
static size_t close_gaps(struct targets *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->list.count; i++) {
		if (t->all[i].host)
			t->all[n++] = t->all[i];
	}
	return n;
}

static void print(const struct targets *t, size_t done)
{
	char what[64];

	if (t->options->json || result_is_file(t->options))
		return;
	snprintf(what, sizeof what, "%zu target%s", t->list.count, t->list.count == 1 ? "" : "s");
	target_table_print(stdout, t->all, done);
	summary_print_counts(stdout, &t->runner.stats, what, t->runner.took_us);
}

static int compare_targets(const void *left, const void *right)
{
	const struct target *const *a = left, *const *b = right;
	int order = strcmp((*a)->host, (*b)->host);

	if (order == 0)
		order = strcmp((*a)->port, (*b)->port);
	return order;
}

/* Host and port identify a series of metrics, so they must not occur twice. */
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

		if (compare_targets(&sorted[i - 1], &sorted[i]) != 0)
			continue;
		ret = outcome_set(oc, OC_USAGE,
		    "lines %u and %u are the same target for --prometheus", a < b ? a : b,
		    a < b ? b : a);
		outcome_advise(oc,
		    "metrics show only host and port: in one of the lines, write ADDRESS PORT "
		    "--servername NAME");
	}
	free(sorted);
	return ret;
}

/* A partial file would look as if the other targets were gone. */
static void write_metrics(const struct targets *t, size_t done, struct outcome *oc)
{
	const struct client_options *o = t->options;

	if (done == t->list.count)
		result_metrics(o, t->all, done, oc);
	else if (o->prometheus && !o->quiet)
		terminal_note("not all targets were probed, so %s was not changed", o->prometheus);
}

/* All targets over the same transport share a context, as those over TCP do. */
static int make_contexts(struct targets *t, const struct probe_setup *setup, struct outcome *oc)
{
	struct client_options o;

	for (size_t i = 0; i < t->list.count; i++) {
		enum service_transport over;

		target_list_options(&t->list, i, t->options, &o);
		over = o.service.service->transport;
		if (over == OVER_TCP || t->ctx[over])
			continue;
		t->ctx[over] = setup->make_context(&o, oc);
		if (!t->ctx[over])
			return -1;
	}
	return 0;
}

static int read_list(struct targets *t, struct outcome *oc)
{
	if (target_list_read(&t->list, t->options, oc) != 0 || check_metrics(t, oc) != 0)
		return -1;
	t->all = calloc(t->list.count, sizeof *t->all);
	return t->all ? 0 : outcome_set(oc, OC_INTERNAL, "out of memory for targets");
}

static void probe_all(struct targets *t, const struct probe_setup *setup, struct outcome *oc)
{
	size_t done;

	t->runner = (struct runner){
		.setup = setup,
		.what = "targets",
		.count = t->list.count,
		.width = t->options->series.parallel,
		.ends_with_signal = true,
		.mode = t,
		.prepare = choose_target,
		.record = record,
	};
	if (runner_run(&t->runner, oc) != 0)
		return;
	done = close_gaps(t);
	write_metrics(t, done, oc);
	print(t, done);
}

static bool is_on(const struct client_options *o)
{
	return o->targets;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	struct targets *t = calloc(1, sizeof *t);

	if (!t) {
		outcome_set(oc, OC_INTERNAL, "out of memory for targets");
		return outcome_status(oc->code);
	}
	t->options = setup->options;
	if (read_list(t, oc) == 0 && make_contexts(t, setup, oc) == 0)
		probe_all(t, setup, oc);
	else if (t->options->json)
		json_print_probe(stdout, NULL, oc, 0);
	for (size_t i = 0; i < SERVICE_TRANSPORTS; i++)
		tls_context_free(t->ctx[i]);
	target_list_free(&t->list);
	free(t->all);
	free(t);
	return outcome_status(oc->code);
}

const struct mode mode_targets = { is_on, run };
