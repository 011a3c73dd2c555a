/* SPDX-License-Identifier: MIT */
#include "client/options/verify_time.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tls/cert_info.h"

enum { DAY_S = 86400 };

/* A number with this before and that behind it, and nothing else. */
static bool take_number(const char *value, const char *before, const char *behind, int64_t *n)
{
	size_t skipped = strlen(before), digits;

	if (strncmp(value, before, skipped) != 0)
		return false;
	digits = strspn(value + skipped, "0123456789");
	*n = strtoll(value + skipped, NULL, 10);
	/* Twelve digits reach to the year 33658. */
	return digits >= 1 && digits <= 12 && strcmp(value + skipped + digits, behind) == 0;
}

static bool take_date(const char *value, int64_t *out)
{
	char text[CERT_INFO_TIME_MAX], back[CERT_INFO_TIME_MAX];
	struct tm tm = { .tm_mday = 0 };

	if (strlen(value) == strlen("2026-12-01"))
		snprintf(text, sizeof text, "%.10s 00:00:00Z", value);
	else
		snprintf(text, sizeof text, "%s", value);
	if (strlen(text) > 10 && text[10] == 'T')
		text[10] = ' ';
	if (sscanf(text, "%4d-%2d-%2d %2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = cert_info_seconds(&tm);
	/* There is no 30th of February: what does not read the same again was no date. */
	return strcmp(cert_info_time(*out, back), text) == 0;
}

int verify_time_parse(const char *name, const char *value, int64_t *out, struct outcome *oc)
{
	int64_t n;

	if (take_number(value, "+", "d", &n) && n < INT32_MAX)
		n = (int64_t)time(NULL) + n * DAY_S;
	else if (!take_number(value, "", "", &n) && !take_date(value, &n))
		n = 0;
	if (n <= 0) {
		outcome_set(oc, OC_USAGE, "%s wants a moment, not \"%.40s\"", name, value);
		outcome_advise(oc,
		    "2026-12-01, \"2026-12-01 08:00:00Z\", +30d, or seconds since 1970");
		return -1;
	}
	*out = n;
	return 0;
}
