/* SPDX-License-Identifier: MIT */
#include "server/metrics/exposition.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/text.h"
#include "tls/context.h"

static void head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void number(FILE *to, const char *name, const char *type, const char *help, uint64_t value)
{
	head(to, name, type, help);
	fprintf(to, "%s %" PRIu64 "\n", name, value);
}

/* Longer than the name of any certificate, all of it escaped. */
enum { VALUE_MAX = 256, LABEL_MAX = 1024 };

/* A value of shared memory need not end within its max bytes. */
static void label(FILE *to, const char *name, const char *value, size_t max)
{
	char whole[VALUE_MAX], quoted[LABEL_MAX];
	struct text t;

	snprintf(whole, sizeof whole, "%.*s", (int)(max < VALUE_MAX ? max : VALUE_MAX - 1), value);
	text_begin(&t, quoted, sizeof quoted);
	text_add_quoted(&t, whole);
	fprintf(to, "%s=\"%s\"", name, quoted);
}

static void write_outcomes(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_connections_total";

	head(to, name, "counter", "Connections that have ended, by outcome.");
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (outcome_is((enum outcome_code)i, OUTCOME_SERVED))
			fprintf(to, "%s{outcome=\"%s\"} %" PRIu64 "\n", name,
			    outcome_name((enum outcome_code)i), (uint64_t)c->work->outcome[i]);
	}
}

static void write_handshakes(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_handshakes_total";
	static const char *const versions[] = {
		[COUNTERS_TLS12] = "TLSv1.2",
		[COUNTERS_TLS13] = "TLSv1.3",
	};

	head(to, name, "counter", "Handshakes done.");
	for (int v = 0; v < COUNTERS_PROTOCOLS; v++) {
		for (int resumed = 0; resumed <= 1; resumed++)
			fprintf(to, "%s{version=\"%s\",resumed=\"%s\"} %" PRIu64 "\n", name,
			    versions[v], resumed ? "yes" : "no",
			    (uint64_t)c->work->handshakes[v][resumed]);
	}
}

static void write_phase(FILE *to, const char *name, const struct counters_phase *p)
{
	uint64_t sum = 0;

	for (int i = 0; i < COUNTERS_BUCKETS; i++) {
		sum += p->bucket[i];
		fprintf(to, "hello_phase_duration_seconds_bucket{phase=\"%s\",le=\"", name);
		if (i < COUNTERS_BUCKETS - 1)
			fprintf(to, "%g", counters_bucket_ms[i] / 1000.0);
		else
			fputs("+Inf", to);
		fprintf(to, "\"} %" PRIu64 "\n", sum);
	}
	fprintf(to, "hello_phase_duration_seconds_sum{phase=\"%s\"} %g\n", name,
	    (double)p->sum_ms / 1000);
	fprintf(to, "hello_phase_duration_seconds_count{phase=\"%s\"} %" PRIu64 "\n", name, sum);
}

static void write_phases(FILE *to, const struct counters *c)
{
	head(to, "hello_phase_duration_seconds", "histogram",
	    "Time that connections took in a phase which they came through.");
	write_phase(to, "proxy", &c->work->phase[CONN_PHASE_PROXY]);
	write_phase(to, "handshake", &c->work->phase[CONN_PHASE_HANDSHAKE]);
	write_phase(to, "request", &c->work->phase[CONN_PHASE_REQUEST]);
	write_phase(to, "greeting", &c->work->phase[CONN_PHASE_GREETING]);
	write_phase(to, "linger", &c->work->phase[CONN_PHASE_LINGER]);
}

static void write_limits(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_limit_reached_total";

	head(to, name, "counter", "Connections closed to make room for another, by limit.");
	for (int i = 0; i < LIMITS_KINDS; i++)
		fprintf(to, "%s{limit=\"%s\"} %" PRIu64 "\n", name,
		    limits_name((enum limits_kind)i), (uint64_t)c->work->limit[i]);
}

/* One sample for each certificate; 0 is no moment. */
static void write_moment(FILE *to, const char *name, const struct counters_certificate *of,
    int64_t moment)
{
	if (moment == 0)
		return;
	fprintf(to, "%s{", name);
	label(to, "subject", of->subject, sizeof of->subject);
	fputc(',', to);
	label(to, "sha256", of->sha256, sizeof of->sha256);
	fprintf(to, "} %" PRId64 "\n", moment);
}

