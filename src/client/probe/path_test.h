/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_PATH_TEST_H
#define HELLO_CLIENT_PROBE_PATH_TEST_H

#include <openssl/types.h>

#include "client/session/settings.h"
#include "client/session/session.h"
#include "base/outcome.h"

/* A context for these options, the caller's to free; NULL with an outcome. */
typedef SSL_CTX *path_test_context(const struct client_options *o, struct outcome *oc);

/*
 * --path-test: send one address different ClientHellos, some at a time, and print
 * what became of each and which habit of a middlebox fits (see path_judge.h). What
 * would count against the path is tried once more, alone. Blocks for as long as
 * the deadlines of three probes, or of one more for each that fails. Returns the
 * exit status, see path_judge_verdict. ctx is for o itself.
 */
int path_test_run(const struct client_options *o, SSL_CTX *ctx, path_test_context *make,
    const struct step steps[], struct outcome *oc);

#endif
