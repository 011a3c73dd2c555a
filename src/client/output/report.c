/* SPDX-License-Identifier: MIT */
#include "client/output/report.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "client/judge/post_quantum.h"
#include "client/output/report_line.h"
#include "client/session/chain_file.h"
#include "tls/policy.h"

/* Shortest name of a chain after cutting. */
enum { NAME_LEAST = 8 };

/* Print as many addresses as there is room for, and the number of the others. */
static void add_addresses(struct report_line *l, const struct session *s)
{
	enum { MORE = sizeof " and 99 more" - 1, ROOM = 30 };
	char text[ADDR_TEXT_MAX];

	if (addr_is_literal(s->dial.host)) {
		report_line_add_name(l, s->dial.host, l->room);
		return;
	}
	report_line_add_name(l, s->dial.host, l->room - ROOM);
	for (size_t i = 0; i < s->addr_count; i++) {
		int after = i + 1 < s->addr_count ? MORE : 0;

		addr_format_host(&s->addrs[i], text);
		if (i > 0 && report_line_left(l) < 2 + (int)strlen(text) + after) {
			report_line_add(l, " and %zu more", s->addr_count - i);
			return;
		}
		report_line_add(l, "%s%s", i == 0 ? " -> " : ", ", text);
	}
}

static void add_peer(struct report_line *l, const struct session *s)
{
	char text[ADDR_TEXT_MAX];

	report_line_add(l, "%s%s", addr_format(&s->peer, text),
	    s->service->transport == OVER_TCP ? "" : " over UDP");
}

static void add_announcement(struct report_line *l, const struct session *s)
{
	report_line_add(l, "PROXY protocol %s",
	    s->options->announce_version == PROXY_PROTOCOL_V1 ? "v1" : "v2");
}

static void add_tunnel(struct report_line *l, const struct session *s)
{
	if (!s->through_proxy) {
		report_line_add(l, "none; %s is set, but not used", proxy_variable());
		return;
	}
	report_line_add(l, "%s ", s->options->proxy.kind == PROXY_SOCKS5 ? "SOCKS5" : "CONNECT");
	report_line_add_name(l, s->target.host,
	    report_line_left(l) - (int)strlen(s->target.port) - 1);
	report_line_add(l, ":%s", s->target.port);
}

static void add_facts(struct report_line *l, const struct session *s)
{
	const struct tls_conn_facts *f = &s->facts;

	report_line_add(l, "%s %s %s", f->protocol, f->cipher, f->group);
	report_line_add_word(l, tls_policy_is_post_quantum(f->group) ? "post-quantum" : "");
	report_line_add_word(l, f->resumed ? "resumed" : "");
	report_line_add_word(l, s->alpn);
}

/* The maximum length of a name, so that the whole chain fits into a line. */
static int fair_share(char labels[][CERT_INFO_NAME_MAX], int count, int room)
{
	int share = CERT_INFO_NAME_MAX, sum;

	do {
		sum = 4 * (count - 1);
		share--;
		for (int i = 0; i < count; i++) {
			int len = (int)strlen(labels[i]);

			sum += len < share ? len : share;
		}
	} while (sum > room && share > NAME_LEAST);
	return share;
}

static void add_chain(struct report_line *l, const struct session *s)
{
	const struct verdict *v = &s->verdict;
	char labels[VERDICT_CHAIN_MAX][CERT_INFO_NAME_MAX];
	int share;

	for (int i = 0; i < v->chain_len; i++) {
		struct text t;

		/* A name must not contain the separator of this list. */
		text_begin(&t, labels[i], CERT_INFO_NAME_MAX);
		text_add_item(&t, v->chain[i].label, "<");
	}
	if (v->chain_len > 0 && strcasecmp(labels[0], s->verify_name) != 0) {
		report_line_add_name(l, s->verify_name, l->room / 4);
		report_line_add(l, ": ");
	}
	share = fair_share(labels, v->chain_len, report_line_left(l));
	for (int i = 0; i < v->chain_len; i++) {
		report_line_add(l, "%s", i == 0 ? "" : " <- ");
		/* Host names differ at both ends; a CA's name differs at its beginning. */
		if (i == 0)
			report_line_add_name(l, labels[i], share);
		else
			report_line_add_title(l, labels[i], share);
	}
}

static void add_starttls(struct report_line *l, const struct session *s)
{
	report_line_add(l, "%s is ready for TLS", s->service->before->protocol);
}

static void add_file(struct report_line *l, const struct session *s)
{
	int count = chain_file_count(s->chain);

	report_line_add(l, "%d certificate%s from ", count, count == 1 ? "" : "s");
	report_line_add_name(l, s->chain_name, report_line_left(l));
	report_line_add_word(l, s->options->identity.key_file ? "(the key fits)" : "");
}

