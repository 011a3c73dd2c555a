/* SPDX-License-Identifier: MIT */
#include "tlsload.h"

#include <stdlib.h>
#include <sys/resource.h>

/*
 * If a sender waits for the acknowledgement of its last small segment (Nagle), and the receiver
 * delays it for 40 ms, connections take this long on any machine.
 */
static const double stall_from_s = 0.038, stall_to_s = 0.050;

void stats_init(struct stats *s, unsigned long count)
{
	*s = (struct stats){ 0 };
	for (int phase = 0; phase < PHASES; phase++) {
		s->seconds[phase] = calloc(count + 1, sizeof *s->seconds[phase]);
		if (!s->seconds[phase]) {
			perror("tlsload");
			exit(2);
		}
	}
}

void stats_add(struct stats *s, const double seconds[PHASES], bool resumed)
{
	for (int phase = 0; phase < PHASES; phase++)
		s->seconds[phase][s->ok] = seconds[phase];
	if (seconds[PHASE_TOTAL] >= stall_from_s && seconds[PHASE_TOTAL] < stall_to_s)
		s->stalls++;
	s->ok++;
	s->resumed += resumed;
}

unsigned long stats_failed(const struct stats *s)
{
	unsigned long n = 0;

	for (int fault = 0; fault < FAULTS; fault++)
		n += s->faults[fault];
	return n;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double rusage_us(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* A line of numbers with names, as key=value or as JSON. */
struct report_line {
	FILE *to;
	bool json, begun;
};

static void put(struct report_line *l, const char *prefix, const char *name, double value,
    int digits)
{
	if (l->begun)
		fputs(l->json ? ", " : " ", l->to);
	else if (l->json)
		fputc('{', l->to);
	l->begun = true;
	fprintf(l->to, l->json ? "\"%s%s\": %.*f" : "%s%s=%.*f", prefix, name, digits, value);
}

static void put_phase(struct report_line *l, const char *name, double *seconds, unsigned long n)
{
	static const struct {
		const char *name;
		unsigned long per_mille;
	} quantiles[] = {
		{ "_p50_us", 500 },
		{ "_p90_us", 900 },
		{ "_p99_us", 990 },
		{ "_max_us", 1000 },
	};

	if (n == 0)
		return;
	qsort(seconds, n, sizeof *seconds, compare);
	for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
		put(l, name, quantiles[i].name,
		    seconds[(n - 1) * quantiles[i].per_mille / 1000] * 1e6, 0);
}

void stats_print(struct stats *s, FILE *to, double wall_s, bool json)
{
	static const char *const fault_names[FAULTS] = {
		"failed_connect",
		"failed_handshake",
		"failed_data",
		"failed_close_notify",
		"failed_resumption",
		"failed_timeout",
	};
	static const char *const phase_names[PHASES] = {
		"connect",
		"handshake",
		"greeting",
		"total",
	};
	struct report_line line = { .to = to, .json = json };
	double good = s->ok ? (double)s->ok : 1;

	put(&line, "", "ok", (double)s->ok, 0);
	put(&line, "", "failed", (double)stats_failed(s), 0);
	for (int fault = 0; fault < FAULTS; fault++)
		put(&line, "", fault_names[fault], (double)s->faults[fault], 0);
	put(&line, "", "resumed", (double)s->resumed, 0);
	put(&line, "", "stalls", (double)s->stalls, 0);
	put(&line, "", "wall_s", wall_s, 3);
	put(&line, "", "per_s", (double)s->ok / wall_s, 0);
	put(&line, "", "client_cpu_us", rusage_us() / good, 1);
	put(&line, "", "lag_max_us", s->lag_max_s * 1e6, 0);
	for (int phase = 0; phase < PHASES; phase++)
		put_phase(&line, phase_names[phase], s->seconds[phase], s->ok);
	fputs(json ? "}\n" : "\n", to);
}
