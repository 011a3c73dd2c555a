/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_SERIES_H
#define HELLO_CLIENT_PROBE_SERIES_H

#include "client/session/settings.h"
#include "client/session/session.h"
#include "base/outcome.h"

/*
 * Probe the same target again and again (-c, -i, --parallel), until the count is
 * reached, INT or TERM comes or standard output is closed; then those that run
 * are waited for, and a second signal leaves at once. Tells each probe in a line
 * on standard output, or on a terminal all of them in one line that changes when
 * they come too fast to be read; a summary at the end.
 *
 * The interval is kept whatever the probes take (open loop): one that has to
 * wait because all places are taken counts its waiting.
 *
 * Blocks. Returns the exit status; oc is the most frequent failure, or untouched when all
 * probes were fine.
 */
int series_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc);

#endif
