/* SPDX-License-Identifier: MIT */
#include "client/output/target_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/output/terminal.h"
#include "client/services/service.h"

/* Widths. REST: all columns but the target; WIDE: a table with details; BAR: the longest bar. */
enum { TARGET_MIN = 12, TARGET_MAX = 31, REASON = 26, REST = REASON + 23, WIDE = 100, BAR = 50 };

static int compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
	const struct probe_facts *a = left, *b = right;
	int order = (a->code == OC_OK) - (b->code == OC_OK);

	if (order == 0)
		order = compare_numbers(outcome_status(a->code), outcome_status(b->code));
	/* By days, a fresh six-day certificate would come before an old one-year certificate. */
	if (order == 0)
		order = compare_numbers(probe_facts_share(a), probe_facts_share(b));
	if (order == 0)
		order = strcmp(a->host, b->host);
	return order != 0 ? order : strcmp(a->port, b->port);
}

/* Where the port does not imply the service, its name: two rows may differ in nothing else. */
static const char *shown_service(const struct probe_facts *v)
{
	const struct service_row *usual = service_of_port(v->port);

	if (!v->service || v->service == (usual ? usual : service_hello))
		return NULL;
	return v->service->name;
}

/* Of all but the host. */
static int other_width(const struct probe_facts *v)
{
	const char *service = shown_service(v);

	return (int)((service ? strlen(service) + strlen("://") : 0) + 1 + strlen(v->port));
}

static int target_width(const struct probe_facts *v)
{
	return (int)strlen(v->host) + other_width(v);
}

static int widest(const struct probe_facts all[], size_t count)
{
	int width = TARGET_MIN;

	for (size_t i = 0; i < count; i++) {
		if (target_width(&all[i]) > width)
			width = target_width(&all[i]);
	}
	return width > TARGET_MAX ? TARGET_MAX : width;
}

/* A long host loses its middle: its two ends, the service and the port identify it. */
static void print_target(FILE *to, const struct probe_facts *v, int width)
{
	const char *service = shown_service(v);
	int over = target_width(v) - width, len = (int)strlen(v->host);
	int head = (len - over - 2) / 2;

	fprintf(to, "%s%s", service ? service : "", service ? "://" : "");
	if (over <= 0)
		fprintf(to, "%s %s%*s", v->host, v->port, -over, "");
	else
		fprintf(to, "%.*s..%s %s", head, v->host, v->host + head + 2 + over, v->port);
}

/* The days and the share of the lifetime that are left. */
static void print_left(FILE *to, const struct probe_facts *v)
{
	char days[24] = "-", share[8] = "-";

	if (v->first.end != 0) {
		double percent = floor(100 * probe_facts_share(v));

		snprintf(days, sizeof days, "%" PRId64, probe_facts_days(v, v->first.end));
		snprintf(share, sizeof share, "%.0f%%", fmin(fmax(percent, 0), 100));
	}
	fprintf(to, "%6s %5s", days, share);
}

static void print_words(FILE *to, const struct probe_facts *v, int words)
{
	char text[PROBE_FACTS_DETAIL_MAX + PROBE_FACTS_DETOUR_MAX + sizeof "to : "];

	snprintf(text, sizeof text, "%s%s%s%s", v->detour ? "to " : "",
	    v->detour ? v->detour : "", v->detour && v->detail[0] ? ": " : "", v->detail);
	if (text[0])
		fprintf(to, "  %.*s", words, text);
}

static void print_row(FILE *to, const struct probe_facts *v, int width, int words)
{
	char ms[TERMINAL_MS_MAX];

	print_target(to, v, width);
	fputs("  ", to);
	if (v->code == OC_OK)
		fprintf(to, "%-*s", REASON, "OK");
	else
		terminal_print_bad(to, outcome_name(v->code), REASON);
	print_left(to, v);
	fprintf(to, " %8s", terminal_ms((uint64_t)v->us[PHASE_TOTAL], ms));
	if (words > 0)
		print_words(to, v, words);
	fputc('\n', to);
}

void target_table_print(FILE *to, struct probe_facts all[], size_t count)
{
	int width = widest(all, count), words = terminal_room(to, width + REST + 2);

	/* A few letters of a detail are useless. */
	if (terminal_is_live(to) && terminal_columns(to) < WIDE)
		words = 0;
	qsort(all, count, sizeof *all, compare);
	fprintf(to, "%-*s  %-*s%6s %5s %8s%s\n", width, "TARGET", REASON, "OUTCOME", "DAYS", "LIFE",
	    "MS", words > 0 ? "  WHAT" : "");
	for (size_t i = 0; i < count; i++)
		print_row(to, &all[i], width, words);
}

void target_table_print_progress(FILE *to, size_t done, size_t count, size_t failed,
    unsigned columns)
{
	char text[96];
	int room, full;

	snprintf(text, sizeof text, "%zu/%zu, %zu failed", done, count, failed);
	room = (int)columns - (int)strlen(text) - 5;
	if (room > BAR)
		room = BAR;
	terminal_wipe(to);
	if (room >= 10) {
		full = (int)(done * (size_t)room / count);
		fputc('[', to);
		for (int i = 0; i < room; i++)
			fputc(i < full ? '#' : ' ', to);
		fputs("] ", to);
	}
	fputs(text, to);
	fflush(to);
}
