/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/judge/path.h"
#include "client/output/json.h"
#include "client/output/path_json.h"
#include "client/output/path_table.h"
#include "client/probe/runner.h"
#include "client/session/hello_variant.h"
#include "tls/context.h"
#include "tls/policy.h"
#include "tls/quic.h"

struct trial {
	enum path_variant variant;
	struct client_options options;
	SSL_CTX *ctx;
	bool owns_ctx;
	struct outcome oc; /* in the first pass */
};

struct path_test {
	struct runner runner;
	const struct client_options *options;
	struct client_options silent; /* without --json */
	char sni[ADDR_HOST_MAX]; /* of the plain one, or "" */
	struct path_table_target target;
	struct trial trials[PATH_VARIANTS];
	size_t count;
	struct trial *pass[PATH_VARIANTS]; /* the trials of this pass, by number */
	struct path_result results[PATH_VARIANTS];
	uint64_t took_us[PATH_VARIANTS];
};

static bool is_quic(const struct path_test *t)
{
	return t->options->service.service->transport == OVER_QUIC;
}

/* ---- what is tried ------------------------------------------------------------------ */

/* What --hello can send as well. */
static const struct {
	enum hello_variant hello[2];
} shapes[PATH_VARIANTS] = {
	[PATH_CLASSICAL] = { { HELLO_CLASSICAL } },
	[PATH_BIG] = { { HELLO_LONG } },
	[PATH_SPLIT] = { { HELLO_TWO_SEGMENTS } },
	[PATH_RECORDS] = { { HELLO_RECORDS } },
	[PATH_SMALL] = { { HELLO_SMALL_SEGMENTS } },
	[PATH_BIG_SMALL] = { { HELLO_LONG, HELLO_SMALL_SEGMENTS } },
	[PATH_CLASSICAL_SPLIT] = { { HELLO_CLASSICAL, HELLO_TWO_SEGMENTS } },
	[PATH_RETRY] = { { HELLO_RETRY } },
	[PATH_NO_PQ_SIGNATURES] = { { HELLO_NO_PQ_SIGNATURES } },
	[PATH_GREASE] = { { HELLO_GREASE } },
	[PATH_ECH] = { { HELLO_ECH_GREASE } },
};

/* Over QUIC there are no segments and records, and no other version of TLS. */
static bool is_tried_over_quic(const struct path_test *t, enum path_variant v)
{
	switch (v) {
	case PATH_NO_SNI:
	case PATH_OTHER_SNI:
		return t->sni[0] != '\0';
	case PATH_CLASSICAL:
	case PATH_NO_PQ_SIGNATURES:
	case PATH_GREASE:
	case PATH_ECH:
		return hello_variant_is_available(shapes[v].hello[0]);
	default:
		return v == PATH_PLAIN || v >= PATH_DATAGRAM_1350;
	}
}

static bool is_tried(const struct path_test *t, enum path_variant v)
{
	bool tds = service_uses_tds(t->options->service.service);

	if (is_quic(t))
		return is_tried_over_quic(t, v);
	switch (v) {
	case PATH_DATAGRAM_1350:
	case PATH_DATAGRAM_1452:
	case PATH_VERSIONS:
		return false;
	case PATH_NO_SNI:
	case PATH_OTHER_SNI:
		return t->sni[0] != '\0';
	case PATH_TLS13:
		return !tds;
	case PATH_BIG:
	case PATH_BIG_SMALL:
		return !hello_variant_is_available(HELLO_CLASSICAL);
	case PATH_ALPN:
		/* Other services may reject http/1.1 rightly, or offer it anyway. */
		return !t->options->alpn && t->options->service.service == service_hello;
	case PATH_NO_ALPN:
		return t->options->alpn != NULL;
	case PATH_NO_HEADER:
		return t->options->announce;
	case PATH_RETRY:
		return !tds && hello_variant_is_available(HELLO_RETRY);
	default:
		return hello_variant_is_available(shapes[v].hello[0]);
	}
}

/* Returns whether the variant needs a context of its own. */
static bool vary(struct client_options *o, enum path_variant v, const char *sni)
{
	for (int i = 0; i < 2; i++)
		hello_variant_add(o, shapes[v].hello[i]);
	switch (v) {
	case PATH_NO_SNI:
		o->no_sni = true;
		return false;
	case PATH_OTHER_SNI:
		if (!o->verify_name)
			o->verify_name = sni;
		o->servername = path_table_other_name(sni);
		return false;
	case PATH_TLS12:
		o->policy.max = TLS_POLICY_TLS12;
		return true;
	case PATH_TLS13:
		o->policy.min = TLS_POLICY_TLS13;
		return true;
	case PATH_ALPN:
		o->alpn = "http/1.1";
		return true;
	case PATH_NO_ALPN:
		o->alpn = NULL;
		return true;
	case PATH_NO_HEADER:
		o->announce = false;
		return false;
	case PATH_DATAGRAM_1350:
		o->hello.datagram = 1350;
		return false;
	case PATH_DATAGRAM_1452:
		o->hello.datagram = 1452;
		return false;
	case PATH_VERSIONS:
		o->hello.unknown_version = true;
		return false;
	default:
		return hello_variant_needs_context(o);
	}
}

