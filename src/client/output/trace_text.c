/* SPDX-License-Identifier: MIT */
#include "client/output/trace_text.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_MAX = ADDR_TEXT_MAX + 16 };

static const char *const sentences[TRACE_FINDINGS] = {
	[TRACE_NOT_SENT] =
	    "No SYN could be sent: this machine has no route to the address, or no time was left.",
	[TRACE_NOTHING] =
	    "No SYN got an answer, and no router reported one. What drops them may be this "
	    "machine, the first router, or anything behind it, if the routers of this path report "
	    "no expired TTL.",
	[TRACE_TOO_FAR] =
	    "A SYN with an ordinary TTL connected, but none with a TTL of up to 30. So the peer is "
	    "farther away, or something drops packets with a small TTL.",
	[TRACE_SYN_LOST] =
	    "A SYN reaches {after}; with a larger TTL it gets no answer. So {after} drops it, "
	    "behind its TTL check, or something farther away does, at the latest the server.",
	[TRACE_SYN_REFUSED] =
	    "A SYN with TTL {ttl} gets a reset. So the server refuses the connection, if it is at "
	    "hop {ttl}; otherwise something behind {after} does.",
	[TRACE_SYN_REJECTED] = "The SYN is rejected over ICMP by {rejecter}: {rejection}.",
	[TRACE_NOT_TRIED] =
	    "No ClientHello was sent with a limited TTL: no connection succeeded, what comes "
	    "before a ClientHello was lost, or no time was left (--max-time allows more).",
	[TRACE_PASSES] = "The ClientHello reaches {peer} and is answered there, so nothing on the "
			 "path stops it.",
	[TRACE_ARRIVES] =
	    "The ClientHello reaches {peer}, whose system acknowledges it but sends no answer in "
	    "time. What cannot be known from here: whether the server does not answer, or its "
	    "answer is lost. A TTL cannot trace the way back.",
	[TRACE_AT_PEER] =
	    "The ClientHello reaches {after}, and {how} with the TTL of {peer}. What cannot be "
	    "known from here: whether the server itself does this, {after} behind its TTL check, "
	    "or something between the two.",
	[TRACE_BETWEEN] =
	    "The ClientHello reaches {after}, and {how} before it passes {before}. So the cause is "
	    "{after}, behind its TTL check, or it is in front of {before}. What cannot be known "
	    "from here: which of the two. The firewall of a router usually acts behind the check.",
	[TRACE_ICMP] =
	    "The ClientHello is rejected over ICMP, even with the TTL of {peer}, where a SYN "
	    "connects. A firewall rule does this. What cannot be known: at which hop. The system "
	    "reports this error without its sender, and like an expired TTL. As root, tcpdump -n "
	    "'icmp or icmp6' shows the sender.",
	[TRACE_UNSTEADY] =
	    "The answers to a ClientHello with TTL {ttl} contradict the others, so no hop can be "
	    "named. There are several paths, the cause acts only sometimes, or the server accepts "
	    "only a few connections at a time.",
};

/* The same, if no router reported a ClientHello before. */
static const char *first_hop(enum trace_finding what)
{
	switch (what) {
	case TRACE_AT_PEER:
		return "The ClientHello {how} with the TTL of {peer}, and no router reported it "
		       "before. What cannot be known from here: whether the server itself does "
		       "this, or something in front of it.";
	case TRACE_BETWEEN:
		return "The ClientHello {how} before it passes {before}, and no router reported "
		       "it before. So the cause is this machine, or it is in front of {before}. "
		       "What cannot be known from here: which of the two.";
	default:
		return sentences[what];
	}
}

static const char *describe_answer(enum trace_answer answer)
{
	switch (answer) {
	case TRACE_REJECTED:
		return "is rejected over ICMP";
	case TRACE_RESET:
		return "is rejected with a reset";
	case TRACE_CLOSED:
		return "is rejected by closing the connection";
	case TRACE_ALERT:
		return "is rejected with an alert";
	case TRACE_ANSWERED:
		return "is answered";
	default:
		return "disappears";
	}
}

static const char *describe_hop(const struct trace *t, unsigned hop, unsigned peer,
    char buf[VALUE_MAX])
{
	char host[ADDR_TEXT_MAX];
	const struct addr *at = hop == peer ? &t->to : &t->hops[hop - 1].from;

	if (at->len == 0)
		snprintf(buf, VALUE_MAX, "hop %u", hop);
	else
		snprintf(buf, VALUE_MAX, "hop %u (%s)", hop, addr_format_host(at, host));
	return buf;
}

