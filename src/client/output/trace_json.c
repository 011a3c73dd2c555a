/* SPDX-License-Identifier: MIT */
#include "client/output/trace_json.h"

#include "client/output/trace_text.h"

static json_t *number_or_null(unsigned number)
{
	return number > 0 ? json_integer((json_int_t)number) : json_null();
}

static json_t *address(const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	return a->len > 0 ? json_string(addr_format_host(a, text)) : json_null();
}

/* In the order of the tries; those that were not made are left out. */
static json_t *answers(const enum trace_answer seen[TRACE_ROUNDS])
{
	json_t *list = json_array();

	for (int i = 0; i < TRACE_ROUNDS; i++) {
		if (seen[i] != TRACE_UNTRIED)
			json_array_append_new(list, json_string(trace_answer_name(seen[i])));
	}
	return list;
}

static json_t *hops(const struct trace *t, unsigned peer)
{
	json_t *list = json_array();
	unsigned count = trace_count_hops(t);

	for (unsigned hop = 1; hop <= count; hop++) {
		const struct trace_hop *h = &t->hops[hop - 1];

		json_array_append_new(list,
		    json_pack("{s:i, s:o, s:b, s:o, s:o, s:o, s:b}", "hop", (int)hop, "address",
			address(hop == peer ? &t->to : &h->from), "several", h->several,
			"milliseconds", h->us > 0 ? json_real((double)h->us / 1000) : json_null(),
			"syn", answers(h->syn), "client_hello", answers(h->hello), "acknowledged",
			h->acknowledged));
	}
	return list;
}

static json_t *range(const struct trace *t)
{
	if (t->hello_bytes == 0)
		return json_null();
	return json_pack("{s:i, s:i, s:i}", "length", (int)t->hello_bytes, "first", (int)t->first,
	    "end", (int)t->last);
}

json_t *trace_json_value(const struct trace *t)
{
	char text[TRACE_TEXT_MAX];
	struct trace_verdict v;

	if (!t)
		return json_null();
	trace_judge(t, &v);
	return json_pack("{s:s, s:o, s:o, s:i, s:o, s:o, s:o, s:i, s:s, s:o}", "finding",
	    trace_finding_name(v.what), "answer",
	    v.answer == TRACE_UNTRIED ? json_null() : json_string(trace_answer_name(v.answer)),
	    "peer_hop", number_or_null(v.peer), "after_hop", (int)v.after, "before_hop",
	    number_or_null(v.before), "rejecter", address(&t->rejecter), "client_hello_bytes",
	    range(t), "tries", (int)t->rounds, "text", trace_text_write(t, &v, text), "hops",
	    hops(t, v.peer));
}
