/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_PROMETHEUS_H
#define HELLO_BASE_PROMETHEUS_H

#include <stddef.h>
#include <stdio.h>

/*
 * The one writer of Prometheus's text format 0.0.4. The caller checks and closes the
 * stream. Names and help texts are constants of the project and written unchanged;
 * label values may hold any byte.
 */
struct prometheus_label {
	const char *name, *value;
};

/* A list of labels: PROMETHEUS_LABELS({ "limit", "total" }, { "phase", "linger" }). */
#define PROMETHEUS_LABELS(...) ((const struct prometheus_label[]){ __VA_ARGS__, { NULL, NULL } })

/* The lines before the samples of a metric. type: "counter", "gauge" or "histogram". */
void prometheus_describe(FILE *to, const char *name, const char *type, const char *help);

/* One sample. labels may be NULL; format is for its number. */
void prometheus_sample(FILE *to, const char *name, const struct prometheus_label labels[],
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The labels as in a sample, without the braces. Returns buf. */
enum { PROMETHEUS_LABELS_MAX = 4096 };
const char *prometheus_labels(const struct prometheus_label labels[],
    char buf[PROMETHEUS_LABELS_MAX]);

#endif
