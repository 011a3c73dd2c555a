/* SPDX-License-Identifier: MIT */
#include "client/output/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/text.h"
#include "base/time.h"
#include "client/judge/expected_outcome.h"
#include "client/judge/post_quantum.h"
#include "client/output/trace_json.h"
#include "client/session/hello_variant.h"
#include "net/conn_report_json.h"
#include "tls/cert_id.h"
#include "tls/policy.h"

/* ---- values ----------------------------------------------------------------------- */

/* Always a string; no field is longer than an outcome's. */
static json_t *string(const char *s)
{
	char clean[4 * OUTCOME_TEXT_MAX];

	return json_string(text_clean(s, clean, sizeof clean));
}

/* A string, or null for NULL and "". */
static json_t *text(const char *s)
{
	return s && s[0] ? string(s) : json_null();
}

static json_t *date(int64_t t)
{
	char buf[TIME_TEXT_MAX];

	return json_string(time_stamp(t, buf));
}

static json_t *date_or_null(bool known, int64_t t)
{
	return known ? date(t) : json_null();
}

static json_t *days_left(const struct cert_info *c, int64_t now)
{
	if (!c->has_end)
		return json_null();
	return json_integer((json_int_t)floor((double)(c->not_after - now) / 86400));
}

static json_t *milliseconds(uint64_t us)
{
	return json_real((double)us / 1000);
}

static json_t *number_or_null(int value, int none)
{
	return value == none ? json_null() : json_integer(value);
}

static json_t *new_object(const char *type)
{
	return json_pack("{s:i, s:s, s:o}", "schema", JSON_SCHEMA, "type", type, "time",
	    date(time(NULL)));
}

void json_end(FILE *to, json_t *object)
{
	/* 15 digits: a reader gets back the exact number of microseconds. */
	json_dumpf(object, to, JSON_COMPACT | JSON_REAL_PRECISION(15));
	fputc('\n', to);
	json_decref(object);
}

/* ---- a probe ---------------------------------------------------------------------- */

static json_t *target(const struct client_options *o)
{
	return json_pack("{s:o, s:o}", "host", string(o->host), "port", string(o->port));
}

void json_add_outcome(json_t *object, const struct outcome *oc)
{
	bool ok = oc->code == OC_OK;

	json_object_set_new(object, "outcome", text(outcome_name(oc->code)));
	json_object_set_new(object, "status", json_integer(outcome_status(oc->code)));
	json_object_set_new(object, "stage", ok ? json_null() : text(outcome_layer_name(oc->code)));
	json_object_set_new(object, "detail", text(oc->detail));
	json_object_set_new(object, "advice",
	    ok ? json_null() : text(outcome_best_advice(oc)));
	json_object_set_new(object, "errno", number_or_null(oc->sys_errno, 0));
	json_object_set_new(object, "alert", number_or_null(oc->alert, OUTCOME_NO_ALERT));
	json_object_set_new(object, "verify_error", number_or_null(oc->verify_error, 0));
	json_object_set_new(object, "verify_depth",
	    oc->verify_error == 0 ? json_null() : json_integer(oc->verify_depth));
}

json_t *json_begin(const char *type, const struct client_options *o)
{
	json_t *object = new_object(type);

	json_object_set_new(object, "target", target(o));
	return object;
}

static json_t *addresses(const struct session *s)
{
	json_t *list = json_array();
	char buf[ADDR_TEXT_MAX];

	for (size_t i = 0; i < s->tried; i++)
		json_array_append_new(list, text(addr_format(&s->addrs[i], buf)));
	return list;
}

static json_t *peer(const struct session *s)
{
	char buf[ADDR_TEXT_MAX];

	return s->phases.us[PHASE_CONNECT] == PHASE_UNKNOWN ? json_null()
							    : text(addr_format(&s->peer, buf));
}

static json_t *phases(const struct phases *p)
{
	json_t *object = json_object();

	for (int i = 0; i < PHASE_COUNT; i++)
		json_object_set_new(object, phase_key((enum phase)i),
		    p->us[i] == PHASE_UNKNOWN ? json_null() : milliseconds((uint64_t)p->us[i]));
	return object;
}

static json_t *tls(const struct session *s)
{
	const struct tls_conn_facts *f = &s->facts;

	if (!f->protocol)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:b, s:b, s:o}", "protocol", text(f->protocol), "cipher",
	    text(f->cipher), "group", text(f->group), "post_quantum",
	    tls_policy_is_post_quantum(f->group), "resumed", f->resumed, "alpn", text(s->alpn));
}

static json_t *answer(enum post_quantum_answer a)
{
	return a == POST_QUANTUM_UNKNOWN ? json_null() : json_boolean(a == POST_QUANTUM_YES);
}

