/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVE_H
#define HELLO_SERVER_SERVE_H

#include "base/outcome.h"
#include "server/options.h"

/*
 * From the options to the end: what to serve, where to listen, and the master, whose workers
 * accept. argv is what the metrics process is executed with. Returns 0 after a stop that was asked
 * for, or -1 with what ended it or kept it from a start.
 */
int serve(const struct server_options *o, char *const *argv, struct outcome *oc);

#endif