/* Names the service, if the user did not. */
static void add_service(struct report_line *l, const struct session *s)
{
	if (s->options->service.from == SERVICE_FROM_PORT)
		report_line_add(l, "service %s, chosen by port", s->service->name);
	else
		report_line_add(l, "service %s", s->service->name);
}

static void add_answer(struct report_line *l, const struct session *s)
{
	int len = (int)strcspn(s->greeting, "\n");

	add_service(l, s);
	if (len > 0) {
		char line[OUTCOME_TEXT_MAX];

		snprintf(line, sizeof line, "%.*s", len, s->greeting);
		report_line_add(l, ": ");
		report_line_add_title(l, line, report_line_left(l));
	}
}

static void add_length(struct report_line *l, const struct session *s)
{
	if (session_talk(s) != TALK_HELLO) {
		add_answer(l, s);
		return;
	}
	report_line_add(l, "%zu bytes, %s", s->greeting_len,
	    s->service->transport == OVER_QUIC ? "a complete stream"
		: s->unclosed                  ? "not closed"
					       : "closed cleanly");
}

static void add_same(struct report_line *l, const struct session *s)
{
	report_line_add(l, "%s, confirmed by node ",
	    s->remark[0] ? "the same TLS connection" : "the same connection");
	report_line_add_name(l, s->reported.value[CONN_REPORT_NODE], report_line_left(l));
}

/* The steps that print facts on success. */
static const struct {
	step_fn *step;
	void (*add)(struct report_line *l, const struct session *s);
} lines[] = {
	{ step_resolve, add_addresses },
	{ step_connect, add_peer },
	{ step_proxy, add_tunnel },
	{ step_announce, add_announcement },
	{ step_starttls, add_starttls },
	{ step_handshake, add_facts },
	{ step_verify, add_chain },
	{ step_greet, add_length },
	{ step_compare, add_same },
	{ step_chain, add_file },
	{ step_judge, add_chain },
};

static void print_leaf(const struct verdict *v)
{
	char head[CERT_INFO_KEY_MAX + CERT_INFO_SHA256_MAX + 32], others[CERT_INFO_SANS_MAX] = "";
	const struct cert_info *leaf = &v->chain[0];
	struct report_line l;

	snprintf(head, sizeof head, "leaf: %s, SHA-256 %.16s, for ", leaf->key, leaf->sha256);
	report_line_begin(&l, head);
	if (!leaf->sans[0] && verdict_count(v) > 0)
		cert_info_alternatives(verdict_certificate(v, 0), others);
	if (others[0])
		report_line_add_name(&l, others, report_line_left(&l));
	else
		report_line_add_list(&l, leaf->sans[0] ? leaf->sans : "no name");
	report_line_print_below("%s%s", head, l.text);
}

static void add_answer_to(struct report_line *l, const char *what, enum post_quantum_answer answer,
    const char *because)
{
	if (answer == POST_QUANTUM_UNKNOWN)
		return;
	report_line_add(l, "%s%s %s", l->text[0] ? ", " : "", what,
	    answer == POST_QUANTUM_YES ? "yes" : "no");
	if (because[0])
		report_line_add(l, " (%s)", because);
}

static void print_post_quantum(const struct session *s)
{
	static const char head[] = "post-quantum: ";
	struct post_quantum pq;
	struct report_line l;

	post_quantum_judge(&s->facts, &s->verdict, &pq);
	report_line_begin(&l, head);
	add_answer_to(&l, "key exchange", pq.key_exchange, "");
	add_answer_to(&l, "certificate", pq.certificate, pq.algorithm);
	report_line_print_below("%s%s", head, l.text);
}

static void print_certificates(const struct session *s)
{
	const struct verdict *v = &s->verdict;
	char until[TIME_TEXT_MAX];

	if (v->chain_len == 0)
		return;
	print_leaf(v);
	print_post_quantum(s);
	if (v->staple.status == STAPLE_GOOD)
		report_line_print_below("staple: good until %s",
		    time_text(v->staple.next_update, until));
	report_line_print_below("trust: %s%s%s", s->store,
	    s->options->trust.no_x509_strict ? "; --no-x509-strict was used" : "",
	    !v->disordered ? "" : v->file ? "; out of order" : "; sent out of order");
	if (s->local_root[0])
		report_line_print_below("root added by: %s", s->local_root);
}

/* As many names as there is room for, and the number of the others. */
static void add_cas(struct report_line *l, const struct certificate_request *r)
{
	enum { QUOTES = 2, COMMA = 2 };
	int kept = certificate_request_kept(r), shown = 0;

	for (; shown < kept; shown++) {
		const char *name = r->cas[shown];
		int rest = r->ca_count - shown - 1;
		int more = rest > 0 ? snprintf(NULL, 0, " and %d more", rest) : 0;
		int room = report_line_left(l) - QUOTES - (shown > 0 ? COMMA : 0) - more;

		if (shown > 0 && room < (int)strlen(name))
			break;
		report_line_add(l, "%s\"", shown > 0 ? ", " : "");
		report_line_add_title(l, name, room < NAME_LEAST ? NAME_LEAST : room);
		report_line_add(l, "\"");
	}
	if (shown < r->ca_count)
		report_line_add(l, " and %d more", r->ca_count - shown);
}

