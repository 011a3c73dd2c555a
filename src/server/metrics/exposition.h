/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_METRICS_EXPOSITION_H
#define HELLO_SERVER_METRICS_EXPOSITION_H

#include <stdio.h>

#include "server/metrics/counters.h"

/*
 * The counters in Prometheus's text format 0.0.4, to a stream that the caller
 * checks and closes. Times are seconds, sizes bytes; an outcome that no
 * connection to a server can have is not there.
 */
void exposition_write(FILE *to, const struct counters *c);

#endif
