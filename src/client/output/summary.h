/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_SUMMARY_H
#define HELLO_CLIENT_OUTPUT_SUMMARY_H

#include <stdint.h>
#include <stdio.h>

#include "client/output/stats.h"

/*
 * A stats for people, in 80 columns: how many, failures by reason, times of each
 * phase (full and resumed handshakes one above the other), a histogram of the
 * total. what is the target, took_us how long all took.
 */
void summary_print(FILE *to, const struct stats *t, const char *what, uint64_t took_us);

/* Its first lines alone. */
void summary_print_counts(FILE *to, const struct stats *t, const char *what, uint64_t took_us);

/* The same in one line of at most columns, to be drawn over: how far it is. */
void summary_print_live(FILE *to, const struct stats *t, unsigned columns);

#endif
