/* SPDX-License-Identifier: MIT */
#include "client/output/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "client/output/terminal.h"

/* Columns: the longest bar of the histogram, a phase, a kind of handshake, an outcome. */
enum { BAR = 44, NAME = 12, KIND = 9, REASON = 26 };

/* Most rows of the histogram, so that the summary fits on a screen. */
enum { ROWS = 16 };

/* ---- counts --------------------------------------------------------------------- */

void summary_print_counts(FILE *to, const struct stats *t, const char *what, uint64_t took_us)
{
	enum outcome_code codes[OUTCOME_COUNT];
	unsigned n = stats_failures(t, codes);
	char took[TERMINAL_MS_MAX];

	fprintf(to, "\n--- %s: %" PRIu64 " sent, %" PRIu64 " ok, %" PRIu64 " failed in %s\n", what,
	    t->sent, t->by_code[OC_OK], t->sent - t->by_code[OC_OK], terminal_time(took_us, took));
	for (unsigned i = 0; i < n; i++) {
		fprintf(to, "%7" PRIu64 "  ", t->by_code[codes[i]]);
		terminal_print_bad(to, outcome_name(codes[i]), REASON);
		fprintf(to, "%.*s\n", terminal_room(to, 9 + REASON), outcome_words(codes[i]));
	}
}

/* ---- times ---------------------------------------------------------------------- */

static void print_times(FILE *to, const char *name, const char *kind, int kind_width,
    const struct histogram *r)
{
	const uint64_t row[] = { r->min_us, histogram_mean(r), histogram_quantile(r, 0.5),
		histogram_quantile(r, 0.95), histogram_quantile(r, 0.99), r->max_us };
	char ms[TERMINAL_MS_MAX];

	fprintf(to, "%-*s%-*s", NAME, name, kind_width, kind);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		fprintf(to, "%9s", terminal_ms(row[i], ms));
	fputc('\n', to);
}

static void print_phases(FILE *to, const struct stats *t)
{
	static const char *const columns[] = { "min", "avg", "p50", "p95", "p99", "max" };
	static const char *const kinds[] = { "full", "resumed" };
	bool resumed = t->handshakes[STATS_RESUMED] > 0;
	int kind_width = resumed ? KIND : 0;

	fprintf(to, "\n%-*s", NAME + kind_width, "ms");
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		fprintf(to, "%9s", columns[i]);
	fputc('\n', to);
	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		const char *name = phase_label((enum phase)phase);

		for (int kind = 0; kind < STATS_KINDS; kind++) {
			const struct histogram *r = &t->times[kind][phase];

			if (r->count == 0)
				continue;
			print_times(to, name, resumed ? kinds[kind] : "", kind_width, r);
			name = "";
		}
	}
}

/* ---- histogram ------------------------------------------------------------------ */

/* The starts of the rows, ascending; edges[n] is the end of the last row. */
struct rows {
	uint64_t edges[ROWS + 1];
	unsigned n;
};

/* For times of similar length: rows of equal width, which is 1, 2 or 5 times 10^k. */
static void cut_evenly(struct rows *rows, uint64_t min_us, uint64_t max_us)
{
	static const unsigned factors[] = { 1, 2, 5 };
	uint64_t scale = 1, width = 1, first;

	for (unsigned i = 0; (max_us - min_us) / width + 2 > ROWS; i++) {
		if (i > 0 && i % 3 == 0)
			scale *= 10;
		width = factors[i % 3] * scale;
	}
	first = min_us / width * width;
	for (rows->n = 0; first + rows->n * width <= max_us; rows->n++)
		rows->edges[rows->n] = first + rows->n * width;
	rows->edges[rows->n] = first + rows->n * width;
}

/* For times that differ widely: each row is longer than the one before, in round numbers. */
static bool cut_by_steps(struct rows *rows, uint64_t min_us, uint64_t max_us, const double steps[],
    unsigned per_decade)
{
	double decade = pow(10, floor(log10((double)(min_us > 0 ? min_us : 1))));
	unsigned i = 0;

	while (i + 1 < per_decade && decade * steps[i + 1] <= (double)min_us)
		i++;
	rows->n = 0;
	for (;; i++) {
		if (i == per_decade) {
			i = 0;
			decade *= 10;
		}
		rows->edges[rows->n] = (uint64_t)(decade * steps[i]);
		if (rows->edges[rows->n] > max_us)
			return true;
		if (rows->n == ROWS)
			return false;
		rows->n++;
	}
}

