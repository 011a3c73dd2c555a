/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_METRICS_FILE_H
#define HELLO_CLIENT_OUTPUT_METRICS_FILE_H

#include <stddef.h>

#include "base/outcome.h"
#include "client/output/probe_facts.h"

/*
 * --prometheus: write the probes for the textfile collector of node_exporter (Prometheus text
 * format 0.0.4), as output_file_write does: a reader sees either the old or the new file, and a
 * crash leaves at most file.XXXXXX, which the collector ignores; "-" is standard output. If a
 * target sent no certificate this time, the dates in the old file are kept.
 *
 * Returns 0, or -1 with OC_FILE and the old file untouched.
 */
int metrics_file_write(const char *file, const struct probe_facts all[], size_t count,
    struct outcome *oc);

#endif
