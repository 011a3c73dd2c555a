/* SPDX-License-Identifier: MIT */
#include "client/output/trace_table.h"

#include <string.h>

#include "client/output/terminal.h"
#include "client/output/trace_text.h"

/* Columns: right margin of the drawing; of the table, and all of them without the address. */
enum { MARGIN = 2, MS = 8, ANSWER = 10, ADDRESS_LEAST = 8, OTHERS = 38 };

static const char end_mark[] = "[X]";

/* ---- the drawing --------------------------------------------------------------------- */

/* From the most detailed. */
enum detail { WITH_ADDRESSES, WITH_NUMBERS, AROUND_THE_END, DETAILS };

struct drawing {
	const struct trace *t;
	const struct trace_verdict *v;
	enum detail detail;
	unsigned count; /* of hops */
	char *text;
};

static void add(const struct drawing *d, const char *link, const char *label)
{
	size_t len = strlen(d->text);

	snprintf(d->text + len, TRACE_DRAWING_MAX - len, "%s%s", link, label);
}

/* Is it known where the packets end? */
static bool has_end(const struct trace_verdict *v)
{
	switch (v->what) {
	case TRACE_NOTHING:
	case TRACE_SYN_LOST:
	case TRACE_SYN_REFUSED:
	case TRACE_SYN_REJECTED:
	case TRACE_AT_PEER:
	case TRACE_BETWEEN:
		return true;
	default:
		return false;
	}
}

static bool is_shown(const struct drawing *d, unsigned hop)
{
	unsigned before = d->v->before ? d->v->before : d->count;

	if (d->detail < AROUND_THE_END || hop == d->count)
		return true;
	return has_end(d->v) && (hop == d->v->after || hop == before);
}

static const char *label(const struct drawing *d, unsigned hop, char buf[ADDR_TEXT_MAX])
{
	const struct addr *from = &d->t->hops[hop - 1].from;

	if (hop == d->v->peer)
		return "server";
	if (d->detail == WITH_ADDRESSES)
		return from->len > 0 ? addr_format_host(from, buf) : "?";
	snprintf(buf, ADDR_TEXT_MAX, "%u", hop);
	return buf;
}

static void draw(const struct drawing *d)
{
	bool ends = has_end(d->v), marked = false, left_out = false;
	char buf[ADDR_TEXT_MAX];

	add(d, "", "client");
	for (unsigned hop = 1; hop <= d->count; hop++) {
		const char *link = " -- ";

		/* These reported nothing, so the end may be before or behind them. */
		if (ends && hop > d->v->after && hop < d->v->before)
			continue;
		if (ends && !marked && hop > d->v->after) {
			marked = true;
			link = " -[X]- ";
		}
		if (is_shown(d, hop))
			add(d, link, label(d, hop, buf));
		else if (!left_out)
			add(d, link, "...");
		left_out = !is_shown(d, hop);
	}
	if (d->v->peer == 0)
		add(d, ends && !marked ? " -[X]- " : " -- ", "server");
}

const char *trace_table_draw(const struct trace *t, const struct trace_verdict *v, size_t columns,
    char buf[TRACE_DRAWING_MAX])
{
	struct drawing d = { .t = t, .v = v, .count = trace_count_hops(t), .text = buf };

	do {
		buf[0] = '\0';
		draw(&d);
	} while (strlen(buf) > columns && ++d.detail < DETAILS);
	return buf;
}

static void print_drawing(FILE *to, const struct trace *t, const struct trace_verdict *v)
{
	char text[TRACE_DRAWING_MAX];
	const char *mark;

	trace_table_draw(t, v, terminal_columns(to) - MARGIN, text);
	mark = strstr(text, end_mark);
	if (!mark) {
		fprintf(to, "%s\n", text);
		return;
	}
	fprintf(to, "%.*s", (int)(mark - text), text);
	terminal_print_bad(to, end_mark, 0);
	fprintf(to, "%s\n", mark + strlen(end_mark));
}

/* ---- the table ----------------------------------------------------------------------- */

/* The words of a SYN differ: it gets no TLS. */
static const char *describe(const enum trace_answer seen[TRACE_ROUNDS], bool is_syn)
{
	bool mixed;
	enum trace_answer answer = trace_combine(seen, &mixed);

	if (mixed)
		return "unsteady";
	if (answer == TRACE_UNTRIED)
		return "-";
	if (is_syn && answer == TRACE_ANSWERED)
		return "connected";
	return is_syn && answer == TRACE_RESET ? "refused" : trace_answer_name(answer);
}

static const char *describe_address(const struct trace *t, unsigned hop, unsigned peer,
    char buf[ADDR_TEXT_MAX])
{
	const struct addr *at = hop == peer ? &t->to : &t->hops[hop - 1].from;

	return at->len > 0 ? addr_format_host(at, buf) : "-";
}

/* As wide as the longest address, if the terminal has room for it. */
static int address_width(FILE *to, const struct trace *t, unsigned count, unsigned peer)
{
	int width = ADDRESS_LEAST, room = terminal_room(to, OTHERS);
	char host[ADDR_TEXT_MAX];

	for (unsigned hop = 1; hop <= count; hop++) {
		int len = (int)strlen(describe_address(t, hop, peer, host));

		if (len > width)
			width = len;
	}
	if (width > room)
		width = room;
	return width < ADDRESS_LEAST ? ADDRESS_LEAST : width;
}

static void print_row(FILE *to, int width, const struct trace *t, unsigned hop, unsigned peer)
{
	const struct trace_hop *h = &t->hops[hop - 1];
	char host[ADDR_TEXT_MAX], cut[ADDR_TEXT_MAX], ms[TERMINAL_MS_MAX] = "-";

	fprintf(to, "%3u  %-*s%*s  %-*s%s\n", hop, width,
	    terminal_shorten(describe_address(t, hop, peer, host), width, cut, sizeof cut), MS,
	    h->us > 0 ? terminal_ms(h->us, ms) : ms, ANSWER, describe(h->syn, true),
	    describe(h->hello, false));
}

void trace_table_print(FILE *to, const char *host, const char *port, const struct trace *t)
{
	char at[ADDR_TEXT_MAX], text[TRACE_TEXT_MAX];
	unsigned count = trace_count_hops(t);
	struct trace_verdict v;
	int width;

	trace_judge(t, &v);
	width = address_width(to, t, count, v.peer);
	fprintf(to, "%s %s at %s\n\n", host, port, addr_format(&t->to, at));
	print_drawing(to, t, &v);
	if (count > 0)
		fprintf(to, "\n%3s  %-*s%*s  %-*s%s\n", "HOP", width, "ADDRESS", MS, "MS", ANSWER,
		    "SYN", "CLIENTHELLO");
	for (unsigned hop = 1; hop <= count; hop++)
		print_row(to, width, t, hop, v.peer);
	fputc('\n', to);
	terminal_print_wrapped(to, trace_text_write(t, &v, text), 0);
}
