/* SPDX-License-Identifier: MIT */
#include "client/output/nagios.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

enum { OK, WARNING, CRITICAL, UNKNOWN };

/* Do the limits apply? Not after an expected CERT_EXPIRED. */
static bool has_time_left(const struct probe_facts *f)
{
	return f->code == OC_OK && f->came != OC_CERT_EXPIRED && f->first.end != 0;
}

static bool is_short(const struct lifetime_limit *limit, const struct probe_facts *f)
{
	return lifetime_is_short(limit, f->first.begin, f->first.end, f->at);
}

static int judge(const struct probe_facts *f, const struct client_nagios *limits)
{
	if (f->code != OC_OK)
		return outcome_layer(f->code) == LAYER_LOCAL ? UNKNOWN : CRITICAL;
	if (!has_time_left(f))
		return OK;
	if (is_short(&limits->critical, f))
		return CRITICAL;
	return is_short(&limits->warning, f) ? WARNING : OK;
}

/* A bar begins the performance data, so the text must not contain one. */
static void print_text(FILE *to, const char *text)
{
	char clean[4 * PROBE_FACTS_DETAIL_MAX];

	for (const char *c = text_clean(text, clean, sizeof clean); *c; c++)
		fputc(*c == '|' ? '/' : *c, to);
}

/* With five decimals each second is a different number, so rounding changes no comparison. */
static void print_days(FILE *to, int64_t seconds)
{
	char text[32];
	size_t len = (size_t)snprintf(text, sizeof text, "%.5f", (double)seconds / TIME_DAY);

	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	fprintf(to, "%.*s", (int)len, text);
}

/* In the guidelines "N:" means: alert below N. */
static void print_limit(FILE *to, const struct lifetime_limit *limit, const struct probe_facts *f)
{
	fputc(';', to);
	if (f->first.end == 0 && lifetime_limit_is_relative(limit))
		return;
	print_days(to, lifetime_limit_seconds(limit, f->first.begin, f->first.end));
	fputc(':', to);
}

/* The limits are those of the certificate that is judged: the first to expire. */
static void print_left(FILE *to, const char *label, const struct probe_facts *f, int64_t end,
    const struct client_nagios *limits)
{
	fprintf(to, " %s=", label);
	if (end == 0)
		fputc('U', to);
	else
		print_days(to, end - f->at);
	print_limit(to, &limits->warning, f);
	print_limit(to, &limits->critical, f);
}

/* Is the phase left out if it did not occur? Its graph would always be empty. */
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
	bool answers = f->us[PHASE_FIRST_BYTE] != PHASE_UNKNOWN;

	return f->greets ? "greeted" : answers ? "answered" : "silent";
}

/* "--warning 33%", or "the default of --warning". */
static void name_limit(const char *option, const struct lifetime_limit *limit, char name[64])
{
	snprintf(name, 64, "%s%s%s%s", limit->said ? "" : "the default of ", option,
	    limit->said ? " " : "", limit->said ? limit->said : "");
}

int nagios_check(const struct probe_facts *f, const struct client_nagios *limits,
    struct outcome *oc)
{
	int64_t begin = f->first.begin, end = f->first.end;
	int64_t warning = lifetime_limit_seconds(&limits->warning, begin, end);
	int64_t critical = lifetime_limit_seconds(&limits->critical, begin, end);
	char names[2][64], spans[2][TIME_TEXT_MAX];

	if (!has_time_left(f) || warning >= critical)
		return 0;
	name_limit("--warning", &limits->warning, names[0]);
	name_limit("--critical", &limits->critical, names[1]);
	/* "5 days is less than 5 days" would explain nothing. */
	if (strcmp(time_span(warning, spans[0]), time_span(critical, spans[1])) == 0) {
		snprintf(spans[0], sizeof spans[0], "%lld seconds", (long long)warning);
		snprintf(spans[1], sizeof spans[1], "%lld seconds", (long long)critical);
	}
	outcome_set(oc, OC_USAGE, "for this certificate %s (%s) is less than %s (%s)", names[0],
	    spans[0], names[1], spans[1]);
	outcome_advise(oc, "give both as a share of the lifetime: --warning 33%% --critical 16%%");
	return -1;
}

/*
 * "9 days" and word; a certificate with another fault, which was expected, may also have expired.
 */
static void print_rest(FILE *to, int64_t left, const char *word)
{
	char span[TIME_TEXT_MAX];

	time_span(left, span);
	if (left < 0)
		fprintf(to, "expired %s ago", span);
	else
		fprintf(to, "%s%s", span, word);
}

static void print_success(FILE *to, const struct probe_facts *f)
{
	if (f->came != OC_OK) {
		print_text(to, f->detail);
	} else if (f->file) {
		print_text(to, f->host);
		fputs(" verified in ", to);
		print_text(to, f->file);
	} else {
		print_text(to, f->host);
		fprintf(to, " %s verified and %s in %.1f ms", f->port, what_it_did(f),
		    (double)f->us[PHASE_TOTAL] / 1000);
	}
	if (!has_time_left(f))
		return;
	fputs(", ", to);
	print_rest(to, f->leaf.end - f->at, " left");
	if (f->first.end >= f->leaf.end)
		return;
	fputs(" (", to);
	print_rest(to, f->first.end - f->at, "");
	fputs(" in the chain)", to);
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
	}
	fputs(" |", to);
	print_left(to, "days_left", f, f->leaf.end, limits);
	print_left(to, "chain_days_left", f, f->first.end, limits);
	print_phases(to, f);
	fputc('\n', to);
	return status;
}
