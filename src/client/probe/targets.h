/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_TARGETS_H
#define HELLO_CLIENT_PROBE_TARGETS_H

#include "client/session/settings.h"
#include "client/session/session.h"
#include "base/outcome.h"

/*
 * Probe each target of --targets once, --parallel at a time; all over one
 * context. Standard output gets a table and how many failed of what, or with
 * --json a line for each as it ends and a summary; a terminal on standard error
 * sees how far it is. INT and TERM as in series_run: what was found so far is told.
 *
 * Blocks. Memory: about 300 bytes a target. Returns the exit status; oc is the
 * most frequent failure, or untouched when all were fine.
 */
int targets_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc);

#endif
