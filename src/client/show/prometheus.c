/* SPDX-License-Identifier: MIT */
#include "client/show/prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"

/* The labels of a target, escaped; a longer host is cut. */
enum { LABELS_MAX = 2 * ADDR_HOST_MAX + 64 };

static const char expiry[] = "hello_client_certificate_expiry_timestamp_seconds";

/* Two certificates' ends: one sample each. */
static const char *const which[] = { "leaf", "chain" };

/* ---- samples ---------------------------------------------------------------------- */

static const char *labels_of(const struct vitals *f, char buf[LABELS_MAX])
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

static void write_success(FILE *to, const struct vitals *f, const char *labels)
{
	fprintf(to, "hello_client_success{%s} %d\n", labels, f->code == OC_OK);
}

static void write_outcome(FILE *to, const struct vitals *f, const char *labels)
{
	fprintf(to, "hello_client_outcome{%s,reason=\"%s\",stage=\"%s\"} 1\n", labels,
	    outcome_name(f->code), f->code == OC_OK ? "" : outcome_layer_name(f->code));
}

static void write_probed(FILE *to, const struct vitals *f, const char *labels)
{
	fprintf(to, "hello_client_probe_timestamp_seconds{%s} %" PRId64 "\n", labels, f->at);
}

static void write_phases(FILE *to, const struct vitals *f, const char *labels)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (f->us[i] != PHASE_UNKNOWN)
			fprintf(to, "hello_client_phase_seconds{%s,phase=\"%s\"} %.6f\n", labels,
			    phase_key((enum phase)i), (double)f->us[i] / 1e6);
	}
}

static void write_expiry(FILE *to, const struct vitals *f, const char *labels)
{
	const int64_t ends[] = { f->leaf_end, f->chain_end };

	for (int i = 0; i < 2; i++) {
		if (ends[i] != 0)
			fprintf(to, "%s{%s,certificate=\"%s\"} %" PRId64 "\n", expiry, labels,
			    which[i], ends[i]);
	}
}

static void write_left(FILE *to, const struct vitals *f, const char *labels)
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
	void (*write)(FILE *to, const struct vitals *f, const char *labels);
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

static void write_all(FILE *to, const struct vitals all[], size_t count)
{
	char labels[LABELS_MAX];

	for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++) {
		describe(to, metrics[m].name, metrics[m].help);
		for (size_t i = 0; i < count; i++)
			metrics[m].write(to, &all[i], labels_of(&all[i], labels));
	}
}

/* ---- what was known before ---------------------------------------------------------- */

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
	FILE *from = fopen(file, "re");
	char *line = NULL;
	size_t room = 0;
	int ret = 0;

	if (!from)
		return 0;
	while (ret == 0 && getline(&line, &room, from) >= 0)
		ret = learn(m, line);
	free(line);
	fclose(from);
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
static int add_known(struct vitals all[], size_t count, const char *file)
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

static int fail(const char *path, struct outcome *oc)
{
	return outcome_set_errno(oc, OC_FILE, "cannot write %s", path);
}

static int write_file(int fd, const char *path, const struct vitals all[], size_t count,
    struct outcome *oc)
{
	FILE *to = fdopen(fd, "w");
	bool good;

	if (!to) {
		close(fd);
		return fail(path, oc);
	}
	write_all(to, all, count);
	/* For everybody: the exporter is somebody else. On the disk before it has the name. */
	good = fflush(to) == 0 && !ferror(to) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	return fclose(to) == 0 && good ? 0 : fail(path, oc);
}

static int replace(const char *file, const struct vitals all[], size_t count, struct outcome *oc)
{
	size_t len = strlen(file) + sizeof ".XXXXXX";
	char *beside = malloc(len);
	int fd, ret = -1;

	if (!beside)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a file name");
	snprintf(beside, len, "%s.XXXXXX", file);
	fd = mkstemp(beside);
	if (fd < 0) {
		fail(file, oc);
	} else if (write_file(fd, file, all, count, oc) != 0) {
		unlink(beside);
	} else if (rename(beside, file) != 0) {
		fail(file, oc);
		unlink(beside);
	} else {
		ret = 0;
	}
	free(beside);
	return ret;
}

int prometheus_write(const char *file, const struct vitals all[], size_t count, struct outcome *oc)
{
	struct vitals *now = malloc(count * sizeof *now + 1);
	int ret;

	if (now)
		memcpy(now, all, count * sizeof *all);
	if (!now || add_known(now, count, file) != 0)
		ret = outcome_set(oc, OC_INTERNAL, "out of memory for metrics");
	else
		ret = replace(file, now, count, oc);
	free(now);
	return ret;
}