/* As a hop, if it is one. */
static const char *describe_rejecter(const struct trace *t, char buf[VALUE_MAX])
{
	for (unsigned hop = 1; hop <= TRACE_HOPS_MAX; hop++) {
		const struct addr *from = &t->hops[hop - 1].from;

		if (from->len > 0 && from->len == t->rejecter.len &&
		    memcmp(&from->ss, &t->rejecter.ss, from->len) == 0)
			return describe_hop(t, hop, 0, buf);
	}
	return t->rejecter.len > 0 ? addr_format_host(&t->rejecter, buf) : "an unknown sender";
}

/* The text that replaces "{key}". */
static const char *fill(const char *key, const struct trace *t, const struct trace_verdict *v,
    char buf[VALUE_MAX])
{
	if (strncmp(key, "{how}", 5) == 0)
		return describe_answer(v->answer);
	if (strncmp(key, "{after}", 7) == 0)
		return v->after == 0 ? "this machine" : describe_hop(t, v->after, v->peer, buf);
	if (strncmp(key, "{before}", 8) == 0)
		return describe_hop(t, v->before, v->peer, buf);
	if (strncmp(key, "{peer}", 6) == 0)
		return describe_hop(t, v->peer, v->peer, buf);
	if (strncmp(key, "{rejecter}", 10) == 0)
		return describe_rejecter(t, buf);
	if (strncmp(key, "{rejection}", 11) == 0)
		return t->rejection ? t->rejection : "unreachable";
	snprintf(buf, VALUE_MAX, "%u", v->before);
	return buf;
}

static void add_sentences(const struct trace *t, const struct trace_verdict *v,
    char buf[TRACE_TEXT_MAX])
{
	const char *text = v->after == 0 ? first_hop(v->what) : sentences[v->what];
	char value[VALUE_MAX];
	size_t len = 0;

	buf[0] = '\0';
	while (*text && len < TRACE_TEXT_MAX - 1) {
		size_t plain = strcspn(text, "{");

		len += (size_t)snprintf(buf + len, TRACE_TEXT_MAX - len, "%.*s%s", (int)plain, text,
		    text[plain] ? fill(text + plain, t, v, value) : "");
		text += plain;
		text += strcspn(text, "}");
		text += *text != '\0';
	}
}

/* ---- further facts ------------------------------------------------------------------ */

static void add(char buf[TRACE_TEXT_MAX], const char *sentence)
{
	size_t len = strlen(buf);

	snprintf(buf + len, TRACE_TEXT_MAX - len, " %s", sentence);
}

static void add_segment(const struct trace *t, char buf[TRACE_TEXT_MAX])
{
	char sentence[160];

	if (t->first == 0 && t->last == t->hello_bytes)
		return;
	if (t->first == 0)
		snprintf(sentence, sizeof sentence,
		    "This is about the first segment, %zu of %zu bytes; the rest was not sent.",
		    t->last, t->hello_bytes);
	else
		snprintf(sentence, sizeof sentence,
		    "This is about bytes %zu to %zu of %zu; the segment before them arrived.",
		    t->first + 1, t->last, t->hello_bytes);
	add(buf, sentence);
}

static void add_facts(const struct trace *t, const struct trace_verdict *v,
    char buf[TRACE_TEXT_MAX])
{
	char sentence[160];

	if (v->what == TRACE_PASSES && t->plain != OC_OK) {
		snprintf(sentence, sizeof sentence,
		    "%s comes later in a connection, or does not happen every time.",
		    outcome_name(t->plain));
		add(buf, sentence);
	}
	if (v->what == TRACE_BETWEEN && (v->answer == TRACE_ALERT || v->answer == TRACE_ANSWERED))
		add(buf, "Something on the path answers in place of the server.");
	if (v->what == TRACE_ARRIVES && t->hops[v->peer - 1].gap)
		add(buf,
		    "Later parts of an answer arrived, but an earlier one was lost: large "
		    "packets are lost on the way back.");
	add_segment(t, buf);
	for (unsigned hop = 1; hop <= TRACE_HOPS_MAX; hop++) {
		if (t->hops[hop - 1].several) {
			add(buf,
			    "Several routers answered for one TTL, so there are several "
			    "paths, and each try may take another.");
			break;
		}
	}
	if (t->rounds > 0 && t->rounds < TRACE_ROUNDS)
		add(buf, "There was no time for all three tries; --max-time allows more.");
}

const char *trace_text_write(const struct trace *t, const struct trace_verdict *v,
    char buf[TRACE_TEXT_MAX])
{
	add_sentences(t, v, buf);
	add_facts(t, v, buf);
	return buf;
}