static json_t *post_quantum(const struct session *s)
{
	struct post_quantum pq;

	post_quantum_judge(&s->facts, &s->verdict, &pq);
	return json_pack("{s:o, s:o}", "key_exchange", answer(pq.key_exchange), "certificate",
	    answer(pq.certificate));
}

static void append_name(void *list, const char *name)
{
	json_array_append_new(list, json_string(name)); /* of any length */
}

static json_t *certificate(const X509 *cert, int64_t now)
{
	json_t *sans = json_array();
	struct cert_info info;
	struct cert_id identity;
	const struct cert_info *c = &info;
	const struct cert_id *id = &identity;

	cert_info_get(cert, &info);
	cert_id_get(cert, &identity);
	cert_info_each_san(cert, append_name, sans);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:i}, s:o}",
	    "subject", text(c->subject), "issuer", text(c->issuer), "sans", sans, "serial",
	    text(id->serial), "not_before", date_or_null(c->has_begin, c->not_before),
	    "not_after", date_or_null(c->has_end, c->not_after), "days_left", days_left(c, now),
	    "sha256", text(c->sha256), "spki", text(id->pin), "key", "type",
	    text(c->key_type), "bits", id->key_bits, "signature", text(id->signature));
}

static json_t *certificates(const struct verdict *v)
{
	json_t *list = json_array();

	for (int i = 0; i < verdict_count(v); i++)
		json_array_append_new(list, certificate(verdict_certificate(v, i), v->at));
	return list;
}

/* The path that the library did not take, as labels. */
static json_t *other_path(const struct verdict *v)
{
	json_t *list = v->other.certs ? json_array() : json_null();
	struct cert_info info;

	for (int i = 0; i < sk_X509_num(v->other.certs); i++) {
		cert_info_get(sk_X509_value(v->other.certs, i), &info);
		json_array_append_new(list, text(info.label));
	}
	return list;
}

static json_t *key_types(const struct certificate_request *r)
{
	json_t *list = json_array();
	const char *name;

	for (int i = 0; (name = certificate_request_key_type(r, i)); i++)
		json_array_append_new(list, string(name));
	return list;
}

static json_t *own_faults(const struct own_certificate *own)
{
	json_t *list = json_array();

	for (int i = 0; i < OWN_FAULTS; i++) {
		if (own->faults & 1u << i)
			json_array_append_new(list,
			    string(own_certificate_fault((enum own_fault)i)));
	}
	return list;
}

static json_t *request(const struct certificate_request *r, const struct own_certificate *own)
{
	json_t *cas = json_array();

	if (!r->received) {
		json_decref(cas);
		return json_null();
	}
	for (int i = 0; i < certificate_request_kept(r); i++)
		json_array_append_new(cas, string(r->cas[i]));
	return json_pack("{s:b, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "sent", r->sent,
	    "cas", cas, "ca_count", r->ca_count, "key_types", key_types(r), "issuer",
	    r->own ? string(r->issuer) : json_null(), "issuer_accepted",
	    r->own && r->ca_count > 0 ? json_boolean(r->named) : json_null(), "key", text(r->key),
	    "key_accepted",
	    r->key_type && r->key_types ? json_boolean(!certificate_request_excludes_key(r))
					: json_null(),
	    "faults", own_faults(own));
}

static json_t *report(const struct session *s)
{
	json_t *object;

	if (!s->has_report)
		return json_null();
	object = json_object();
	conn_report_json_add(object, &s->reported);
	return object;
}

static json_t *comparison(const struct session *s)
{
	char key[CONN_REPORT_JSON_KEY_MAX];
	json_t *list;

	if (!s->compared)
		return json_null();
	list = json_array();
	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		enum conn_report_field field = (enum conn_report_field)i;

		if (compare_differs(&s->seen, &s->reported, field))
			json_array_append_new(list,
			    json_pack("{s:s, s:o, s:o}", "what", conn_report_json_key(field, key),
				"client", conn_report_json_value(&s->seen, field), "server",
				conn_report_json_value(&s->reported, field)));
	}
	return json_pack("{s:o, s:o}", "differences", list, "remark", text(s->remark));
}

/* A file has no service. */
static void add_service(json_t *object, const struct session *s)
{
	bool asked = s->options->chain == NULL;

	json_object_set_new(object, "service", asked ? text(s->service->name) : json_null());
	json_object_set_new(object, "transport",
	    asked ? text(s->service->transport == OVER_QUIC ? "quic" : "tcp") : json_null());
	json_object_set_new(object, "service_from",
	    asked ? text(service_from_name(s->options->service.from)) : json_null());
}

