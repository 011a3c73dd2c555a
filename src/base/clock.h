/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_CLOCK_H
#define HELLO_BASE_CLOCK_H

#include <stdint.h>

/*
 * Monotonic time, in milliseconds for deadlines and in microseconds for what
 * is shown to people. Zero is some moment in the past; never the time of day.
 */
uint64_t clock_ms(void);
uint64_t clock_us(void);

#endif
