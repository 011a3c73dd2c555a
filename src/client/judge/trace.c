/* SPDX-License-Identifier: MIT */
#include "client/judge/trace.h"

enum trace_answer trace_combine(const enum trace_answer seen[TRACE_ROUNDS], bool *mixed)
{
	enum trace_answer best = TRACE_UNTRIED;

	*mixed = false;
	for (int i = 0; i < TRACE_ROUNDS; i++) {
		/* A packet or its answer may be lost, so silence contradicts nothing. */
		if (best > TRACE_SILENT && seen[i] > TRACE_SILENT && seen[i] != best)
			*mixed = true;
		if (seen[i] > best)
			best = seen[i];
	}
	return best;
}

static enum trace_answer syn_at(const struct trace *t, unsigned hop)
{
	bool mixed;

	return trace_combine(t->hops[hop - 1].syn, &mixed);
}

static enum trace_answer hello_at(const struct trace *t, unsigned hop)
{
	bool mixed;

	return trace_combine(t->hops[hop - 1].hello, &mixed);
}

static unsigned find_peer(const struct trace *t)
{
	for (unsigned n = 1; n <= TRACE_HOPS_MAX; n++) {
		if (syn_at(t, n) == TRACE_ANSWERED)
			return n;
	}
	return 0;
}

/* The last hop before limit whose router reported an expired packet, or 0. */
static unsigned last_expired(enum trace_answer at(const struct trace *t, unsigned hop),
    const struct trace *t, unsigned limit)
{
	for (unsigned n = limit - 1; n > 0; n--) {
		if (at(t, n) == TRACE_EXPIRED)
			return n;
	}
	return 0;
}

/* ---- without a peer ----------------------------------------------------------------- */

static bool was_sent(const struct trace *t)
{
	for (unsigned n = 1; n <= TRACE_HOPS_MAX; n++) {
		if (syn_at(t, n) != TRACE_UNTRIED)
			return true;
	}
	return false;
}

/* No SYN had an answer that is not about its TTL. */
static void judge_silence(const struct trace *t, struct trace_verdict *v)
{
	if (!was_sent(t)) {
		v->what = TRACE_NOT_SENT;
		v->answer = TRACE_UNTRIED;
	} else if (v->after < TRACE_HOPS_MAX && syn_at(t, v->after + 1) == TRACE_UNTRIED) {
		v->what = TRACE_NOT_TRIED;
	} else if (t->connects) {
		v->what = TRACE_TOO_FAR;
	} else {
		v->what = v->after > 0 ? TRACE_SYN_LOST : TRACE_NOTHING;
	}
}

static void judge_syn(const struct trace *t, struct trace_verdict *v)
{
	unsigned end = 0;

	for (unsigned n = TRACE_HOPS_MAX; n > 0; n--) {
		if (syn_at(t, n) > TRACE_EXPIRED)
			end = n;
	}
	v->after = last_expired(syn_at, t, end ? end : TRACE_HOPS_MAX + 1);
	v->before = end;
	v->answer = end ? syn_at(t, end) : TRACE_SILENT;
	if (v->answer == TRACE_REJECTED)
		v->what = TRACE_SYN_REJECTED;
	else if (end)
		v->what = TRACE_SYN_REFUSED;
	else
		judge_silence(t, v);
}

/* ---- with a peer -------------------------------------------------------------------- */

static bool contradicts(const struct trace *t, struct trace_verdict *v)
{
	for (unsigned n = 1; n <= v->peer; n++) {
		bool mixed;

		(void)trace_combine(t->hops[n - 1].hello, &mixed);
		/* What answers a smaller TTL answers a larger one too, if there is one path. */
		if (!mixed && !(v->before > 0 && n > v->before && hello_at(t, n) == TRACE_EXPIRED))
			continue;
		v->what = TRACE_UNSTEADY;
		v->before = n;
		return true;
	}
	return false;
}

