/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CHECK_H
#define HELLO_SERVER_CHECK_H

#include "base/outcome.h"
#include "server/options.h"

/*
 * --check: loads everything as a start would, judges it, and serves nothing. Prints one
 * line for each finding to standard output. Returns OC_FILE (any error); with --client-cert,
 * OC_CLIENT_CERT_REFUSED or OC_CRL_UNUSABLE if that client would be rejected; OC_WARNINGS; or
 * OC_OK (no findings, or only notes).
 */
enum outcome_code check_run(const struct server_options *o);

#endif