static void print_request(const struct certificate_request *r, const struct own_certificate *own)
{
	static const char head[] = "acceptable CAs: ", keys[] = "acceptable keys: ";
	char types[CERTIFICATE_REQUEST_KEY_TYPES_MAX];
	struct report_line l;

	if (!r->received)
		return;
	report_line_print_below("client certificate: requested, %s",
	    r->sent      ? "sent"
		: r->own ? "not sent: ours does not fit"
			 : "none sent");
	for (int i = 0; i < OWN_FAULTS; i++) {
		char text[OWN_CERTIFICATE_TEXT_MAX];

		if (own->faults & 1u << i)
			report_line_print_below("our certificate %s",
			    own_certificate_text(own, (enum own_fault)i, text));
	}
	report_line_begin(&l, head);
	add_cas(&l, r);
	report_line_print_below("%s%s", head, r->ca_count > 0 ? l.text : "any");
	if (!certificate_request_key_types(r, types)[0])
		return;
	report_line_begin(&l, keys);
	report_line_add_list(&l, types);
	report_line_print_below("%s%s", keys, l.text);
}

/* The chain is as good as its first certificate to expire. */
static void measure_validity(const struct verdict *v, char *buf, size_t max)
{
	char span[TIME_TEXT_MAX];
	int64_t end = v->chain[0].not_after;

	for (int i = 1; i < v->chain_len; i++) {
		if (v->chain[i].not_after < end)
			end = v->chain[i].not_after;
	}
	snprintf(buf, max, "%s left", time_span(end - v->at, span));
}

enum { MEASURE_MAX = TIME_TEXT_MAX + 8 };

static const char *measure_time(uint64_t took_us, char buf[MEASURE_MAX])
{
	snprintf(buf, MEASURE_MAX, "%.1f ms", (double)took_us / 1000);
	return buf;
}

static bool is_verification(const struct step *step)
{
	return step->run == step_verify || step->run == step_judge;
}

static void print_line(const struct session *s, const struct step *step, uint64_t took_us,
    void (*facts)(struct report_line *l, const struct session *s))
{
	char measure[MEASURE_MAX];
	struct report_line l;

	if (is_verification(step))
		measure_validity(&s->verdict, measure, sizeof measure);
	else
		measure_time(took_us, measure);
	report_line_begin(&l, measure);
	facts(&l, s);
	report_line_print(step->name, &l, measure);
	if (is_verification(step))
		print_certificates(s);
	if (step->run == step_handshake)
		print_request(&s->request, &s->own);
}

/* An invalid certificate ends the handshake, but the report names the verification. */
static void print_failure(const struct session *s, const struct step *step, uint64_t took_us,
    enum outcome_code code)
{
	bool judged = outcome_layer(code) == LAYER_VERIFY || is_verification(step);
	char measure[MEASURE_MAX];
	struct report_line l;

	report_line_print_bad(judged ? "verify" : step->name, outcome_name(code),
	    measure_time(took_us, measure));
	if (step->run == step_handshake)
		print_request(&s->request, &s->own);
	if (!judged || s->verdict.chain_len == 0)
		return;
	report_line_begin(&l, "chain: ");
	add_chain(&l, s);
	report_line_print_below("chain: %s", l.text);
	print_certificates(s);
}

/* Without --haproxy-protocol and without any proxy these steps are not reported. */
static bool was_asked_for(const struct session *s, const struct step *step)
{
	if (step->run == step_announce)
		return s->options->announce;
	if (step->run == step_starttls)
		return s->service->before != NULL;
	if (step->run == step_proxy)
		return s->through_proxy || proxy_variable();
	return true;
}

void report_step(const struct session *s, const struct step *step, uint64_t took_us,
    const struct outcome *failed)
{
	if (failed) {
		print_failure(s, step, took_us, failed->code);
		return;
	}
	if (step->run == step_compare && !s->options->compare)
		return;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (lines[i].step == step->run && was_asked_for(s, step))
			print_line(s, step, took_us, lines[i].add);
	}
}

static void print_visible(const char *text, size_t len)
{
	char unit[TEXT_UNIT_MAX];
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = text_unit(text, len, unit);
		if (*text == '\n' || *text == '\t')
			putchar(*text);
		else
			/* Doubled, or the peer's text "\x1b" would look like an escape. */
			fputs(*text == '\\' ? "\\\\" : unit, stdout);
	}
}

void report_greeting(const struct session *s)
{
	if (isatty(STDOUT_FILENO))
		print_visible(s->greeting, s->greeting_len);
	else if (s->greeting)
		fwrite(s->greeting, 1, s->greeting_len, stdout);
}
