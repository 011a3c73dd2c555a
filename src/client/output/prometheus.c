/* SPDX-License-Identifier: MIT */
#include "client/output/prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input_file.h"
#include "client/output/output_file.h"

#include "base/text.h"

/* The labels of a target, escaped; a longer host is cut. */
enum { LABELS_MAX = 2 * ADDR_HOST_MAX + 64 };

static const char expiry[] = "hello_client_certificate_expiry_timestamp_seconds";

/* Two certificates' ends: one sample each. */
static const char *const which[] = { "leaf", "chain" };

/* ---- samples ---------------------------------------------------------------------- */

static const char *labels_of(const struct probe_facts *f, char buf[LABELS_MAX])
{
	char host[2 * ADDR_HOST_MAX];
	struct text t;

	text_begin(&t, host, sizeof host);
	text_add_quoted(&t, f->host);
	snprintf(buf, LABELS_MAX, "host=\"%s\",port=\"%s\"", host, f->port);
	return buf;
}

static void describe(FILE *to, const char *name, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void write_success(FILE *to, const struct probe_facts *f, const char *labels)
{
	fprintf(to, "hello_client_success{%s} %d\n", labels, f->code == OC_OK);
}

static void write_outcome(FILE *to, const struct probe_facts *f, const char *labels)
{
	fprintf(to, "hello_client_outcome{%s,reason=\"%s\",stage=\"%s\"} 1\n", labels,
	    outcome_name(f->code), f->code == OC_OK ? "" : outcome_layer_name(f->code));
}

static void write_probed(FILE *to, const struct probe_facts *f, const char *labels)
{
	fprintf(to, "hello_client_probe_timestamp_seconds{%s} %" PRId64 "\n", labels, f->at);
}

static void write_phases(FILE *to, const struct probe_facts *f, const char *labels)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (f->us[i] != PHASE_UNKNOWN)
			fprintf(to, "hello_client_phase_seconds{%s,phase=\"%s\"} %.6f\n", labels,
			    phase_key((enum phase)i), (double)f->us[i] / 1e6);
	}
}

static void write_expiry(FILE *to, const struct probe_facts *f, const char *labels)
{
	const int64_t ends[] = { f->leaf_end, f->chain_end };

	for (int i = 0; i < 2; i++) {
		if (ends[i] != 0)
			fprintf(to, "%s{%s,certificate=\"%s\"} %" PRId64 "\n", expiry, labels,
			    which[i], ends[i]);
	}
}

static void write_left(FILE *to, const struct probe_facts *f, const char *labels)
{
	const int64_t ends[] = { f->leaf_end, f->chain_end };

	for (int i = 0; i < 2; i++) {
		if (ends[i] != 0)
			fprintf(to,
			    "hello_client_certificate_left_seconds{%s,certificate=\"%s\"} %" PRId64
			    "\n",
			    labels, which[i], ends[i] - f->at);
	}
}

static const struct {
	const char *name, *help;
	void (*write)(FILE *to, const struct probe_facts *f, const char *labels);
} metrics[] = {
	{ "hello_client_success", "Was the server verified, and its whole greeting read.",
	    write_success },
	{ "hello_client_outcome", "How the probe ended; stage is the layer that failed.",
	    write_outcome },
	{ "hello_client_probe_timestamp_seconds", "When.", write_probed },
	{ "hello_client_phase_seconds", "How long each phase took.", write_phases },
	{ expiry,
	    "End of the server's certificate, and the first end in its chain; the last ones seen.",
	    write_expiry },
	/* Not in days: Prometheus has base units, and promtool minds. */
	{ "hello_client_certificate_left_seconds", "From the probe until then.", write_left },
};

static void write_all(FILE *to, const struct probe_facts all[], size_t count)
{
	char labels[LABELS_MAX];

	for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++) {
		describe(to, metrics[m].name, metrics[m].help);
		for (size_t i = 0; i < count; i++)
			metrics[m].write(to, &all[i], labels_of(&all[i], labels));
	}
}

/* ---- what was known before ---------------------------------------------------------- */

