/* SPDX-License-Identifier: MIT */
#include "client/output/metrics_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input_file.h"
#include "base/prometheus.h"
#include "client/output/output_file.h"

static const char begins[] = "hello_client_certificate_not_before_timestamp_seconds";
static const char expiry[] = "hello_client_certificate_expiry_timestamp_seconds";

/* Labels: each has a sample for the begin and one for the end of the validity. */
static const char *const which[] = { "leaf", "chain" };

/* ---- samples ---------------------------------------------------------------------- */

/* All samples have the labels of their target. */
/* clang-format off */
#define TARGET(f) { "host", (f)->host }, { "port", (f)->port }
/* clang-format on */

static void write_success(FILE *to, const char *name, const struct probe_facts *f)
{
	prometheus_sample(to, name, PROMETHEUS_LABELS(TARGET(f)), "%d", f->code == OC_OK);
}

static void write_outcome(FILE *to, const char *name, const struct probe_facts *f)
{
	const char *stage = f->came == OC_OK ? "" : outcome_layer_name(f->came);

	prometheus_sample(to, name,
	    PROMETHEUS_LABELS(TARGET(f), { "reason", outcome_name(f->came) }, { "stage", stage }),
	    "1");
}

static void write_expected(FILE *to, const char *name, const struct probe_facts *f)
{
	if (f->expects)
		write_success(to, name, f);
}

static void write_time(FILE *to, const char *name, const struct probe_facts *f)
{
	prometheus_sample(to, name, PROMETHEUS_LABELS(TARGET(f)), "%" PRId64, f->at);
}

static void write_phases(FILE *to, const char *name, const struct probe_facts *f)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (f->us[i] != PHASE_UNKNOWN)
			prometheus_sample(to, name,
			    PROMETHEUS_LABELS(TARGET(f), { "phase", phase_key((enum phase)i) }),
			    "%.6f", (double)f->us[i] / 1e6);
	}
}

static void write_post_quantum(FILE *to, const char *name, const struct probe_facts *f)
{
	static const char *const parts[] = { "key_exchange", "certificate" };
	const enum post_quantum_answer all[] = { f->key_exchange, f->certificate };

	for (int i = 0; i < 2; i++) {
		if (all[i] != POST_QUANTUM_UNKNOWN)
			prometheus_sample(to, name,
			    PROMETHEUS_LABELS(TARGET(f), { "part", parts[i] }), "%d",
			    all[i] == POST_QUANTUM_YES);
	}
}

static void write_certificate(FILE *to, const char *name, const struct probe_facts *f, int i,
    int64_t seconds)
{
	prometheus_sample(to, name, PROMETHEUS_LABELS(TARGET(f), { "certificate", which[i] }),
	    "%" PRId64, seconds);
}

/* Only of this probe: what an earlier one saw may have been replaced. */
static void write_info(FILE *to, const char *name, const struct probe_facts *f)
{
	if (f->sha256[0])
		prometheus_sample(to, name,
		    PROMETHEUS_LABELS(TARGET(f), { "name", f->name ? f->name : f->host },
			{ "sha256", f->sha256 }),
		    "1");
}

/* A file of an older version may have the end without the begin. */
static void write_begins(FILE *to, const char *name, const struct probe_facts *f)
{
	const int64_t all[] = { f->leaf.begin, f->first.begin };

	for (int i = 0; i < 2; i++) {
		if (all[i] != 0)
			write_certificate(to, name, f, i, all[i]);
	}
}

/* Write the ends of the certificates in seconds after since; an end of 0 is unknown. */
static void write_ends(FILE *to, const char *name, const struct probe_facts *f, int64_t since)
{
	const int64_t ends[] = { f->leaf.end, f->first.end };

	for (int i = 0; i < 2; i++) {
		if (ends[i] != 0)
			write_certificate(to, name, f, i, ends[i] - since);
	}
}

static void write_expiry(FILE *to, const char *name, const struct probe_facts *f)
{
	write_ends(to, name, f, 0);
}

static void write_left(FILE *to, const char *name, const struct probe_facts *f)
{
	write_ends(to, name, f, f->at);
}

static const struct {
	const char *name, *help;
	void (*write)(FILE *to, const char *name, const struct probe_facts *f);
} metrics[] = {
	{ "hello_client_success",
	    "1 if the server was verified and its whole greeting was read, or with "
	    "--expect-outcome if the outcome was expected, else 0.",
	    write_success },
	{ "hello_client_outcome", "Outcome of the probe; stage is the layer that failed.",
	    write_outcome },
	{ "hello_client_outcome_expected",
	    "With --expect-outcome: 1 if the outcome of the probe is on its list, else 0.",
	    write_expected },
	{ "hello_client_probe_timestamp_seconds", "Time of the probe.", write_time },
	{ "hello_client_phase_seconds", "Duration of each phase.", write_phases },
	{ "hello_client_certificate_info",
	    "SHA-256 of the certificate that the server sent, and the name to verify.",
	    write_info },
	{ "hello_client_post_quantum",
	    "1 if the key exchange, or the certificate with its chain, is post-quantum, else 0.",
	    write_post_quantum },
	{ begins,
	    "Start of validity of the server's certificate, and of the first in its chain to "
	    "expire, as last seen.",
	    write_begins },
	{ expiry,
	    "Expiry of the server's certificate, and the first expiry in its chain, as last seen.",
	    write_expiry },
	/* Not in days: Prometheus has base units, which promtool checks. */
	{ "hello_client_certificate_left_seconds", "Time from the probe to the expiry.",
	    write_left },
};