static int make_trials(struct path_test *t, const struct probe_setup *setup, struct outcome *oc)
{
	for (int v = 0; v < PATH_VARIANTS; v++) {
		struct trial *trial = &t->trials[t->count];

		if (!is_tried(t, (enum path_variant)v))
			continue;
		t->count++;
		trial->variant = (enum path_variant)v;
		trial->options = t->silent;
		trial->ctx = setup->ctx;
		trial->oc = OUTCOME_NONE;
		/* Otherwise two variants could reach two servers. */
		route_pin(&trial->options.route, &t->target.peer);
		trial->owns_ctx = vary(&trial->options, trial->variant, t->sni);
		if (trial->owns_ctx)
			trial->ctx = setup->make_context(&trial->options, oc);
		if (!trial->ctx)
			return -1;
	}
	return 0;
}

/* Find an address that accepts a connection. */
static int find_peer(struct path_test *t, SSL_CTX *ctx, struct outcome *oc)
{
	static const struct step connect[] = {
		{ "resolve", step_resolve },
		{ "connect", step_connect },
		{ NULL, NULL },
	};
	struct session s;
	int ret;

	session_init(&s, t->options, ctx);
	memcpy(t->sni, s.sni, sizeof t->sni);
	ret = session_run(&s, connect, NULL, oc);
	/* Silence over QUIC is that of the plain ClientHello, and another may have an answer. */
	if (is_quic(t) && oc->code == OC_CONNECT_TIMEOUT) {
		s.peer = s.addrs[0];
		ret = 0;
	}
	t->target = (struct path_table_target){ .host = t->options->host,
		.port = t->options->port,
		.sni = t->sni,
		.peer = s.peer,
		.through_proxy = s.through_proxy };
	t->took_us[PATH_PLAIN] = (uint64_t)s.phases.us[PHASE_TOTAL];
	session_free(&s);
	return ret;
}

/* ---- trying it ---------------------------------------------------------------------- */

static void choose_trial(void *mode, struct runner_probe *p)
{
	const struct path_test *t = mode;

	p->options = t->pass[p->number]->options;
	p->ctx = t->pass[p->number]->ctx;
}

static void record_first(void *mode, struct runner_probe *p)
{
	struct path_test *t = mode;
	struct trial *trial = t->pass[p->number];
	const struct session *s = &p->session;
	struct path_result *result = &t->results[trial->variant];

	trial->oc = p->oc;
	result->ran = true;
	result->code = p->oc.code;
	result->quic = is_quic(t);
	result->too_long = result->quic && p->oc.sys_errno == EMSGSIZE;
	/* Over QUIC it is in packets, which may be repeated. */
	result->hello = result->quic ? 0 : (unsigned)s->hello_bytes;
	result->second = (unsigned)s->own_hello.second;
	result->idle = trial->variant == PATH_RETRY && s->own_hello.count < 2 &&
	    path_judge_passes(result);
	result->hybrid = s->facts.group && tls_policy_is_post_quantum(s->facts.group);
	if (s->verdict.chain_len > 0)
		memcpy(result->leaf, s->verdict.chain[0].sha256, sizeof result->leaf);
	if (result->quic && s->tls)
		tls_quic_versions(s->tls, result->versions, sizeof result->versions);
	/* Any list of versions is the answer. */
	if (trial->variant == PATH_VERSIONS && result->versions[0])
		result->code = OC_OK;
	t->took_us[trial->variant] = (uint64_t)s->phases.us[PHASE_TOTAL];
}

/* One variant that ends differently is enough to doubt all results. */
static void record_again(void *mode, struct runner_probe *p)
{
	struct path_test *t = mode;
	struct path_result *result = &t->results[t->pass[p->number]->variant];
	struct path_result again = *result;

	again.code = p->oc.code;
	result->unsteady = path_judge_result(&again) != path_judge_result(result);
	if (result->unsteady)
		runner_stop(&t->runner);
}

