/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_CLOCK_H
#define HELLO_BASE_CLOCK_H

#include <stdint.h>

/*
 * Monotonic time: milliseconds for deadlines, microseconds for durations that people
 * read. Time zero is an unspecified moment in the past, so these are never the time of
 * day.
 */
uint64_t clock_ms(void);
uint64_t clock_us(void);

/* When this time from now is over, as clock_ms. */
struct timeval;
uint64_t clock_ms_after(const struct timeval *left);

#endif
