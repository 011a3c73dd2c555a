/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_ADDRESSES_H
#define HELLO_CLIENT_PROBE_ADDRESSES_H

#include <openssl/types.h>

#include "client/session/settings.h"
#include "client/session/session.h"
#include "base/outcome.h"

/*
 * --all-addresses: probe each address of the name once, some at a time, and print
 * a line of each and where the certificates differ; with --json a line each and a
 * summary. Blocks until all are done, at most --max-time for each turn of
 * --parallel. Returns the exit status: the most frequent failure's, on a tie the
 * smaller one; of the resolver, when there is no address.
 */
int addresses_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc);

#endif
