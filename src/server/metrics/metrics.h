/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_METRICS_METRICS_H
#define HELLO_SERVER_METRICS_METRICS_H

#include <stdbool.h>

#include "base/outcome.h"
#include "server/confine/confine.h"
#include "server/listen/endpoint.h"

struct metrics_options {
	bool wanted;
	struct endpoint endpoint; /* where they are served */
};

/*
 * Names the descriptors that the master passes to the metrics process: listener, the
 * two files of the counters, and a pipe that the master holds open. If it is set, this
 * program is the metrics process.
 */
#define METRICS_ENVIRONMENT "HELLO_SERVER_METRICS"

/* Was this program started as the metrics process? */
bool metrics_is_us(void);

/*
 * The metrics process: GET or HEAD of /metrics returns the counters (exposition.h),
 * /healthz returns 200 while the server serves and 503 before that and while it drains.
 * It has access only to the counters and its listener, drops privileges and enters the
 * sandbox as a worker does. The master has made it ignore the signals that are for the
 * master. Returns -1 after a failure, or 0 when the master is gone.
 */
int metrics_run(const struct confine_options *o, struct outcome *oc);

#endif
