/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_VERIFY_TIME_H
#define HELLO_CLIENT_OPTIONS_VERIFY_TIME_H

#include <stdint.h>

#include "base/outcome.h"

/*
 * Parse a time as a person types it: "2026-12-01" (its midnight, UTC),
 * "2026-12-01 08:00:00Z" as we print it or with a "T" in the middle, "+30d"
 * from now, or seconds since 1970. name is the option as the user knows it.
 * Returns 0, or -1 with OC_USAGE.
 */
int verify_time_parse(const char *name, const char *value, int64_t *out, struct outcome *oc);

#endif