static void write_certificates(FILE *to, const struct counters *c)
{
	static const char not_after[] = "hello_certificate_not_after_timestamp_seconds";
	static const char stapled[] = "hello_staple_next_update_timestamp_seconds";
	struct counters_certificates served;

	counters_get_served(&c->state->served, &served);
	head(to, not_after, "gauge", "When the certificates that are served expire.");
	for (unsigned i = 0; i < served.count; i++)
		write_moment(to, not_after, &served.item[i], served.item[i].not_after);
	head(to, stapled, "gauge", "When the OCSP responses to staple end.");
	for (unsigned i = 0; i < served.count; i++)
		write_moment(to, stapled, &served.item[i], served.item[i].stapled_until);
}

/* Once it is over, no client of that CA passes: an alarm should come before. */
static void write_crls(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_crl_next_update_timestamp_seconds";
	struct counters_certificates crls;

	counters_get_served(&c->state->crls, &crls);
	head(to, name, "gauge", "When the CRLs by which clients are judged get stale.");
	for (unsigned i = 0; i < crls.count; i++) {
		fprintf(to, "%s{", name);
		label(to, "issuer", crls.item[i].subject, sizeof crls.item[i].subject);
		fprintf(to, "} %" PRId64 "\n", crls.item[i].not_after);
	}
}

static void write_information(FILE *to, const struct counters *c)
{
	head(to, "hello_build_info", "gauge", "Version of the server and of its TLS library.");
	fputs("hello_build_info{", to);
	label(to, "version", PACKAGE_VERSION, SIZE_MAX);
	fputc(',', to);
	label(to, "library", tls_context_library(), SIZE_MAX);
	fputs("} 1\n", to);
	head(to, "hello_sandbox_info", "gauge", "What confines the workers.");
	fputs("hello_sandbox_info{", to);
	label(to, "sandbox", c->state->sandbox, sizeof c->state->sandbox);
	fputs("} 1\n", to);
}

void exposition_write(FILE *to, const struct counters *c)
{
	write_outcomes(to, c);
	write_handshakes(to, c);
	write_phases(to, c);
	write_limits(to, c);
	number(to, "hello_received_bytes_total", "counter",
	    "Bytes read from connections that have ended.", c->work->received);
	number(to, "hello_sent_bytes_total", "counter",
	    "Bytes written to connections that have ended.", c->work->sent);
	number(to, "hello_accept_pauses_total", "counter",
	    "Times a worker stopped accepting because descriptors or memory were used up.",
	    c->work->accept_pauses);
	number(to, "hello_connections_open", "gauge", "Connections that are open.",
	    counters_open(c));
	number(to, "hello_handshakes_in_flight", "gauge", "Handshakes begun and not done.",
	    counters_handshaking(c));
	number(to, "hello_generation", "gauge", "Generation of the workers.", c->state->generation);
	number(to, "hello_workers", "gauge", "Workers of this generation that should be there.",
	    c->state->workers);
	number(to, "hello_workers_ready", "gauge", "Workers of this generation that are ready.",
	    c->state->workers_ready);
	number(to, "hello_worker_restarts_total", "counter",
	    "Workers that were replaced because they died.", c->state->restarts);
	head(to, "hello_worker_pause_seconds", "gauge",
	    "How long the place of a worker that died stays empty, now; it grows in a crash loop.");
	fprintf(to, "hello_worker_pause_seconds %g\n", (double)c->state->worker_pause_ms / 1000);
	head(to, "hello_reloads_total", "counter", "Reloads, by result.");
	fprintf(to, "hello_reloads_total{result=\"ok\"} %" PRIu64 "\n",
	    (uint64_t)c->state->reloads);
	fprintf(to, "hello_reloads_total{result=\"failed\"} %" PRIu64 "\n",
	    (uint64_t)c->state->reloads_failed);
	number(to, "hello_draining", "gauge", "1 after the server was told to leave.",
	    c->state->draining);
	number(to, "hello_start_time_seconds", "gauge", "When the server was started.",
	    (uint64_t)c->state->started);
	write_certificates(to, c);
	write_crls(to, c);
	write_information(to, c);
}
