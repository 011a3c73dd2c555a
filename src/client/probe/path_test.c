/* SPDX-License-Identifier: MIT */
#include "client/probe/path_test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "client/probe/runner.h"
#include "client/judge/path.h"
#include "client/output/path_table.h"
#include "client/output/terminal.h"
#include "client/output/target_table.h"
#include "base/clock.h"
#include "tls/context.h"

enum { REDRAW_MS = 200 };

/*
 * A first segment that ends before the first extension; and as much as the share
 * of ML-KEM-768 adds to a ClientHello (FIPS 203 section 8: 1184 bytes, and a head).
 */
enum { FIRST_SEGMENT = 64, POST_QUANTUM = 1188 };

static const char hybrid[] = "X25519MLKEM768", classical[] = "X25519:P-256:P-384";

struct trial {
	enum path_variant variant;
	struct client_options options;
	SSL_CTX *ctx;
	bool owns_ctx;
	struct outcome oc;
};

struct path_test {
	const struct client_options *options;
	const struct step *steps;
	char sni[ADDR_HOST_MAX]; /* of the plain one, or "" */
	struct path_table_target target;
	struct trial trials[PATH_VARIANTS];
	size_t count;
	pthread_mutex_t lock; /* of all below */
	size_t done, failed;
	struct path_result results[PATH_VARIANTS];
	uint64_t took_us[PATH_VARIANTS];
};

/* ---- what is tried ------------------------------------------------------------------ */

static bool has_hybrid(void)
{
	const struct tls_policy_choice choice = { .groups = hybrid };

	return tls_context_check_policy(&choice, NULL) == 0;
}

static bool is_tried(const struct path_test *t, enum path_variant v)
{
	switch (v) {
	case PATH_NO_SNI:
	case PATH_OTHER_SNI:
		return t->sni[0] != '\0';
	case PATH_CLASSICAL:
		return has_hybrid();
	case PATH_BIG:
		return !has_hybrid();
	case PATH_ALPN:
		return !t->options->alpn;
	case PATH_NO_ALPN:
		return t->options->alpn != NULL;
	case PATH_NO_HEADER:
		return t->options->announce;
	default:
		return true;
	}
}

/* Returns whether a context of its own is needed. */
static bool vary(struct client_options *o, enum path_variant v, const char *sni)
{
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
	case PATH_CLASSICAL:
		o->policy.groups = classical;
		return true;
	case PATH_BIG:
		o->hello.padding = POST_QUANTUM;
		return true;
	case PATH_SPLIT:
		o->hello.split = FIRST_SEGMENT;
		return false;
	case PATH_ALPN:
		o->alpn = "http/1.1";
		return true;
	case PATH_NO_ALPN:
		o->alpn = NULL;
		return true;
	case PATH_NO_HEADER:
		o->announce = false;
		return false;
	default:
		return false;
	}
}

static int prepare(struct path_test *t, SSL_CTX *ctx, path_test_context *make, struct outcome *oc)
{
	for (int v = 0; v < PATH_VARIANTS; v++) {
		struct trial *trial = &t->trials[t->count];

		if (!is_tried(t, (enum path_variant)v))
			continue;
		t->count++;
		trial->variant = (enum path_variant)v;
		trial->options = *t->options;
		trial->ctx = ctx;
		trial->oc = OUTCOME_NONE;
		/* Else two variants could ask two servers. */
		route_pin(&trial->options.route, &t->target.peer);
		trial->owns_ctx = vary(&trial->options, trial->variant, t->sni);
		if (trial->owns_ctx)
			trial->ctx = make(&trial->options, oc);
		if (!trial->ctx)
			return -1;
	}
	return 0;
}

/* Which address is there, by the connection alone. */
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

static void run_trial(const struct path_test *t, const struct trial *trial, struct path_result *out,
    uint64_t *took_us, struct outcome *oc)
{
	struct session s;

	memset(out, 0, sizeof *out);
	session_init(&s, &trial->options, trial->ctx);
	session_run(&s, t->steps, NULL, oc);
	out->ran = true;
	out->code = oc->code;
	out->hello = (unsigned)s.hello_bytes;
	if (s.verdict.chain_len > 0)
		memcpy(out->leaf, s.verdict.chain[0].sha256, sizeof out->leaf);
	*took_us = (uint64_t)s.phases.us[PHASE_TOTAL];
	session_free(&s);
}

