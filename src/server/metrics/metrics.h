/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_METRICS_METRICS_H
#define HELLO_SERVER_METRICS_METRICS_H

#include <stdbool.h>

#include "base/outcome.h"
#include "server/confine/confine.h"
#include "server/listen/endpoint.h"

struct metrics_options {
	bool wanted;
	struct endpoint place; /* where they are served */
};

/*
 * Names the descriptors that the master hands to the metrics process: listener,
 * the two files of the counters, and a pipe whose end is the master's. Its presence makes this
 * program that process.
 */
#define METRICS_ENVIRONMENT "HELLO_SERVER_METRICS"

/* Has this program been started as the metrics process? */
bool metrics_is_us(void);

/*
 * The metrics process: GET or HEAD of /metrics answers the counters
 * (exposition.h), /healthz 200 while the server serves and 503 before and while
 * it drains. Sees nothing but the counters and its listener, gives up
 * privileges and enters the sandbox as a worker does. Returns only with a
 * failure (-1), or 0 when it was told to leave or the master is gone.
 */
int metrics_run(const struct confine_options *o, struct outcome *oc);

#endif
