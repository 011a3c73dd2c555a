/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_METRICS_EXPOSITION_H
#define HELLO_SERVER_METRICS_EXPOSITION_H

#include <stdio.h>

#include "server/metrics/counters.h"

/*
 * Writes the counters in Prometheus's text format 0.0.4 to a stream that the caller
 * checks and closes. Times are in seconds, sizes in bytes; outcomes that no connection
 * to a server can have are omitted.
 */
void exposition_write(FILE *to, const struct counters *c);

#endif
