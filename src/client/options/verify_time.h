/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_VERIFY_TIME_H
#define HELLO_CLIENT_OPTIONS_VERIFY_TIME_H

#include <stdint.h>

#include "base/outcome.h"

/*
 * Parse a time as a user types it: "2026-12-01" (midnight, UTC), "2026-12-01 08:00:00Z" (also with
 * a "T" in the middle), "+30d" from now, or seconds since 1970. name is the option's name.
 * Returns 0, or -1 with OC_USAGE.
 */
int verify_time_parse(const char *name, const char *value, int64_t *out, struct outcome *oc);

#endif