static void attempt(void *arg, uint64_t i, uint64_t due_us)
{
	struct path_test *t = arg;
	struct trial *trial = &t->trials[i];
	struct path_result result;
	uint64_t took_us;

	(void)due_us;
	run_trial(t, trial, &result, &took_us, &trial->oc);
	pthread_mutex_lock(&t->lock);
	t->results[trial->variant] = result;
	t->took_us[trial->variant] = took_us;
	t->done++;
	t->failed += result.code != OC_OK;
	pthread_mutex_unlock(&t->lock);
}

static void draw(struct path_test *t)
{
	if (!terminal_is_live(stderr) || t->options->quiet)
		return;
	pthread_mutex_lock(&t->lock);
	target_table_print_progress(stderr, t->done, t->count, t->failed, terminal_columns(stderr));
	pthread_mutex_unlock(&t->lock);
}

static int try_all(struct path_test *t, struct outcome *oc)
{
	struct runner_plan plan = {
		.width = t->options->series.parallel,
		.count = t->count,
		.job = attempt,
		.arg = t,
	};
	struct parallel *trials = runner_start(&plan, oc);

	if (!trials)
		return -1;
	while (!runner_wait(trials, clock_ms() + REDRAW_MS))
		draw(t);
	runner_free(trials);
	return 0;
}

/*
 * What failed is no evidence until it has failed alone, too: a server may take few
 * at a time, and a packet may be lost. Where the plain one fails, those that do not
 * are the evidence. One that ends otherwise is enough to doubt all.
 */
static void try_again(struct path_test *t)
{
	bool plain_failed = path_judge_answer(t->results[PATH_PLAIN].code) > PATH_LATER;

	for (size_t i = 0; i < t->count; i++) {
		enum path_variant v = t->trials[i].variant;
		struct outcome failed = OUTCOME_NONE;
		struct path_result again;
		uint64_t took_us;

		if (plain_failed ? v != PATH_PLAIN : !path_judge_failed(t->results, v))
			continue;
		draw(t);
		run_trial(t, &t->trials[i], &again, &took_us, &failed);
		t->results[v].unsteady =
		    path_judge_answer(again.code) != path_judge_answer(t->results[v].code);
		if (t->results[v].unsteady)
			break;
	}
	if (terminal_is_live(stderr) && !t->options->quiet)
		terminal_wipe(stderr);
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
		/* Instead of "--path-test tells". */
		if (blames_path(oc->code))
			outcome_advise_instead(oc, "what standard output says narrows it down");
	} else if (code != OC_OK) {
		outcome_set(oc, code,
		    "the plain ClientHello is fine, but %u of its %zu variants %s", failed,
		    t->count - 1, failed == 1 ? "fails" : "fail");
		outcome_advise(oc, "the table on standard output shows which, and what fits");
	}
}

static void run(struct path_test *t, SSL_CTX *ctx, path_test_context *make, struct outcome *oc)
{
	struct outcome unreached = OUTCOME_NONE;

	if (find_peer(t, ctx, &unreached) != 0) {
		t->results[PATH_PLAIN] =
		    (struct path_result){ .ran = true, .code = unreached.code };
		t->trials[0].oc = unreached;
	} else if (prepare(t, ctx, make, oc) != 0 || try_all(t, oc) != 0) {
		return;
	} else {
		try_again(t);
	}
	path_table_print(stdout, &t->target, t->results, t->took_us);
	judge(t, oc);
}

int path_test_run(const struct client_options *o, SSL_CTX *ctx, path_test_context *make,
    const struct step steps[], struct outcome *oc)
{
	struct path_test *t = calloc(1, sizeof *t);

	if (!t) {
		outcome_set(oc, OC_INTERNAL, "out of memory for variants");
		return outcome_status(oc->code);
	}
	t->options = o;
	t->steps = steps;
	pthread_mutex_init(&t->lock, NULL);
	run(t, ctx, make, oc);
	for (size_t i = 0; i < t->count; i++) {
		if (t->trials[i].owns_ctx)
			tls_context_free(t->trials[i].ctx);
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
	return outcome_status(oc->code);
}