/* The first hop at which a ClientHello has an answer that is not about its TTL, or 0. */
static unsigned first_answer(const struct trace *t, unsigned peer)
{
	for (unsigned n = 1; n <= peer; n++) {
		if (hello_at(t, n) > TRACE_EXPIRED)
			return n;
	}
	return 0;
}

/*
 * The first hop behind after whose silence means something: it reported an expired SYN. Then the
 * ClientHello did not get there.
 */
static unsigned first_silence(const struct trace *t, unsigned after, unsigned peer)
{
	for (unsigned n = after + 1; n < peer; n++) {
		if (syn_at(t, n) == TRACE_EXPIRED && hello_at(t, n) == TRACE_SILENT)
			return n;
	}
	return peer;
}

static void judge_hello(const struct trace *t, struct trace_verdict *v)
{
	unsigned end = first_answer(t, v->peer);

	v->before = end;
	if (contradicts(t, v))
		return;
	v->after = last_expired(hello_at, t, end ? end : v->peer + 1);
	v->answer = end ? hello_at(t, end) : TRACE_SILENT;
	if (!end && v->after == v->peer) {
		/* A SYN with this TTL did not expire. */
		v->what = TRACE_ICMP;
		v->answer = TRACE_REJECTED;
		v->after = 0;
		v->before = v->peer;
		return;
	}
	v->before = end ? end : first_silence(t, v->after, v->peer);
	if (end == v->peer && v->answer == TRACE_ANSWERED)
		v->what = TRACE_PASSES;
	else if (!end && t->hops[v->peer - 1].acknowledged)
		v->what = TRACE_ARRIVES;
	else if (v->before == v->peer)
		v->what = TRACE_AT_PEER;
	else
		v->what = TRACE_BETWEEN;
}

void trace_judge(const struct trace *t, struct trace_verdict *out)
{
	*out = (struct trace_verdict){ .peer = find_peer(t) };
	if (out->peer == 0)
		judge_syn(t, out);
	else if (t->rounds == 0 || hello_at(t, out->peer) == TRACE_UNTRIED)
		out->what = TRACE_NOT_TRIED;
	else
		judge_hello(t, out);
}

unsigned trace_count_hops(const struct trace *t)
{
	unsigned peer = find_peer(t);

	for (unsigned n = TRACE_HOPS_MAX; peer == 0 && n > 0; n--) {
		if (syn_at(t, n) > TRACE_EXPIRED)
			peer = n;
	}
	return peer ? peer : last_expired(syn_at, t, TRACE_HOPS_MAX + 1);
}

/* ---- names -------------------------------------------------------------------------- */

const char *trace_answer_name(enum trace_answer answer)
{
	static const char *const names[TRACE_ANSWERS] = {
		[TRACE_UNTRIED] = "untried",
		[TRACE_SILENT] = "silent",
		[TRACE_EXPIRED] = "expired",
		[TRACE_REJECTED] = "rejected",
		[TRACE_RESET] = "reset",
		[TRACE_CLOSED] = "closed",
		[TRACE_ALERT] = "alert",
		[TRACE_ANSWERED] = "answered",
	};

	return names[answer];
}

const char *trace_finding_name(enum trace_finding what)
{
	static const char *const names[TRACE_FINDINGS] = {
		[TRACE_NOT_SENT] = "not_sent",
		[TRACE_NOTHING] = "nothing",
		[TRACE_TOO_FAR] = "too_far",
		[TRACE_SYN_LOST] = "syn_lost",
		[TRACE_SYN_REFUSED] = "syn_refused",
		[TRACE_SYN_REJECTED] = "syn_rejected",
		[TRACE_NOT_TRIED] = "not_tried",
		[TRACE_PASSES] = "passes",
		[TRACE_ARRIVES] = "arrives",
		[TRACE_AT_PEER] = "at_peer",
		[TRACE_BETWEEN] = "between",
		[TRACE_ICMP] = "icmp",
		[TRACE_UNSTEADY] = "unsteady",
	};

	return names[what];
}
