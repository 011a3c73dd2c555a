/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_REPORT_H
#define HELLO_CLIENT_OUTPUT_REPORT_H

#include "client/session/session.h"

/*
 * -v: one line a step on standard error, as it ends: name, what it found,
 * milliseconds; aligned, at most 80 columns where the facts allow it.
 */
session_watch report_step;

/*
 * The greeting to standard output. On a terminal control bytes are shown
 * escaped, so that a server cannot steer it; a pipe gets the bytes as they
 * came.
 */
void report_greeting(const struct session *s);

#endif
