/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_TRACE_TEXT_H
#define HELLO_CLIENT_OUTPUT_TRACE_TEXT_H

#include "client/judge/trace.h"

/* Write what a trace shows, and what it cannot show, in a few sentences; returns buf. */
enum { TRACE_TEXT_MAX = 1536 };
const char *trace_text_write(const struct trace *t, const struct trace_verdict *v,
    char buf[TRACE_TEXT_MAX]);

#endif
