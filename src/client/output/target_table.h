/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_TARGET_TABLE_H
#define HELLO_CLIENT_OUTPUT_TARGET_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "client/output/probe_facts.h"

/*
 * Print many targets for people, the worst first: failures by exit status, then certificates with
 * the smallest share of their lifetime left. Sorts them in place. Details of failures are printed
 * in a file, or from 100 columns on.
 */
void target_table_print(FILE *to, struct probe_facts all[], size_t count);

/* Print "[####    ] 120/1000, 3 failed" in one line, which the next call overwrites. */
void target_table_print_progress(FILE *to, size_t done, size_t count, size_t failed,
    unsigned columns);

#endif
