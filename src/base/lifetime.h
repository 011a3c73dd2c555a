/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_LIFETIME_H
#define HELLO_BASE_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * When is a certificate due for renewal? A limit for the time that it has left: a number of
 * seconds, a share of its lifetime, or the smaller of both. A fixed number of days suits no
 * certificate that lives for six of them. Points in time are in seconds since 1970; no clock here.
 */
struct lifetime_limit {
	int64_t seconds;       /* INT64_MAX: only the share counts */
	unsigned parts, whole; /* parts of whole; whole 0: only the seconds count */
	const char *said;      /* as the user typed it; NULL: a default */
};

/*
 * The defaults of hello-client, and what hello-server warns of: the smaller of 14 days and a third
 * of the lifetime, and the smaller of 7 days and a sixth.
 */
extern const struct lifetime_limit lifetime_warning, lifetime_critical;

/*
 * Parses "14" (days), "36h" or "33%" (of the lifetime) for the option name. *limit keeps value.
 * Returns 0, or -1 with OC_USAGE.
 */
int lifetime_limit_parse(const char *name, const char *value, struct lifetime_limit *limit,
    struct outcome *oc);

/* Does it depend on the certificate? */
bool lifetime_limit_is_relative(const struct lifetime_limit *limit);

/* The limit in seconds for a certificate that is valid from begin to end; never negative. */
int64_t lifetime_limit_seconds(const struct lifetime_limit *limit, int64_t begin, int64_t end);

/* Does a certificate that is valid from begin to end have less time left? */
bool lifetime_is_short(const struct lifetime_limit *limit, int64_t begin, int64_t end, int64_t now);

/* Is a less than b for every certificate? */
bool lifetime_limit_is_less(const struct lifetime_limit *a, const struct lifetime_limit *b);

#endif