static void write_all(FILE *to, const struct probe_facts all[], size_t count)
{
	for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++) {
		prometheus_describe(to, metrics[m].name, "gauge", metrics[m].help);
		for (size_t i = 0; i < count; i++)
			metrics[m].write(to, metrics[m].name, &all[i]);
	}
}

/* ---- the previous file ------------------------------------------------------------ */

/* Bytes; a longer file is not read. */
enum { KNOWN_MAX = 64 * 1024 * 1024 };

/* A sample in the file that will be replaced: the begin or end of a validity. */
struct known {
	char *sample; /* its name and labels, up to the closing brace; owned */
	int64_t time;
};

struct known_times {
	struct known *all; /* sorted */
	size_t count;
};

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left, *b = right;

	return strcmp(a->sample, b->sample);
}

static void free_known(struct known_times *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->all[i].sample);
	free(m->all);
}

static bool is_sample_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	return strncmp(line, name, len) == 0 && line[len] == '{';
}

/* Ignores other lines. Returns 0, or -1 when there is no memory. */
static int parse_known(struct known_times *m, const char *line)
{
	const char *end = strrchr(line, '}');
	struct known *all = m->all;

	if ((!is_sample_of(line, begins) && !is_sample_of(line, expiry)) || !end)
		return 0;
	/* Double the room whenever the count is a power of two. */
	if ((m->count & (m->count - 1)) == 0) {
		all = realloc(all, (m->count > 0 ? 2 * m->count : 1) * sizeof *all);
		if (!all)
			return -1;
		m->all = all;
	}
	all[m->count].sample = strndup(line, (size_t)(end - line));
	all[m->count].time = strtoll(end + 1, NULL, 10);
	if (!all[m->count].sample)
		return -1;
	m->count++;
	return 0;
}

static int read_known(struct known_times *m, const char *file)
{
	static const struct input_file_want want = { "the metrics", KNOWN_MAX, false };
	struct input_file before;
	char *rest, *line;
	int ret = 0;

	/* A file that cannot be read is new, or not one of ours. */
	if (!output_file_is_replaced(file) || input_file_read(&before, file, &want, NULL) != 0)
		return 0;
	rest = (char *)before.bytes;
	while (ret == 0 && (line = strsep(&rest, "\n")))
		ret = parse_known(m, line);
	input_file_free(&before);
	if (m->count > 0)
		qsort(m->all, m->count, sizeof *m->all, compare_known);
	return ret;
}

static int64_t find_known(const struct known_times *m, const char *name,
    const struct probe_facts *f, int i)
{
	char labels[PROMETHEUS_LABELS_MAX], wanted[sizeof begins + PROMETHEUS_LABELS_MAX];
	const struct known key = { .sample = wanted }, *found = NULL;

	prometheus_labels(PROMETHEUS_LABELS(TARGET(f), { "certificate", which[i] }), labels);
	snprintf(wanted, sizeof wanted, "%s{%s", name, labels);
	if (m->count > 0)
		found = bsearch(&key, m->all, m->count, sizeof *m->all, compare_known);
	return found ? found->time : 0;
}

static struct probe_lifetime find_lifetime(const struct known_times *m, const struct probe_facts *f,
    int i)
{
	return (struct probe_lifetime){ find_known(m, begins, f, i), find_known(m, expiry, f, i) };
}

/* Keep the known lifetimes of targets that sent no certificate this time. */
static int restore_known(struct probe_facts all[], size_t count, const char *file)
{
	struct known_times m = { NULL, 0 };
	int ret = read_known(&m, file);

	for (size_t i = 0; ret == 0 && i < count; i++) {
		if (all[i].leaf.end != 0)
			continue;
		all[i].leaf = find_lifetime(&m, &all[i], 0);
		all[i].first = find_lifetime(&m, &all[i], 1);
	}
	free_known(&m);
	return ret;
}

/* ---- the file ----------------------------------------------------------------------- */

/* World-readable: the exporter runs as another user. */
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

int metrics_file_write(const char *file, const struct probe_facts all[], size_t count,
    struct outcome *oc)
{
	struct probe_facts *now = malloc(count * sizeof *now + 1);
	int ret;

	if (now)
		memcpy(now, all, count * sizeof *all);
	if (!now || restore_known(now, count, file) != 0)
		ret = outcome_set(oc, OC_INTERNAL, "out of memory for metrics");
	else
		ret = write_text(file, now, count, oc);
	free(now);
	return ret;
}
