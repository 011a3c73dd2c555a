/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_REPORT_H
#define HELLO_CLIENT_OUTPUT_REPORT_H

#include "client/session/session.h"

/*
 * -v: print one line on standard error when a step ends: its name, what it found, milliseconds;
 * aligned, in at most 80 columns if the facts allow it.
 */
session_watch report_step;

/*
 * Print the greeting on standard output. On a terminal, control bytes are escaped, so that a server
 * cannot control it; a pipe gets the original bytes.
 */
void report_greeting(const struct session *s);

#endif
