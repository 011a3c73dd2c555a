/* SPDX-License-Identifier: MIT */
#include "client/output/address_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "client/output/terminal.h"

/*
 * Widths. ADDRESS, REASON: at least; DIGITS: of a certificate's SHA-256; REST: all columns after
 * the outcome; WIDE: with details.
 */
enum {
	ADDRESS = 15,
	REASON = 7,
	DIGITS = 8,
	CERTIFICATE = 11,
	REST = CERTIFICATE + 16,
	WIDE = 100
};

/* Room for a list of the addresses of one certificate; a longer list is cut. */
enum { LIST_MAX = 2048 };

static int widest(int width, const char *text)
{
	int len = (int)strlen(text);

	return len > width ? len : width;
}

static void print_row(FILE *to, const struct address_table_row *row, int address, int reason,
    int words)
{
	const struct probe_facts *v = &row->probe_facts;
	char ms[TERMINAL_MS_MAX], shortened[ADDR_TEXT_MAX], days[24] = "-";

	if (v->first.end != 0)
		snprintf(days, sizeof days, "%" PRId64, probe_facts_days(v, v->first.end));
	fprintf(to, "%-*s  ", address,
	    terminal_shorten(row->address, address, shortened, sizeof shortened));
	if (v->code == OC_OK)
		fprintf(to, "%-*s", reason, "OK");
	else
		terminal_print_bad(to, outcome_name(v->code), reason);
	fprintf(to, "  %-*.*s%5s %6s", CERTIFICATE, DIGITS,
	    row->certificate[0] ? row->certificate : "-", days,
	    terminal_ms((uint64_t)v->us[PHASE_TOTAL], ms));
	if (words > 0 && v->detail[0])
		fprintf(to, "  %.*s", words, v->detail);
	fputc('\n', to);
}

/* ---- certificates ------------------------------------------------------------------- */

static bool is_first(const struct address_table_row rows[], size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(rows[k].certificate, rows[i].certificate) == 0)
			return false;
	}
	return rows[i].certificate[0] != '\0';
}

static void print_certificate(FILE *to, const struct address_table_row rows[], size_t count,
    size_t i)
{
	char text[LIST_MAX], end[TIME_TEXT_MAX];
	const int64_t until = rows[i].probe_facts.leaf.end;
	size_t len = (size_t)snprintf(text, sizeof text, "%.*s, until %s, at", DIGITS,
	    rows[i].certificate, until != 0 ? time_text(until, end) : "an invalid date");
	const char *separator = " ";

	for (size_t k = i; k < count && len < sizeof text; k++) {
		if (strcmp(rows[k].certificate, rows[i].certificate) != 0)
			continue;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", separator,
		    rows[k].address);
		separator = ", ";
	}
	terminal_print_wrapped(to, text, 0);
}

static void print_certificates(FILE *to, const struct address_table_row rows[], size_t count)
{
	size_t certificates = 0;

	for (size_t i = 0; i < count; i++)
		certificates += is_first(rows, i);
	if (certificates < 2)
		return;
	fprintf(to, "\nThe addresses have %zu different certificates:\n", certificates);
	for (size_t i = 0; i < count; i++) {
		if (is_first(rows, i))
			print_certificate(to, rows, count, i);
	}
}

void address_table_print(FILE *to, const struct address_table_row rows[], size_t count)
{
	int address = ADDRESS, reason = REASON, words = PROBE_FACTS_DETAIL_MAX;

	for (size_t i = 0; i < count; i++) {
		address = widest(address, rows[i].address);
		reason = widest(reason, outcome_name(rows[i].probe_facts.code));
	}
	if (terminal_is_live(to)) {
		int columns = (int)terminal_columns(to);

		if (address > columns - reason - REST)
			address = columns - reason - REST;
		if (address < ADDRESS)
			address = ADDRESS;
		words = columns < WIDE ? 0 : columns - address - reason - REST - 2;
	}
	fprintf(to, "%-*s  %-*s  %-*s%5s %6s%s\n", address, "ADDRESS", reason, "OUTCOME",
	    CERTIFICATE, "CERTIFICATE", "DAYS", "MS", words > 0 ? "  WHAT" : "");
	for (size_t i = 0; i < count; i++)
		print_row(to, &rows[i], address, reason, words);
	print_certificates(to, rows, count);
}
