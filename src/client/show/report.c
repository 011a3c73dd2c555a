/* SPDX-License-Identifier: MIT */
#include "client/show/report.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "common/tlspolicy.h"

/* Columns: where the facts begin, when a list of them is cut or goes on below, the right edge. */
enum { FACTS = 11, CUT = 50, WRAP = 46, EDGE = 72 };

/* Each prints a step's facts to standard error and returns their width. */
static int print_addresses(const struct session *s)
{
	char text[ADDR_TEXT_MAX];
	int width = fprintf(stderr, "%s", s->dial.host);

	if (addr_is_literal(s->dial.host))
		return width;
	for (size_t i = 0; i < s->addr_count; i++) {
		if (i > 0 && width > CUT)
			return width + fprintf(stderr, " and %zu more", s->addr_count - i);
		width += fprintf(stderr, "%s%s", i == 0 ? " -> " : ", ",
		    addr_format_host(&s->addrs[i], text));
	}
	return width;
}

static int print_peer(const struct session *s)
{
	char text[ADDR_TEXT_MAX];

	return fprintf(stderr, "%s", addr_format(&s->peer, text));
}

static int print_announcement(const struct session *s)
{
	return fprintf(stderr, "PROXY protocol %s",
	    s->options->announce_version == PROXYPROTO_V1 ? "v1" : "v2");
}

static int print_tunnel(const struct session *s)
{
	const char *kind = s->options->proxy.kind == PROXY_SOCKS5 ? "SOCKS5" : "CONNECT";

	if (s->through_proxy)
		return fprintf(stderr, "%s %s:%s", kind, s->target.host, s->target.port);
	if (!proxy_variable())
		return 0;
	return fprintf(stderr, "none; %s is set, and not used", proxy_variable());
}

static int print_facts(const struct session *s)
{
	const struct tlsio_facts *f = &s->facts;

	return fprintf(stderr, "%s %s %s%s%s%s%s", f->protocol, f->cipher, f->group,
	    tlspolicy_is_post_quantum(f->group) ? " post-quantum" : "",
	    f->resumed ? " resumed" : "", s->alpn[0] ? " " : "", s->alpn);
}

/* One word more of a list that goes on in the next line when this one is full. */
static int print_wrapped(int width, const char *before, const char *word)
{
	int more = (int)(strlen(before) + strlen(word));

	if (width > 0 && width + more > WRAP) {
		fprintf(stderr, "\n%*s", FACTS, "");
		width = 0;
		before += strspn(before, " ");
	}
	return width + fprintf(stderr, "%s%s", before, word);
}

static int print_chain(const struct session *s)
{
	const struct verdict *v = &s->verdict;
	char label[CERTINFO_NAME_MAX];
	int width = 0;

	if (strcasecmp(verdict_label(&v->chain[0], label), s->verify_name) != 0)
		width += fprintf(stderr, "%s: ", s->verify_name);
	for (int i = 0; i < v->chain_len; i++)
		width =
		    print_wrapped(width, i == 0 ? "" : " <- ", verdict_label(&v->chain[i], label));
	return width;
}

static int print_length(const struct session *s)
{
	return fprintf(stderr, "%zu bytes, closed cleanly", s->greeting_len);
}

static int print_same(const struct session *s)
{
	return fprintf(stderr, "%s, and so says node %.60s",
	    s->remark[0] ? "the same TLS connection" : "the same connection",
	    s->reported.value[SIGHTING_NODE]);
}

/* The steps that have something to tell when all went well. */
static const struct {
	step_fn *step;
	int (*print)(const struct session *s);
} lines[] = {
	{ step_resolve, print_addresses },
	{ step_connect, print_peer },
	{ step_proxy, print_tunnel },
	{ step_announce, print_announcement },
	{ step_handshake, print_facts },
	{ step_verify, print_chain },
	{ step_greet, print_length },
	{ step_compare, print_same },
};

static void print_right(int width, const char *text)
{
	int room = EDGE - FACTS - width, least = (int)strlen(text) + 2;

	fprintf(stderr, "%*s\n", room < least ? least : room, text);
}

/* The chain is as good as its first certificate to expire. */
static void print_validity(const struct session *s, int width)
{
	const struct verdict *v = &s->verdict;
	char span[CERTINFO_TIME_MAX], text[CERTINFO_TIME_MAX + 8];
	int64_t end = v->chain[0].not_after;

	for (int i = 1; i < v->chain_len; i++) {
		if (v->chain[i].not_after < end)
			end = v->chain[i].not_after;
	}
	snprintf(text, sizeof text, "%s left", certinfo_span(end - v->at, span));
	print_right(width, text);
	fprintf(stderr, "%*sleaf: %s, SHA-256 %.16s, for %s\n", FACTS, "", v->chain[0].key,
	    v->chain[0].sha256, v->chain[0].sans);
	if (v->staple.status == STAPLE_GOOD)
		fprintf(stderr, "%*sstaple: good until %s\n", FACTS, "",
		    certinfo_time(v->staple.next_update, text));
	fprintf(stderr, "%*strust: %s%s%s\n", FACTS, "", s->store,
	    s->options->trust.no_x509_strict ? "; --no-x509-strict was used" : "",
	    v->disordered ? "; sent out of order" : "");
}

static void print_time(uint64_t took_us, int width)
{
	char text[32];

	snprintf(text, sizeof text, "%.1f ms", (double)took_us / 1000);
	print_right(width, text);
}

static void print_line(const struct session *s, const struct step *step, uint64_t took_us,
    int (*print)(const struct session *))
{
	int width;

	fprintf(stderr, "%-*s", FACTS, step->name);
	width = print(s);
	if (step->run == step_verify)
		print_validity(s, width);
	else
		print_time(took_us, width);
}

/* Most people have no proxy and announce nothing, and need not hear of it. */
static bool was_asked_for(const struct session *s, const struct step *step)
{
	if (step->run == step_announce)
		return s->options->announce;
	if (step->run == step_proxy)
		return s->through_proxy || proxy_variable();
	return true;
}

void report_step(const struct session *s, const struct step *step, uint64_t took_us,
    const struct outcome *failed)
{
	if (failed) {
		fprintf(stderr, "%-*s", FACTS, step->name);
		print_time(took_us, fprintf(stderr, "failed: %s", outcome_name(failed->code)));
		return;
	}
	if (step->run == step_compare && !s->options->compare)
		return;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (lines[i].step == step->run && was_asked_for(s, step))
			print_line(s, step, took_us, lines[i].print);
	}
}

/* What the user's locale calls printable, and escapes for the rest. */
static void print_visible(const char *text, size_t len)
{
	while (len > 0) {
		mbstate_t state = { 0 };
		wchar_t c;
		size_t n = mbrtowc(&c, text, len, &state);

		if (n > 0 && n <= len && (iswprint((wint_t)c) || c == L'\n' || c == L'\t')) {
			fwrite(text, 1, n, stdout);
		} else {
			printf("\\x%02x", (unsigned char)*text);
			n = 1;
		}
		text += n;
		len -= n;
	}
}

void report_greeting(const struct session *s)
{
	if (isatty(STDOUT_FILENO))
		print_visible(s->greeting, s->greeting_len);
	else
		fwrite(s->greeting, 1, s->greeting_len, stdout);
}