static int run_pass(struct path_test *t, const struct probe_setup *setup, size_t count,
    unsigned width, void (*record)(void *mode, struct runner_probe *p), struct outcome *oc)
{
	t->runner = (struct runner){
		.setup = setup,
		.count = count,
		.width = width,
		.mode = t,
		.prepare = choose_trial,
		.record = record,
	};
	return runner_run(&t->runner, oc);
}

static int try_all(struct path_test *t, const struct probe_setup *setup, struct outcome *oc)
{
	const unsigned parallel = t->options->series.parallel;

	for (size_t i = 0; i < t->count; i++)
		t->pass[i] = &t->trials[i];
	return run_pass(t, setup, t->count, t->count < parallel ? (unsigned)t->count : parallel,
	    record_first, oc);
}

/*
 * A difference is no evidence until it has come again, one after the other: a server may accept few
 * connections at a time, or none any more, and a packet may be lost. So what fails is tried again,
 * between the plain one and those that pass: if the plain one fails, it comes first, else last.
 * When all fail alike, nothing differs.
 */
static int try_again(struct path_test *t, const struct probe_setup *setup, struct outcome *oc)
{
	bool plain_failed = !path_judge_passes(&t->results[PATH_PLAIN]);
	size_t count = 0;

	if (plain_failed)
		t->pass[count++] = &t->trials[0];
	for (size_t i = 1; i < t->count; i++) {
		enum path_variant v = t->trials[i].variant;

		if (v != PATH_VERSIONS && (plain_failed ? path_judge_passes(&t->results[v])
						        : path_judge_failed(t->results, v)))
			t->pass[count++] = &t->trials[i];
	}
	if (!plain_failed && count > 0)
		t->pass[count++] = &t->trials[0];
	return count > 0 ? run_pass(t, setup, count, 1, record_again, oc) : 0;
}

/* ---- the end ------------------------------------------------------------------------ */

static bool blames_path(enum outcome_code code)
{
	enum path_answer answer = path_judge_answer(code);

	return answer > PATH_LATER && answer < PATH_UNREACHED;
}

static void judge(const struct path_test *t, struct outcome *oc)
{
	enum outcome_code code = path_judge_verdict(t->results);
	unsigned failed = 0;

	for (int v = 0; v < PATH_VARIANTS; v++)
		failed += path_judge_failed(t->results, (enum path_variant)v);
	if (t->results[PATH_PLAIN].code != OC_OK) {
		*oc = t->trials[0].oc;
		/* Replaces the advice to run --path-test. */
		if (blames_path(oc->code))
			outcome_advise_instead(oc,
			    "the findings on standard output narrow it down");
	} else if (code != OC_OK) {
		outcome_set(oc, code,
		    "the plain ClientHello succeeded, but %u of its %zu variants failed", failed,
		    t->count - 1);
		outcome_advise(oc,
		    "the table on standard output shows which, and what may be the cause");
	}
}

static void print(const struct path_test *t, const struct outcome *oc)
{
	if (t->options->json)
		path_json_print(stdout, t->options, &t->target, t->results, t->took_us, oc);
	else
		path_table_print(stdout, &t->target, t->results, t->took_us);
}

static void test(struct path_test *t, const struct probe_setup *setup, struct outcome *oc)
{
	struct outcome unreached = OUTCOME_NONE;

	if (find_peer(t, setup->ctx, &unreached) != 0) {
		t->results[PATH_PLAIN] = (struct path_result){ .ran = true,
			.quic = is_quic(t),
			.code = unreached.code };
		t->trials[0].oc = unreached;
	} else if (make_trials(t, setup, oc) != 0 || try_all(t, setup, oc) != 0 ||
	    try_again(t, setup, oc) != 0) {
		if (t->options->json)
			json_print_probe(stdout, NULL, oc, 0);
		return;
	}
	judge(t, oc);
	print(t, oc);
}

static bool is_on(const struct client_options *o)
{
	return o->path_test;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	struct path_test *t = calloc(1, sizeof *t);
	struct probe_setup quiet = *setup;

	if (!t) {
		outcome_set(oc, OC_INTERNAL, "out of memory for variants");
		return outcome_status(oc->code);
	}
	t->options = setup->options;
	/* Its variants are no probes of their own, so they print nothing. */
	t->silent = *setup->options;
	t->silent.json = false;
	quiet.options = &t->silent;
	test(t, &quiet, oc);
	for (size_t i = 0; i < t->count; i++) {
		if (t->trials[i].owns_ctx)
			tls_context_free(t->trials[i].ctx);
	}
	free(t);
	return outcome_status(oc->code);
}

const struct mode mode_path_test = { is_on, run };