static void cut(struct rows *rows, uint64_t min_us, uint64_t max_us)
{
	static const double finest[] = { 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 };
	static const double fine[] = { 1, 1.5, 2, 3, 5, 7 }, coarse[] = { 1, 2, 5 },
			    decades[] = { 1 };

	if (max_us < 2 * min_us || max_us < ROWS)
		cut_evenly(rows, min_us, max_us);
	else if (!cut_by_steps(rows, min_us, max_us, finest, 10) &&
	    !cut_by_steps(rows, min_us, max_us, fine, 6) &&
	    !cut_by_steps(rows, min_us, max_us, coarse, 3))
		cut_by_steps(rows, min_us, max_us, decades, 1);
}

static void print_row(FILE *to, uint64_t from_us, uint64_t to_us, uint64_t n, uint64_t most)
{
	char begin[TERMINAL_MS_MAX], end[TERMINAL_MS_MAX];
	int bar = (int)((n * BAR + most - 1) / most);

	fprintf(to, "%8s - %-8s ", terminal_ms(from_us, begin), terminal_ms(to_us, end));
	for (int i = 0; i < BAR; i++)
		fputc(i < bar ? '#' : ' ', to);
	fprintf(to, "%9" PRIu64 "\n", n);
}

static void print_histogram(FILE *to, const struct histogram *r)
{
	uint64_t n[ROWS], below = 0, most = 1;
	struct rows rows;

	cut(&rows, r->min_us, r->max_us);
	for (unsigned i = 0; i < rows.n; i++) {
		n[i] = (i + 1 < rows.n ? histogram_below(r, rows.edges[i + 1]) : r->count) - below;
		below += n[i];
		if (n[i] > most)
			most = n[i];
	}
	fprintf(to, "\n%-*s%*s\n", 20, "total, ms", BAR + 9, "probes");
	for (unsigned i = 0; i < rows.n; i++)
		print_row(to, rows.edges[i], rows.edges[i + 1], n[i], most);
}

/* ---- all of it ------------------------------------------------------------------ */

static void print_total_histogram(FILE *to, const struct stats *t)
{
	struct histogram *all = calloc(1, sizeof *all);

	if (!all)
		return;
	for (int kind = 0; kind < STATS_KINDS; kind++)
		histogram_merge(all, &t->times[kind][PHASE_TOTAL]);
	if (all->count > 0)
		print_histogram(to, all);
	free(all);
}

static void print_notes(FILE *to, const struct stats *t)
{
	fprintf(to,
	    "\n%" PRIu64 " full handshakes, %" PRIu64 " resumed. Percentiles are within 1 %%.\n"
	    "Open loop: probes started on schedule even when answers were slow, and a total\n"
	    "counts from the time when its probe was due.\n",
	    t->handshakes[STATS_FULL], t->handshakes[STATS_RESUMED]);
}

static void print_waits(FILE *to, const struct stats *t)
{
	char wait[TERMINAL_MS_MAX];

	if (t->late > 0)
		fprintf(to,
		    "%" PRIu64
		    " began late, by up to %s: --parallel is too low or the machine is busy.\n",
		    t->late, terminal_time(t->late_max_us, wait));
}

void summary_print(FILE *to, const struct stats *t, const char *what, uint64_t took_us)
{
	summary_print_counts(to, t, what, took_us);
	if (t->sent == 0)
		return;
	print_phases(to, t);
	print_total_histogram(to, t);
	if (t->by_code[OC_OK] > 0)
		print_notes(to, t);
	print_waits(to, t);
}

void summary_print_live(FILE *to, const struct stats *t, unsigned columns)
{
	char line[128], p50[TERMINAL_MS_MAX], p99[TERMINAL_MS_MAX], max[TERMINAL_MS_MAX];
	const struct histogram *r = &t->times[STATS_FULL][PHASE_TOTAL];
	int len;

	if (t->times[STATS_RESUMED][PHASE_TOTAL].count > r->count)
		r = &t->times[STATS_RESUMED][PHASE_TOTAL];
	len = snprintf(line, sizeof line, "%" PRIu64 " done, %" PRIu64 " failed", t->sent,
	    t->sent - t->by_code[OC_OK]);
	if (r->count > 0)
		snprintf(line + len, sizeof line - (size_t)len, "; p50 %s, p99 %s, max %s ms",
		    terminal_ms(histogram_quantile(r, 0.5), p50),
		    terminal_ms(histogram_quantile(r, 0.99), p99), terminal_ms(r->max_us, max));
	terminal_wipe(to);
	fprintf(to, "%.*s", (int)columns - 1, line);
	fflush(to);
}
