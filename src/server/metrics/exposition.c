/* SPDX-License-Identifier: MIT */
#include "server/metrics/exposition.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/prometheus.h"
#include "tls/context.h"

static void number(FILE *to, const char *name, const char *type, const char *help, uint64_t value)
{
	prometheus_describe(to, name, type, help);
	prometheus_sample(to, name, NULL, "%" PRIu64, value);
}

static void write_outcomes(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_connections_total";

	prometheus_describe(to, name, "counter", "Connections that ended, by outcome.");
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (outcome_is((enum outcome_code)i, OUTCOME_SERVED))
			prometheus_sample(to, name,
			    PROMETHEUS_LABELS({ "outcome", outcome_name((enum outcome_code)i) }),
			    "%" PRIu64, (uint64_t)c->work->outcome[i]);
	}
}

static void write_handshakes(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_handshakes_total";
	static const char *const versions[] = {
		[COUNTERS_TLS12] = "TLSv1.2",
		[COUNTERS_TLS13] = "TLSv1.3",
		[COUNTERS_DTLS12] = "DTLSv1.2",
		[COUNTERS_QUIC1] = "QUICv1",
	};

	prometheus_describe(to, name, "counter", "Completed handshakes.");
	for (int v = 0; v < COUNTERS_PROTOCOLS; v++) {
		for (int resumed = 0; resumed <= 1; resumed++)
			prometheus_sample(to, name,
			    PROMETHEUS_LABELS({ "version", versions[v] },
				{ "resumed", resumed ? "yes" : "no" }),
			    "%" PRIu64, (uint64_t)c->work->handshakes[v][resumed]);
	}
}

static void write_phase(FILE *to, const char *name, const struct counters_phase *p)
{
	const struct prometheus_label *labels = PROMETHEUS_LABELS({ "phase", name });
	char end[32];
	uint64_t sum = 0;

	for (int i = 0; i < COUNTERS_BUCKETS; i++) {
		sum += p->bucket[i];
		if (i < COUNTERS_BUCKETS - 1)
			snprintf(end, sizeof end, "%g", counters_bucket_ms[i] / 1000.0);
		else
			snprintf(end, sizeof end, "+Inf");
		prometheus_sample(to, "hello_phase_duration_seconds_bucket",
		    PROMETHEUS_LABELS({ "phase", name }, { "le", end }), "%" PRIu64, sum);
	}
	prometheus_sample(to, "hello_phase_duration_seconds_sum", labels, "%g",
	    (double)p->sum_ms / 1000);
	prometheus_sample(to, "hello_phase_duration_seconds_count", labels, "%" PRIu64, sum);
}

static void write_phases(FILE *to, const struct counters *c)
{
	prometheus_describe(to, "hello_phase_duration_seconds", "histogram",
	    "Duration of the phases that connections completed.");
	write_phase(to, "proxy", &c->work->phase[CONN_PHASE_PROXY]);
	write_phase(to, "handshake", &c->work->phase[CONN_PHASE_HANDSHAKE]);
	write_phase(to, "request", &c->work->phase[CONN_PHASE_REQUEST]);
	write_phase(to, "greeting", &c->work->phase[CONN_PHASE_GREETING]);
	write_phase(to, "linger", &c->work->phase[CONN_PHASE_LINGER]);
}

static void write_limits(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_limit_reached_total";

	prometheus_describe(to, name, "counter",
	    "Connections closed at a limit to make room for another, by limit.");
	for (int i = 0; i < LIMITS_KINDS; i++)
		prometheus_sample(to, name,
		    PROMETHEUS_LABELS({ "limit", limits_name((enum limits_kind)i) }), "%" PRIu64,
		    (uint64_t)c->work->limit[i]);
}

static void write_datagrams(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_new_datagrams_total";
	static const char *const results[COUNTERS_DATAGRAMS] = {
		[COUNTERS_DATAGRAM_ACCEPTED] = "accepted",
		[COUNTERS_DATAGRAM_COOKIE] = "cookie",
		[COUNTERS_DATAGRAM_RETRY] = "retry",
		[COUNTERS_DATAGRAM_DENIED] = "denied",
		[COUNTERS_DATAGRAM_IGNORED] = "ignored",
	};

	prometheus_describe(to, name, "counter",
	    "Datagrams that belonged to no connection, by result.");
	for (int i = 0; i < COUNTERS_DATAGRAMS; i++)
		prometheus_sample(to, name, PROMETHEUS_LABELS({ "result", results[i] }), "%" PRIu64,
		    (uint64_t)c->work->datagram[i]);
}

/* One sample for each certificate; time 0 is unknown. */
static void write_time(FILE *to, const char *name, const struct counters_certificate *of,
    int64_t time)
{
	if (time != 0)
		prometheus_sample(to, name,
		    PROMETHEUS_LABELS({ "subject", of->subject }, { "sha256", of->sha256 }),
		    "%" PRId64, time);
}

