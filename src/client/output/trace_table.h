/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_TRACE_TABLE_H
#define HELLO_CLIENT_OUTPUT_TRACE_TABLE_H

#include <stdio.h>

#include "client/judge/trace.h"

/*
 * Print --trace for people: the path as a line that fits into the terminal, or into 80 columns; a
 * row for each hop; then what they show.
 */
void trace_table_print(FILE *to, const char *host, const char *port, const struct trace *t);

/*
 * Draw the path in at most this many columns: with addresses, else with the numbers of hops, else
 * only with the hops around the place where it ends, whatever that takes. "[X]" is that place.
 */
enum { TRACE_DRAWING_MAX = 2048 };
const char *trace_table_draw(const struct trace *t, const struct trace_verdict *v, size_t columns,
    char buf[TRACE_DRAWING_MAX]);

#endif
