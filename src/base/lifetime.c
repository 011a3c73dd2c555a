/* SPDX-License-Identifier: MIT */
#include "base/lifetime.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

const struct lifetime_limit lifetime_warning = { 14 * TIME_DAY, 1, 3, NULL };
const struct lifetime_limit lifetime_critical = { 7 * TIME_DAY, 1, 6, NULL };

/* A hundred years. */
enum { DAYS_MAX = 36500, PERCENT_MAX = 100, DIGITS_MAX = 6 };

int lifetime_limit_parse(const char *name, const char *value, struct lifetime_limit *limit,
    struct outcome *oc)
{
	size_t digits = strspn(value, "0123456789");
	const char *unit = value + digits;
	long number = digits > 0 && digits <= DIGITS_MAX ? strtol(value, NULL, 10) : -1;
	struct lifetime_limit found = { INT64_MAX, 0, 0, value };

	if (strcmp(unit, "%") == 0 && number >= 0 && number <= PERCENT_MAX) {
		found.parts = (unsigned)number;
		found.whole = PERCENT_MAX;
	} else if (strcmp(unit, "h") == 0 && number >= 0 && number <= DAYS_MAX * 24) {
		found.seconds = (int64_t)number * TIME_HOUR;
	} else if (!*unit && number >= 0 && number <= DAYS_MAX) {
		found.seconds = (int64_t)number * TIME_DAY;
	} else {
		outcome_set(oc, OC_USAGE,
		    "invalid %s \"%.40s\": expected 0 to %d days, hours such as 36h, or 0%% to "
		    "100%% of the lifetime",
		    name, value, DAYS_MAX);
		return -1;
	}
	*limit = found;
	return 0;
}

bool lifetime_limit_is_relative(const struct lifetime_limit *limit)
{
	return limit->whole != 0;
}

int64_t lifetime_limit_seconds(const struct lifetime_limit *limit, int64_t begin, int64_t end)
{
	/* A certificate that ends before it begins has no lifetime. */
	int64_t life = end > begin ? end - begin : 0, share = INT64_MAX;

	if (limit->whole != 0)
		share = life * limit->parts / limit->whole;
	return share < limit->seconds ? share : limit->seconds;
}

bool lifetime_is_short(const struct lifetime_limit *limit, int64_t begin, int64_t end, int64_t now)
{
	return end - now < lifetime_limit_seconds(limit, begin, end);
}

/* Is the share of a less than that of b? False if a has none. */
static bool has_less_share(const struct lifetime_limit *a, const struct lifetime_limit *b)
{
	return a->whole != 0 && (uint64_t)a->parts * b->whole < (uint64_t)b->parts * a->whole;
}

bool lifetime_limit_is_less(const struct lifetime_limit *a, const struct lifetime_limit *b)
{
	/* Either part of b may be the smaller one, so a must be below both. */
	return (b->seconds == INT64_MAX || a->seconds < b->seconds) &&
	    (b->whole == 0 || has_less_share(a, b));
}
