/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_LIFETIME_H
#define HELLO_BASE_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * A limit for the time that a certificate has left: a number of seconds, a share of its lifetime,
 * or the smaller of both. No number of days suits both a one-year and a six-day certificate. Times
 * are in seconds since 1970. Pure.
 */
struct lifetime_limit {
	int64_t seconds;       /* INT64_MAX: only the share counts */
	unsigned parts, whole; /* parts of whole; whole 0: only the seconds count */
	const char *said;      /* as the user typed it; NULL: a default */
};

/*
 * The defaults of hello-client: 14 days or a third of the lifetime, and 7 days or a sixth,
 * whichever is less. The warnings of hello-server use the first.
 */
extern const struct lifetime_limit lifetime_warning, lifetime_critical;

/*
 * Parses "14" (days), "36h" or "33%" (of the lifetime) for the option name. *limit points to value
 * afterwards. Returns 0, or -1 with OC_USAGE.
 */
int lifetime_limit_parse(const char *name, const char *value, struct lifetime_limit *limit,
    struct outcome *oc);

/* Does the limit depend on the certificate? */
bool lifetime_limit_is_relative(const struct lifetime_limit *limit);

/* The limit in seconds for a certificate that is valid from begin to end; never negative. */
int64_t lifetime_limit_seconds(const struct lifetime_limit *limit, int64_t begin, int64_t end);

/* Does a certificate that is valid from begin to end have less time left than the limit? */
bool lifetime_is_short(const struct lifetime_limit *limit, int64_t begin, int64_t end, int64_t now);

/* Is a less than b for every certificate? */
bool lifetime_limit_is_less(const struct lifetime_limit *a, const struct lifetime_limit *b);

#endif
