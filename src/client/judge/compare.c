/* SPDX-License-Identifier: MIT */
#include "client/judge/compare.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "net/addr.h"

/*
 * What is compared, the most important field first, and the words for a difference: before, our
 * value, between, their value, after. Values are cut to the width; width 0 prints the words alone.
 */
static const struct {
	enum conn_report_field field;
	int width;
	const char *before, *between, *after;
} rows[] = {
	{ CONN_REPORT_BINDING, 0,
	    "TLS is terminated between you and the server: the two ends do not share keys", "",
	    "" },
	{ CONN_REPORT_CERTIFICATE, 16, "the certificate was replaced: SHA-256 ", "... was "
	    "received, ",
	    "... was sent" },
	{ CONN_REPORT_SERVER_NAME, 120, "the server name (SNI) was rewritten: you requested ",
	    ", the server received ", "" },
	{ CONN_REPORT_PEER, ADDR_TEXT_MAX, "the source address was rewritten: you are ",
	    ", the server sees ", "" },
	{ CONN_REPORT_PROTOCOL, 20, "protocol: ", " here, ", " at the server" },
	{ CONN_REPORT_CIPHER, 40, "cipher: ", " here, ", " at the server" },
	{ CONN_REPORT_GROUP, 30, "group: ", " here, ", " at the server" },
	{ CONN_REPORT_RESUMED, 3, "resumed: ", " here, ", " at the server" },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/*
 * Compare two addresses without their zones, which are local to one machine (RFC 4007 section
 * 11.2): a link has a name here and a number there.
 */
static bool is_same_address(const char *a, const char *b)
{
	while (*a && *a == *b && *a != '%') {
		a++;
		b++;
	}
	if (*a == '%')
		a += strcspn(a, "]");
	if (*b == '%')
		b += strcspn(b, "]");
	return strcmp(a, b) == 0;
}

/* The length of value, at most width. */
static int shown(const char *value, int width)
{
	return (int)text_fit(value, strlen(value), (size_t)width);
}

bool compare_differs(const struct conn_report *ours, const struct conn_report *theirs,
    enum conn_report_field field)
{
	bool listed = false;

	for (size_t i = 0; i < ROWS; i++)
		listed = listed || rows[i].field == field;
	/* Only the server knows the other fields. */
	if (!listed)
		return false;
	/* A resumption sends no certificate; the client still has that of the first session. */
	if (field == CONN_REPORT_CERTIFICATE && conn_report_is_none(theirs, field))
		return false;
	if (field == CONN_REPORT_PEER)
		return !is_same_address(ours->value[field], theirs->value[field]);
	return strcmp(ours->value[field], theirs->value[field]) != 0;
}

static void describe(char *to, size_t max, size_t row, const struct conn_report *ours,
    const struct conn_report *theirs)
{
	enum conn_report_field field = rows[row].field;
	const char *our = ours->value[field], *their = theirs->value[field];
	int width = rows[row].width;

	snprintf(to, max, "%s%.*s%s%.*s%s", rows[row].before, shown(our, width), our,
	    rows[row].between, shown(their, width), their, rows[row].after);
}

int compare_reports(const struct conn_report *ours, const struct conn_report *theirs,
    char remark[COMPARE_REMARK_MAX], struct outcome *oc)
{
	bool bound = !conn_report_is_none(ours, CONN_REPORT_BINDING), any = false, address = false;
	char words[COMPARE_REMARK_MAX], found[OUTCOME_TEXT_MAX] = "";

	for (size_t i = 0; i < ROWS; i++) {
		size_t len = strlen(found);

		if (!compare_differs(ours, theirs, rows[i].field))
			continue;
		if (rows[i].field == CONN_REPORT_PEER)
			address = true;
		else
			any = true;
		describe(words, sizeof words, i, ours, theirs);
		snprintf(found + len, sizeof found - len, "%s%s", len ? "; " : "", words);
	}
	remark[0] = '\0';
	if (any || (address && !bound))
		return outcome_set(oc, OC_PATH_DIFFERS, "%s", found);
	if (address)
		snprintf(remark, COMPARE_REMARK_MAX, "%.*s; TLS is passed through",
		    COMPARE_REMARK_MAX - 32, found);
	return 0;
}
