/* SPDX-License-Identifier: MIT */
#include "client/options/verify_time.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"

/* Parse exactly: the text before, a number, the text behind. */
static bool parse_number(const char *value, const char *before, const char *behind, int64_t *n)
{
	size_t skipped = strlen(before), digits;

	if (strncmp(value, before, skipped) != 0)
		return false;
	digits = strspn(value + skipped, "0123456789");
	*n = strtoll(value + skipped, NULL, 10);
	/* Twelve digits reach to the year 33658. */
	return digits >= 1 && digits <= 12 && strcmp(value + skipped + digits, behind) == 0;
}

int verify_time_parse(const char *name, const char *value, int64_t *out, struct outcome *oc)
{
	int64_t n;

	if (parse_number(value, "+", "d", &n) && n < INT32_MAX)
		n = (int64_t)time(NULL) + n * TIME_DAY;
	else if (!parse_number(value, "", "", &n) && !time_parse(value, &n))
		n = 0;
	if (n <= 0) {
		outcome_set(oc, OC_USAGE, "invalid time \"%.40s\" for %s", value, name);
		outcome_advise(oc,
		    "2026-12-01, \"2026-12-01 08:00:00Z\", +30d, or seconds since 1970");
		return -1;
	}
	*out = n;
	return 0;
}
