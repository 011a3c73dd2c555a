/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_METRICS_FILE_H
#define HELLO_CLIENT_OUTPUT_METRICS_FILE_H

#include <stddef.h>

#include "client/output/probe_facts.h"
#include "base/outcome.h"

/*
 * --prometheus: write all of these for the textfile collector of node_exporter
 * (Prometheus text format 0.0.4), as output_file_write does: a regular file is always
 * whole, so a reader sees the old or the new one, and a crash leaves at most
 * file.XXXXXX, which the collector passes over; "-" is standard output. What the file knew of a
 * target's certificate is kept when the target showed none this time.
 *
 * Returns 0, or -1 with OC_FILE and the old file untouched.
 */
int metrics_file_write(const char *file, const struct probe_facts all[], size_t count,
    struct outcome *oc);

#endif