static void write_certificates(FILE *to, const struct counters *c)
{
	static const char not_after[] = "hello_certificate_not_after_timestamp_seconds";
	static const char stapled[] = "hello_staple_next_update_timestamp_seconds";
	struct counters_certificates served;

	counters_get_served(&c->state->served, &served);
	prometheus_describe(to, not_after, "gauge",
	    "Expiry times of the served certificates.");
	for (unsigned i = 0; i < served.count; i++)
		write_time(to, not_after, &served.item[i], served.item[i].not_after);
	prometheus_describe(to, stapled, "gauge", "Expiry times of the OCSP responses to staple.");
	for (unsigned i = 0; i < served.count; i++)
		write_time(to, stapled, &served.item[i], served.item[i].stapled_until);
}

/* Once it is stale, all clients of that CA are rejected: an alert should come earlier. */
static void write_crls(FILE *to, const struct counters *c)
{
	static const char name[] = "hello_crl_next_update_timestamp_seconds";
	struct counters_certificates crls;

	counters_get_served(&c->state->crls, &crls);
	prometheus_describe(to, name, "gauge",
	    "Times when the CRLs for client certificates become stale.");
	for (unsigned i = 0; i < crls.count; i++)
		prometheus_sample(to, name, PROMETHEUS_LABELS({ "issuer", crls.item[i].subject }),
		    "%" PRId64, crls.item[i].not_after);
}

static void write_information(FILE *to, const struct counters *c)
{
	char sandbox[SANDBOX_TEXT_MAX + 1];

	/* The master writes it while it is read, so it may lack a terminator. */
	snprintf(sandbox, sizeof sandbox, "%.*s", SANDBOX_TEXT_MAX, c->state->sandbox);
	prometheus_describe(to, "hello_build_info", "gauge",
	    "Version of the server and of its TLS library.");
	prometheus_sample(to, "hello_build_info",
	    PROMETHEUS_LABELS({ "version", PACKAGE_VERSION }, { "library", tls_context_library() }),
	    "1");
	prometheus_describe(to, "hello_sandbox_info", "gauge", "Sandbox of the workers.");
	prometheus_sample(to, "hello_sandbox_info", PROMETHEUS_LABELS({ "sandbox", sandbox }), "1");
}

void exposition_write(FILE *to, const struct counters *c)
{
	write_outcomes(to, c);
	write_handshakes(to, c);
	write_phases(to, c);
	write_limits(to, c);
	write_datagrams(to, c);
	number(to, "hello_received_bytes_total", "counter",
	    "Bytes read on connections that ended.", c->work->received);
	number(to, "hello_sent_bytes_total", "counter",
	    "Bytes written on connections that ended.", c->work->sent);
	number(to, "hello_accept_pauses_total", "counter",
	    "Times a worker stopped accepting because descriptors or memory were used up.",
	    c->work->accept_pauses);
	number(to, "hello_connections_open", "gauge", "Open connections.",
	    counters_open(c));
	number(to, "hello_handshakes_in_flight", "gauge", "Handshakes in progress.",
	    counters_handshaking(c));
	number(to, "hello_generation", "gauge",
	    "Current generation of the workers.", c->state->generation);
	number(to, "hello_workers", "gauge", "Number of workers that this generation should have.",
	    c->state->workers);
	number(to, "hello_workers_ready", "gauge", "Workers of this generation that are ready.",
	    c->state->workers_ready);
	number(to, "hello_worker_restarts_total", "counter",
	    "Workers that were replaced because they died.", c->state->restarts);
	prometheus_describe(to, "hello_worker_pause_seconds", "gauge",
	    "Current restart delay of a worker that died; it grows in a crash loop.");
	prometheus_sample(to, "hello_worker_pause_seconds", NULL, "%g",
	    (double)c->state->worker_pause_ms / 1000);
	prometheus_describe(to, "hello_reloads_total", "counter", "Reloads, by result.");
	prometheus_sample(to, "hello_reloads_total", PROMETHEUS_LABELS({ "result", "ok" }),
	    "%" PRIu64, (uint64_t)c->state->reloads);
	prometheus_sample(to, "hello_reloads_total", PROMETHEUS_LABELS({ "result", "failed" }),
	    "%" PRIu64, (uint64_t)c->state->reloads_failed);
	number(to, "hello_draining", "gauge", "1 from SIGTERM on.",
	    c->state->draining);
	number(to, "hello_start_time_seconds", "gauge", "Start time of the server.",
	    (uint64_t)c->state->started);
	write_certificates(to, c);
	write_crls(to, c);
	write_information(to, c);
}
