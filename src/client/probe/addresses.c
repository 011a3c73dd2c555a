/* SPDX-License-Identifier: MIT */
#include "client/probe/addresses.h"

#include <stdint.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "client/probe/runner.h"
#include "client/output/address_table.h"
#include "client/output/json.h"
#include "client/output/terminal.h"
#include "client/output/summary.h"
#include "client/output/target_table.h"
#include "client/output/stats.h"
#include "base/clock.h"

enum { REDRAW_MS = 200 };

struct addresses {
	const struct client_options *options;
	SSL_CTX *ctx;
	const struct step *steps;
	uint64_t began_us;
	struct addr all[SESSION_ADDRS_MAX];
	size_t count;
	size_t left_out;      /* more than there is room for */
	pthread_mutex_t lock; /* of all below, and of standard output */
	struct address_table_row rows[SESSION_ADDRS_MAX];
	struct stats stats;
};

static void note(struct addresses *a, size_t i, const struct session *s, const struct outcome *oc)
{
	struct address_table_row *row = &a->rows[i];

	probe_facts_take(&row->probe_facts, a->options, s, oc);
	addr_format_host(&a->all[i], row->address);
	if (s->verdict.chain_len > 0)
		memcpy(row->certificate, s->verdict.chain[0].sha256, sizeof row->certificate);
	stats_add(&a->stats, oc->code, &s->phases, s->facts.resumed, 0);
	if (a->options->json)
		json_print_probe(stdout, s, oc, i + 1);
	fflush(stdout);
}

static void probe(void *arg, uint64_t i, uint64_t due_us)
{
	struct addresses *a = arg;
	struct client_options o = *a->options;
	struct outcome oc = OUTCOME_NONE;
	struct session s;

	(void)due_us;
	route_pin(&o.route, &a->all[i]);
	session_init(&s, &o, a->ctx);
	session_run(&s, a->steps, NULL, &oc);
	pthread_mutex_lock(&a->lock);
	note(a, i, &s, &oc);
	pthread_mutex_unlock(&a->lock);
	session_free(&s);
}

static int find_all(struct addresses *a, struct outcome *oc)
{
	static const struct step resolve[] = { { "resolve", step_resolve }, { NULL, NULL } };
	struct session s;
	int ret;

	session_init(&s, a->options, a->ctx);
	ret = session_run(&s, resolve, NULL, oc);
	memcpy(a->all, s.addrs, sizeof a->all);
	a->count = s.addr_count;
	a->left_out = s.addr_left_out;
	if (ret != 0 && a->options->json)
		json_print_probe(stdout, &s, oc, 0);
	session_free(&s);
	return ret;
}

static void draw(struct addresses *a)
{
	pthread_mutex_lock(&a->lock);
	target_table_print_progress(stderr, a->stats.sent, a->count,
	    a->stats.sent - a->stats.by_code[OC_OK], terminal_columns(stderr));
	pthread_mutex_unlock(&a->lock);
}

static int probe_all(struct addresses *a, struct outcome *oc)
{
	bool live = terminal_is_live(stderr) && !a->options->quiet;
	struct runner_plan plan = {
		.width = a->options->series.parallel,
		.count = a->count,
		.job = probe,
		.arg = a,
	};
	struct parallel *probes = runner_start(&plan, oc);

	if (!probes)
		return -1;
	while (!runner_wait(probes, clock_ms() + REDRAW_MS)) {
		if (live)
			draw(a);
		if (ferror(stdout))
			runner_stop(probes);
	}
	if (live)
		terminal_wipe(stderr);
	runner_free(probes);
	return 0;
}

static void print(const struct addresses *a)
{
	uint64_t took_us = clock_us() - a->began_us;
	char what[ADDR_HOST_MAX + ADDR_PORT_MAX];

	if (a->left_out > 0 && !a->options->quiet)
		fprintf(stderr, "hello-client: note: %zu more addresses were left out\n",
		    a->left_out);
	if (a->options->json) {
		json_print_summary(stdout, a->options, &a->stats, took_us);
		return;
	}
	snprintf(what, sizeof what, "%s %s", a->options->host, a->options->port);
	address_table_print(stdout, a->rows, a->count);
	summary_print_counts(stdout, &a->stats, what, took_us);
}

int addresses_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc)
{
	struct addresses *a = calloc(1, sizeof *a);

	if (!a) {
		outcome_set(oc, OC_INTERNAL, "out of memory for addresses");
		return outcome_status(oc->code);
	}
	a->options = o;
	a->ctx = ctx;
	a->steps = steps;
	a->began_us = clock_us();
	pthread_mutex_init(&a->lock, NULL);
	json_prepare();
	if (find_all(a, oc) == 0 && probe_all(a, oc) == 0) {
		print(a);
		stats_judge(&a->stats, "addresses", oc);
	}
	pthread_mutex_destroy(&a->lock);
	free(a);
	return outcome_status(oc->code);
}
