/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/output/address_table.h"
#include "client/output/json.h"
#include "client/output/result.h"
#include "client/output/summary.h"
#include "client/probe/runner.h"

struct addresses {
	struct runner runner;
	const struct client_options *options;
	struct addr all[SESSION_ADDRS_MAX];
	size_t count;
	size_t left_out; /* addresses without room */
	struct address_table_row rows[SESSION_ADDRS_MAX];
};

static void choose_address(void *mode, struct runner_probe *p)
{
	const struct addresses *a = mode;

	route_pin(&p->options.route, &a->all[p->number]);
}

static void record(void *mode, struct runner_probe *p)
{
	struct addresses *a = mode;
	const struct verdict *v = &p->session.verdict;
	struct address_table_row *row = &a->rows[p->number];

	probe_facts_get(&row->probe_facts, a->options, &p->session, &p->oc);
	addr_format_host(&a->all[p->number], row->address);
	if (v->chain_len > 0)
		memcpy(row->certificate, v->chain[0].sha256, sizeof row->certificate);
}

/* No address was found, which may be the expected outcome. */
static void report_failure(struct session *s, struct outcome *oc)
{
	session_expect(s, oc);
	if (s->options->json)
		json_print_probe(stdout, s, oc, 0);
	result_note_expected(s->options, oc);
}

static int find_all(struct addresses *a, SSL_CTX *ctx, struct outcome *oc)
{
	static const struct step resolve[] = { { "resolve", step_resolve }, { NULL, NULL } };
	struct session s;
	int ret;

	session_init(&s, a->options, ctx);
	ret = session_run(&s, resolve, NULL, oc);
	memcpy(a->all, s.addrs, sizeof a->all);
	a->count = s.addr_count;
	a->left_out = s.addr_left_out;
	if (ret != 0)
		report_failure(&s, oc);
	session_free(&s);
	return ret;
}

static void print(const struct addresses *a)
{
	char what[ADDR_HOST_MAX + ADDR_PORT_MAX];

	if (a->left_out > 0 && !a->options->quiet)
		fprintf(stderr, "hello-client: note: %zu more addresses were not probed\n",
		    a->left_out);
	if (a->options->json)
		return;
	snprintf(what, sizeof what, "%s %s", a->options->host, a->options->port);
	address_table_print(stdout, a->rows, a->count);
	summary_print_counts(stdout, &a->runner.stats, what, a->runner.took_us);
}

static bool is_on(const struct client_options *o)
{
	return o->all_addresses;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	const unsigned parallel = setup->options->series.parallel;
	struct addresses *a = calloc(1, sizeof *a);

	if (!a) {
		outcome_set(oc, OC_INTERNAL, "out of memory for addresses");
		return outcome_status(oc->code);
	}
	a->options = setup->options;
	if (find_all(a, setup->ctx, oc) == 0) {
		a->runner = (struct runner){
			.setup = setup,
			.what = "addresses",
			.count = a->count,
			.width = a->count < parallel ? (unsigned)a->count : parallel,
			.mode = a,
			.prepare = choose_address,
			.record = record,
		};
		if (runner_run(&a->runner, oc) == 0)
			print(a);
	}
	free(a);
	return outcome_status(oc->code);
}

const struct mode mode_addresses = { is_on, run };
