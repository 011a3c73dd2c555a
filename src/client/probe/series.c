/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/output/summary.h"
#include "client/output/terminal.h"
#include "client/probe/runner.h"

/* Nobody can read lines that come faster. */
enum { READABLE_MS = 100 };

struct series {
	struct runner runner;
	const struct client_options *options;
	char target[ADDR_HOST_MAX + ADDR_PORT_MAX]; /* shortened to fit the first line */
	bool live;                                  /* one line that changes */
	struct resumption held; /* --resume: the last session not yet offered */
};

static void print_good(const struct session *s, uint64_t seq, uint64_t late_us)
{
	const int64_t *us = s->phases.us;
	char peer[ADDR_TEXT_MAX], connect[TERMINAL_MS_MAX], handshake[TERMINAL_MS_MAX],
	    total[TERMINAL_MS_MAX];
	int used = printf("seq=%" PRIu64 " connect=%s handshake=%s total=%s ms%s ", seq,
	    terminal_ms((uint64_t)us[PHASE_CONNECT], connect),
	    terminal_ms((uint64_t)us[PHASE_HANDSHAKE], handshake),
	    terminal_ms((uint64_t)us[PHASE_TOTAL] + late_us, total),
	    s->facts.resumed ? " resumed" : "");

	/* A narrow terminal may not have room for a whole IPv6 address. */
	printf("%.*s\n", terminal_room(stdout, used), addr_format_host(&s->peer, peer));
}

static void print_bad(const struct session *s, uint64_t seq, const struct outcome *oc)
{
	char after[TERMINAL_MS_MAX];
	int used = printf("seq=%" PRIu64 " ", seq) + (int)strlen(outcome_name(oc->code));

	terminal_print_bad(stdout, outcome_name(oc->code), 0);
	used += printf(" after %s ms: ", terminal_ms((uint64_t)s->phases.us[PHASE_TOTAL], after));
	printf("%.*s\n", terminal_room(stdout, used), oc->detail);
}

static void print_expected(const struct session *s, uint64_t seq, const struct outcome *oc)
{
	char after[TERMINAL_MS_MAX];
	int used = printf("seq=%" PRIu64 " after %s ms: ", seq,
	    terminal_ms((uint64_t)s->phases.us[PHASE_TOTAL], after));

	printf("%.*s\n", terminal_room(stdout, used), oc->detail);
}

/* A ticket is offered once (RFC 8446 appendix C.4), so one of several parallel probes resumes. */
static void offer_session(void *mode, struct runner_probe *p)
{
	struct series *series = mode;

	resumption_move(&series->held, &p->offered);
}

static void record(void *mode, struct runner_probe *p)
{
	struct series *series = mode;
	struct session *s = &p->session;

	if (series->options->json || series->live)
		;
	else if (p->oc.code == OC_OK && p->oc.detail[0])
		print_expected(s, p->number + 1, &p->oc);
	else if (p->oc.code == OC_OK)
		print_good(s, p->number + 1, p->late_us);
	else
		print_bad(s, p->number + 1, &p->oc);
	if (!series->options->resume || !s->earned.session)
		return;
	resumption_free(&series->held);
	resumption_move(&s->earned, &series->held);
}

static void draw(void *mode)
{
	const struct series *series = mode;

	if (series->live)
		summary_print_live(stdout, &series->runner.stats, terminal_columns(stdout));
}

/* The name must fit into the first line and into the summary. */
static void name_target(struct series *series)
{
	enum { REST = 48 };
	const struct client_options *o = series->options;
	char host[ADDR_HOST_MAX];

	terminal_shorten(o->host, terminal_room(stdout, REST + (int)strlen(o->port)), host,
	    sizeof host);
	snprintf(series->target, sizeof series->target, "%s %s", host, o->port);
}

static void print_intro(void *mode)
{
	const struct series *series = mode;
	const struct client_series *plan = &series->options->series;
	char interval[TERMINAL_MS_MAX];

	if (series->options->json)
		return;
	printf("%s every %s, at most %u at a time\n", series->target,
	    terminal_time((uint64_t)plan->interval_ms * 1000, interval), plan->parallel);
	fflush(stdout);
}

static void print_summary(const struct series *series)
{
	const struct runner *r = &series->runner;
	const uint64_t *handshakes = r->stats.handshakes;

	if (series->live)
		terminal_wipe(stdout);
	if (series->options->json)
		return;
	summary_print(stdout, &r->stats, series->target, r->took_us);
	if (series->options->resume && handshakes[STATS_FULL] > 1 && handshakes[STATS_RESUMED] == 0)
		puts("Nothing was resumed: does the server issue tickets (hello-server: --tickets "
		     "1)?");
}

static bool is_on(const struct client_options *o)
{
	return o->series.on;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	const struct client_options *o = setup->options;
	struct series *series = calloc(1, sizeof *series);

	if (!series) {
		outcome_set(oc, OC_INTERNAL, "out of memory for statistics");
		return outcome_status(oc->code);
	}
	series->options = o;
	series->live = !o->json && o->series.interval_ms < READABLE_MS && terminal_is_live(stdout);
	name_target(series);
	series->runner = (struct runner){
		.setup = setup,
		.what = "probes",
		.count = o->series.count > 0 ? o->series.count : UINT64_MAX,
		.interval_us = (uint64_t)o->series.interval_ms * 1000,
		.width = o->series.parallel,
		.ends_with_signal = true,
		.mode = series,
		.start = print_intro,
		.prepare = offer_session,
		.record = record,
		.draw = draw,
	};
	if (runner_run(&series->runner, oc) == 0)
		print_summary(series);
	resumption_free(&series->held);
	free(series);
	return outcome_status(oc->code);
}

const struct mode mode_series = { is_on, run };
