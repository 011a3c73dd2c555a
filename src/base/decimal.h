/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_DECIMAL_H
#define HELLO_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decimal digits, for the log line of a connection: with printf(3) the line took three
 * times as many instructions.
 */

/* Digits of the largest number, and the terminator. */
enum { DECIMAL_MAX = 21 };

/* Writes n and a terminator to at, which has room for them. Returns the number of digits. */
size_t decimal_put(uint64_t n, char *at);

/* Writes the last width digits of n, with leading zeros, and no terminator. */
void decimal_put_padded(unsigned n, size_t width, char *at);

#endif
