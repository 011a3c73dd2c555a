/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_RESUME_H
#define HELLO_CLIENT_PROBE_RESUME_H

#include "client/session/session.h"

/*
 * --resume: go through all steps twice, the second time with the session of the
 * first, and tell on standard error what came of it. The greeting of the first
 * is printed, when all went well on both; in an output for programs it is the
 * second one. When the server gave no session there is no second time. Blocks.
 * Returns the exit status, and oc as session_run; that a session was not resumed
 * is no failure.
 */
int resume_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc);

#endif
