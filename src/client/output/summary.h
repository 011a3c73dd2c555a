/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_SUMMARY_H
#define HELLO_CLIENT_OUTPUT_SUMMARY_H

#include <stdint.h>
#include <stdio.h>

#include "client/output/stats.h"

/*
 * Print statistics for people, in 80 columns: counts, failures by outcome, times of each phase
 * (full and resumed handshakes one above the other), and a histogram of the total. what is the
 * target, took_us the duration of all.
 */
void summary_print(FILE *to, const struct stats *t, const char *what, uint64_t took_us);

/* Print only the counts. */
void summary_print_counts(FILE *to, const struct stats *t, const char *what, uint64_t took_us);

/* Print the progress in one line of at most columns, which the next call overwrites. */
void summary_print_live(FILE *to, const struct stats *t, unsigned columns);

#endif