/* Bytes: of a longer file nothing is known. */
enum { MEMORY_MAX = 64 * 1024 * 1024 };

/* When a certificate ends: a sample of the file that is about to be replaced. */
struct known {
	char *labels; /* owned; all of them */
	int64_t end;
};

struct memory {
	struct known *all; /* sorted */
	size_t count;
};

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left, *b = right;

	return strcmp(a->labels, b->labels);
}

static void forget(struct memory *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->all[i].labels);
	free(m->all);
}

/* Other lines are passed over. Returns 0, or -1 when there is no memory. */
static int learn(struct memory *m, const char *line)
{
	const char *begin = line + sizeof expiry - 1, *end = strrchr(line, '}');
	struct known *all = m->all;

	if (strncmp(line, expiry, sizeof expiry - 1) != 0 || *begin != '{' || !end)
		return 0;
	/* Room for twice as many, whenever their number is a power of two. */
	if ((m->count & (m->count - 1)) == 0) {
		all = realloc(all, (m->count > 0 ? 2 * m->count : 1) * sizeof *all);
		if (!all)
			return -1;
		m->all = all;
	}
	all[m->count].labels = strndup(begin + 1, (size_t)(end - begin) - 1);
	all[m->count].end = strtoll(end + 1, NULL, 10);
	if (!all[m->count].labels)
		return -1;
	m->count++;
	return 0;
}

static int remember(struct memory *m, const char *file)
{
	static const struct input_file_want want = { "the metrics", MEMORY_MAX, false };
	struct input_file before;
	char *rest, *line;
	int ret = 0;

	/* What cannot be read is not known: a new file, or one that is not ours. */
	if (!output_file_is_replaced(file) || input_file_read(&before, file, &want, NULL) != 0)
		return 0;
	rest = (char *)before.bytes;
	while (ret == 0 && (line = strsep(&rest, "\n")))
		ret = learn(m, line);
	input_file_free(&before);
	if (m->count > 0)
		qsort(m->all, m->count, sizeof *m->all, compare_known);
	return ret;
}

static int64_t recall(const struct memory *m, const char *labels, const char *certificate)
{
	char wanted[LABELS_MAX + 32];
	const struct known key = { .labels = wanted }, *found = NULL;

	snprintf(wanted, sizeof wanted, "%s,certificate=\"%s\"", labels, certificate);
	if (m->count > 0)
		found = bsearch(&key, m->all, m->count, sizeof *m->all, compare_known);
	return found ? found->end : 0;
}

/* Of those that showed no certificate this time. */
static int add_known(struct probe_facts all[], size_t count, const char *file)
{
	struct memory m = { NULL, 0 };
	int ret = remember(&m, file);
	char labels[LABELS_MAX];

	for (size_t i = 0; ret == 0 && i < count; i++) {
		if (all[i].leaf_end != 0)
			continue;
		labels_of(&all[i], labels);
		all[i].leaf_end = recall(&m, labels, which[0]);
		all[i].chain_end = recall(&m, labels, which[1]);
	}
	forget(&m);
	return ret;
}

/* ---- the file ----------------------------------------------------------------------- */

/* For everybody: the exporter is somebody else. */
enum { FILE_MODE = 0644 };

static int write_text(const char *file, const struct probe_facts all[], size_t count,
    struct outcome *oc)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int ret = -1;

	if (to)
		write_all(to, all, count);
	if (!to || fclose(to) != 0)
		outcome_set(oc, OC_INTERNAL, "out of memory for metrics");
	else
		ret = output_file_write(file, text, len, FILE_MODE, oc);
	free(text);
	return ret;
}

int prometheus_write(const char *file, const struct probe_facts all[], size_t count,
    struct outcome *oc)
{
	struct probe_facts *now = malloc(count * sizeof *now + 1);
	int ret;

	if (now)
		memcpy(now, all, count * sizeof *all);
	if (!now || add_known(now, count, file) != 0)
		ret = outcome_set(oc, OC_INTERNAL, "out of memory for metrics");
	else
		ret = write_text(file, now, count, oc);
	free(now);
	return ret;
}
