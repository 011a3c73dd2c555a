/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVE_H
#define HELLO_SERVER_SERVE_H

#include "base/outcome.h"
#include "server/options.h"

/*
 * Runs the server from the options to its end. argv is used to execute the metrics
 * process. Returns 0 after a requested stop, or -1 with the reason for the failure.
 */
int serve(const struct server_options *o, char *const *argv, struct outcome *oc);

#endif
