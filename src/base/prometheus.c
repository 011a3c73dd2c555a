/* SPDX-License-Identifier: MIT */
#include "base/prometheus.h"

#include <stdarg.h>

#include "base/text.h"

/* A longer value is cut. A certificate's name fits even if all of it is escaped. */
enum { VALUE_MAX = 1024 };

void prometheus_describe(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

const char *prometheus_labels(const struct prometheus_label labels[],
    char buf[PROMETHEUS_LABELS_MAX])
{
	char value[VALUE_MAX];
	struct text quoted;
	size_t len = 0;

	buf[0] = '\0';
	for (; labels->name && len < PROMETHEUS_LABELS_MAX; labels++) {
		text_begin(&quoted, value, sizeof value);
		text_add_quoted(&quoted, labels->value);
		len += (size_t)snprintf(buf + len, PROMETHEUS_LABELS_MAX - len, "%s%s=\"%s\"",
		    len > 0 ? "," : "", labels->name, value);
	}
	return buf;
}

void prometheus_sample(FILE *to, const char *name, const struct prometheus_label labels[],
    const char *format, ...)
{
	char text[PROMETHEUS_LABELS_MAX];
	va_list number;

	if (labels)
		fprintf(to, "%s{%s} ", name, prometheus_labels(labels, text));
	else
		fprintf(to, "%s ", name);
	va_start(number, format);
	vfprintf(to, format, number);
	va_end(number);
	fputc('\n', to);
}
