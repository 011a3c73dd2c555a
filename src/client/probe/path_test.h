/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_PATH_TEST_H
#define HELLO_CLIENT_PROBE_PATH_TEST_H

#include <openssl/types.h>

#include "client/options/options.h"
#include "client/session/session.h"
#include "base/outcome.h"

/* A context for these options, the caller's to free; NULL with an outcome. */
typedef SSL_CTX *pathtest_context(const struct client_options *o, struct outcome *oc);

/*
 * --path-test: send one address different ClientHellos, some at a time, and print
 * what became of each and which habit of a middlebox fits (see pathjudge.h). What
 * would count against the path is tried once more, alone. Blocks for as long as
 * the deadlines of three probes, or of one more for each that fails. Returns the
 * exit status, see pathjudge_verdict. ctx is for o itself.
 */
int pathtest_run(const struct client_options *o, SSL_CTX *ctx, pathtest_context *make,
    const struct step steps[], struct outcome *oc);

#endif
