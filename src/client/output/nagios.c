/* SPDX-License-Identifier: MIT */
#include "client/output/nagios.h"

#include <inttypes.h>

#include "base/text.h"

static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

enum { OK, WARNING, CRITICAL, UNKNOWN };

static int judge(const struct probe_facts *f, const struct client_nagios *limits)
{
	int64_t days = probe_facts_days(f, f->chain_end);

	if (f->code != OC_OK)
		return outcome_layer(f->code) == LAYER_LOCAL ? UNKNOWN : CRITICAL;
	if (days < (int64_t)limits->critical_days)
		return CRITICAL;
	return days < (int64_t)limits->warning_days ? WARNING : OK;
}

/* A bar begins the performance data, so the text must not contain one. */
static void print_text(FILE *to, const char *text)
{
	char clean[4 * PROBE_FACTS_DETAIL_MAX];

	for (const char *c = text_clean(text, clean, sizeof clean); *c; c++)
		fputc(*c == '|' ? '/' : *c, to);
}

static void print_days(FILE *to, const char *label, const struct probe_facts *f, int64_t end,
    const struct client_nagios *limits)
{
	if (end == 0)
		fprintf(to, " %s=U", label);
	else
		fprintf(to, " %s=%" PRId64, label, probe_facts_days(f, end));
	/* In the guidelines "N:" means: alert below N. */
	fprintf(to, ";%u:;%u:", limits->warning_days, limits->critical_days);
}

/* Without a connection, a proxy or STARTTLS these graphs would always be empty. */
static bool is_optional(const struct probe_facts *f, int phase)
{
	return phase == PHASE_PROXY || phase == PHASE_STARTTLS || f->file;
}

static void print_phases(FILE *to, const struct probe_facts *f)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (f->us[i] == PHASE_UNKNOWN && is_optional(f, i))
			continue;
		if (f->us[i] == PHASE_UNKNOWN)
			fprintf(to, " %s=U;;;0", phase_key((enum phase)i));
		else
			fprintf(to, " %s=%.3fms;;;0", phase_key((enum phase)i),
			    (double)f->us[i] / 1000);
	}
}

/* A service that says nothing has greeted nobody. */
static const char *what_it_did(const struct probe_facts *f)
{
	bool greets = !f->service || f->service->talk == TALK_HELLO;
	bool answers = f->us[PHASE_FIRST_BYTE] != PHASE_UNKNOWN;

	return greets ? "greeted" : answers ? "answered" : "silent";
}

static void print_success(FILE *to, const struct probe_facts *f)
{
	print_text(to, f->host);
	if (f->file) {
		fputs(" verified in ", to);
		print_text(to, f->file);
	} else {
		fprintf(to, " %s verified and %s in %.1f ms", f->port, what_it_did(f),
		    (double)f->us[PHASE_TOTAL] / 1000);
	}
}

int nagios_print(FILE *to, const struct probe_facts *f, const struct client_nagios *limits)
{
	int status = judge(f, limits);

	fprintf(to, "HELLO %s - ", words[status]);
	if (f->code != OC_OK) {
		fprintf(to, "%s: ", outcome_name(f->code));
		print_text(to, f->detail[0] ? f->detail : outcome_words(f->code));
	} else {
		print_success(to, f);
		fprintf(to, ", %" PRId64 " days left", probe_facts_days(f, f->leaf_end));
		if (f->chain_end < f->leaf_end)
			fprintf(to, " (%" PRId64 " in the chain)",
			    probe_facts_days(f, f->chain_end));
	}
	fputs(" |", to);
	print_days(to, "days_left", f, f->leaf_end, limits);
	print_days(to, "chain_days_left", f, f->chain_end, limits);
	print_phases(to, f);
	fputc('\n', to);
	return status;
}
