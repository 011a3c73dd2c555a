/* SPDX-License-Identifier: MIT */
#include "client/probe/series.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "client/probe/interrupt.h"
#include "client/output/json.h"
#include "client/probe/runner.h"
#include "client/output/terminal.h"
#include "client/output/summary.h"
#include "client/output/stats.h"
#include "base/clock.h"

/* Lines that come faster than this are not read; how often the one in their place is drawn. */
enum { READABLE_MS = 100, REDRAW_MS = 200 };

struct ping {
	const struct client_options *options;
	SSL_CTX *ctx;
	const struct step *steps;
	char what[ADDR_HOST_MAX + ADDR_PORT_MAX];
	uint64_t began_us;
	bool live;            /* one line that changes */
	pthread_mutex_t lock; /* of what the lanes share: all below and standard output */
	struct stats stats;
	struct resumption held; /* --resume: the last session that was earned and not offered yet */
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

	/* All of an IPv6 address may be more than a narrow terminal has room for. */
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

/* A ticket is offered once (RFC 8446 appendix C.4): of those at a time one resumes. */
static void take_held(struct ping *p, struct resumption *out)
{
	pthread_mutex_lock(&p->lock);
	resumption_move(&p->held, out);
	pthread_mutex_unlock(&p->lock);
}

/* With the lock. */
static void keep_earned(struct ping *p, struct session *s)
{
	if (!p->options->resume || !s->earned.session)
		return;
	resumption_free(&p->held);
	resumption_move(&s->earned, &p->held);
}

static void probe(void *arg, uint64_t i, uint64_t due_us)
{
	struct ping *p = arg;
	struct session s;
	struct outcome oc = OUTCOME_NONE;
	uint64_t late_us = clock_us() - due_us;
	struct resumption offered;

	take_held(p, &offered);
	session_init(&s, p->options, p->ctx);
	s.offered = &offered;
	session_run(&s, p->steps, NULL, &oc);
	pthread_mutex_lock(&p->lock);
	stats_add(&p->stats, oc.code, &s.phases, s.facts.resumed, late_us);
	if (p->options->json)
		json_print_probe(stdout, &s, &oc, i + 1);
	else if (p->live)
		;
	else if (oc.code == OC_OK)
		print_good(&s, i + 1, late_us);
	else
		print_bad(&s, i + 1, &oc);
	fflush(stdout);
	keep_earned(p, &s);
	pthread_mutex_unlock(&p->lock);
	resumption_free(&offered);
	session_free(&s);
}

static void draw(struct ping *p)
{
	pthread_mutex_lock(&p->lock);
	summary_print_live(stdout, &p->stats, terminal_columns(stdout));
	pthread_mutex_unlock(&p->lock);
}

/* Until all have ended, for whatever reason. */
static void watch(struct ping *p, struct parallel *probes)
{
	bool told = false;

	while (!runner_wait(probes, clock_ms() + REDRAW_MS)) {
		if (p->live)
			draw(p);
		if (!interrupt_seen() && !ferror(stdout))
			continue;
		runner_stop(probes);
		if (!told && runner_busy(probes) > 0 && terminal_is_live(stderr))
			fprintf(stderr, "\nwaiting for %u probes; once more to leave at once\n",
			    runner_busy(probes));
		told = true;
	}
	if (p->live)
		terminal_wipe(stdout);
}

/* In the first line and in the summary, which have to fit, too. */
static void name_target(struct ping *p)
{
	enum { REST = 48 };
	const struct client_options *o = p->options;
	char host[ADDR_HOST_MAX];

	terminal_shorten(o->host, terminal_room(stdout, REST + (int)strlen(o->port)), host,
	    sizeof host);
	snprintf(p->what, sizeof p->what, "%s %s", host, o->port);
}

static void print_intro(const struct ping *p)
{
	const struct client_series *series = &p->options->series;
	char interval[TERMINAL_MS_MAX];

	if (p->options->json)
		return;
	printf("%s every %s, at most %u at a time\n", p->what,
	    terminal_time((uint64_t)series->interval_ms * 1000, interval), series->parallel);
	fflush(stdout);
}

static void print_summary(const struct ping *p)
{
	const uint64_t *handshakes = p->stats.handshakes;
	uint64_t took_us = clock_us() - p->began_us;

	if (p->options->json) {
		json_print_summary(stdout, p->options, &p->stats, took_us);
		return;
	}
	summary_print(stdout, &p->stats, p->what, took_us);
	if (p->options->resume && handshakes[STATS_FULL] > 1 && handshakes[STATS_RESUMED] == 0)
		puts("Nothing resumed: does it give tickets? (hello-server: --tickets 1)");
}

int series_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc)
{
	const struct client_series *series = &o->series;
	struct ping *p = calloc(1, sizeof *p);
	struct runner_plan plan = {
		.width = series->parallel,
		.count = series->count > 0 ? series->count : UINT64_MAX,
		.interval_us = (uint64_t)series->interval_ms * 1000,
		.descriptors = SESSION_DESCRIPTORS,
		.job = probe,
		.arg = p,
	};
	struct parallel *probes;

	if (!p) {
		outcome_set(oc, OC_INTERNAL, "out of memory for statistics");
		return outcome_status(oc->code);
	}
	p->options = o;
	p->ctx = ctx;
	p->steps = steps;
	p->began_us = clock_us();
	p->live = !o->json && series->interval_ms < READABLE_MS && terminal_is_live(stdout);
	name_target(p);
	pthread_mutex_init(&p->lock, NULL);
	json_prepare();
	interrupt_catch();
	/* The first line before those of the probes, and none when there will be no probes. */
	pthread_mutex_lock(&p->lock);
	probes = runner_start(&plan, oc);
	if (probes)
		print_intro(p);
	pthread_mutex_unlock(&p->lock);
	if (probes) {
		watch(p, probes);
		runner_free(probes);
		print_summary(p);
		stats_judge(&p->stats, "probes", oc);
	}
	pthread_mutex_destroy(&p->lock);
	resumption_free(&p->held);
	free(p);
	return outcome_status(oc->code);
}