/* What --expect-outcome made OK or OUTCOME_UNEXPECTED. */
static json_t *expected_outcome(const struct session *s)
{
	const char *list = s->options->expect_outcome;
	json_t *names, *came;

	if (!list)
		return json_null();
	names = json_array();
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (expected_outcome_is(list, (enum outcome_code)i))
			append_name(names, outcome_name((enum outcome_code)i));
	}
	came = json_object();
	json_add_outcome(came, &s->came);
	return json_pack("{s:o, s:b, s:o}", "names", names, "met",
	    expected_outcome_is(list, s->came.code), "came", came);
}

static void add_session(json_t *object, const struct session *s)
{
	json_object_set_new(object, "target", target(s->options));
	add_service(object, s);
	json_object_set_new(object, "chain", text(s->chain_name));
	json_object_set_new(object, "server_name", text(s->sni));
	json_object_set_new(object, "verify_name", text(s->verify_name));
	json_object_set_new(object, "trust", text(s->store));
	json_object_set_new(object, "local_root", text(s->local_root));
	json_object_set_new(object, "addresses", addresses(s));
	json_object_set_new(object, "peer", peer(s));
	json_object_set_new(object, "milliseconds", phases(&s->phases));
	json_object_set_new(object, "tls", tls(s));
	json_object_set_new(object, "post_quantum", post_quantum(s));
	json_object_set_new(object, "certificates", certificates(&s->verdict));
	json_object_set_new(object, "other_path", other_path(&s->verdict));
	json_object_set_new(object, "certificate_request", request(&s->request, &s->own));
	json_object_set_new(object, "greeting_bytes", json_integer((json_int_t)s->greeting_len));
	json_object_set_new(object, "report", report(s));
	json_object_set_new(object, "compare", comparison(s));
	json_object_set_new(object, "expected_outcome", expected_outcome(s));
	json_object_set_new(object, "hello",
	    s->options->chain ? json_null()
			      : text(hello_variant_names[s->options->hello_variant]));
	json_object_set_new(object, "trace", trace_json_value(s->trace));
}

void json_prepare(void)
{
	/* Otherwise the first two threads would race to seed it. */
	json_object_seed(0);
}

void json_print_probe(FILE *to, const struct session *s, const struct outcome *oc, uint64_t seq)
{
	json_t *object = new_object("probe");

	if (seq > 0)
		json_object_set_new(object, "seq", json_integer((json_int_t)seq));
	json_add_outcome(object, oc);
	if (s)
		add_session(object, s);
	json_end(to, object);
}

/* ---- a summary -------------------------------------------------------------------- */

static json_t *failures(const struct stats *t)
{
	enum outcome_code codes[OUTCOME_COUNT];
	unsigned n = stats_failures(t, codes);
	json_t *object = json_object();

	for (unsigned i = 0; i < n; i++)
		json_object_set_new(object, outcome_name(codes[i]),
		    json_integer((json_int_t)t->by_code[codes[i]]));
	return object;
}

static json_t *statistics(const struct histogram *r)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "count", (json_int_t)r->count,
	    "min", milliseconds(r->min_us), "avg", milliseconds(histogram_mean(r)), "p50",
	    milliseconds(histogram_quantile(r, 0.5)), "p95",
	    milliseconds(histogram_quantile(r, 0.95)), "p99",
	    milliseconds(histogram_quantile(r, 0.99)), "max", milliseconds(r->max_us));
}

/* The times of one kind of handshake, without phases that never ended. */
static json_t *times(const struct stats *t, enum stats_kind kind)
{
	json_t *object = json_object();

	for (int i = 0; i < PHASE_COUNT; i++) {
		if (t->times[kind][i].count > 0)
			json_object_set_new(object, phase_key((enum phase)i),
			    statistics(&t->times[kind][i]));
	}
	return object;
}

void json_print_summary(FILE *to, const struct client_options *o, const struct stats *t,
    uint64_t took_us)
{
	json_t *object = new_object("summary");

	json_object_set_new(object, "target", o->host[0] ? target(o) : json_null());
	json_object_set_new(object, "outcome", text(outcome_name(stats_verdict(t))));
	json_object_set_new(object, "status", json_integer(outcome_status(stats_verdict(t))));
	json_object_set_new(object, "sent", json_integer((json_int_t)t->sent));
	json_object_set_new(object, "ok", json_integer((json_int_t)t->by_code[OC_OK]));
	json_object_set_new(object, "failures", failures(t));
	json_object_set_new(object, "seconds", json_real((double)took_us / 1000000));
	json_object_set_new(object, "late",
	    json_pack("{s:I, s:o}", "count", (json_int_t)t->late, "max",
		milliseconds(t->late_max_us)));
	json_object_set_new(object, "milliseconds",
	    json_pack("{s:o, s:o}", "full", times(t, STATS_FULL), "resumed",
		times(t, STATS_RESUMED)));
	json_end(to, object);
}
