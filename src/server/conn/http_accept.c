/* SPDX-License-Identifier: MIT */
#include "server/conn/http_accept.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *type, *any;
} types[HTTP_ACCEPT_TYPES] = {
	[HTTP_ACCEPT_TEXT] = { "text/plain", "text/*" },
	[HTTP_ACCEPT_JSON] = { "application/json", "application/*" },
	[HTTP_ACCEPT_HTML] = { "text/html", "text/*" },
};

/* qvalue (RFC 9110 section 12.4.2): 0 or 1, and up to three digits. -1: invalid. */
static int parse_q(const char *s)
{
	int q, digit = 100;

	if (*s != '0' && *s != '1')
		return -1;
	q = (*s++ - '0') * 1000;
	if (*s == '.')
		s++;
	for (; *s >= '0' && *s <= '9'; s++, digit /= 10)
		q += (*s - '0') * digit;
	return *s || q > 1000 ? -1 : q;
}

/* Trims blanks at both ends, in place. */
static char *trim(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return s;
}

static void rank(struct http_accept_rank *r, const char *range, const char *type, const char *any,
    unsigned q)
{
	unsigned precision = 0;

	if (strcasecmp(range, type) == 0)
		precision = 3;
	else if (strcasecmp(range, any) == 0)
		precision = 2;
	else if (strcmp(range, "*/*") == 0)
		precision = 1;
	if (precision == 0 || precision < r->precision)
		return;
	/* The most specific range decides, whatever the weight of the others. */
	if (precision > r->precision || q > r->q)
		r->q = q;
	r->precision = precision;
}

/* A media range is complete: type/subtype *( ";" parameter ); only the parameter q counts. */
static void take(struct http_accept *a)
{
	char *rest, *range;
	int q = 1000;

	if (a->len >= sizeof a->range)
		a->len = 0;
	a->range[a->len] = '\0';
	a->len = 0;
	rest = a->range;
	range = trim(strsep(&rest, ";"));
	while (rest) {
		const char *parameter = trim(strsep(&rest, ";"));

		if (strncasecmp(parameter, "q=", 2) == 0)
			q = parse_q(parameter + 2);
	}
	if (q < 0)
		return;
	for (size_t i = 0; i < HTTP_ACCEPT_TYPES; i++)
		rank(&a->ranks[i], range, types[i].type, types[i].any, (unsigned)q);
}

void http_accept_feed(struct http_accept *a, char c)
{
	if (c == ',' && !a->quoted) {
		take(a);
		return;
	}
	/* quoted-string, RFC 9110 section 5.6.4: a comma inside does not end a range. */
	if (a->escaped)
		a->escaped = false;
	else if (c == '"')
		a->quoted = !a->quoted;
	else
		a->escaped = a->quoted && c == '\\';
	if (a->len < sizeof a->range)
		a->range[a->len++] = c;
}

void http_accept_end(struct http_accept *a)
{
	take(a);
	a->quoted = a->escaped = false;
}

static bool is_preferred(const struct http_accept_rank *a, const struct http_accept_rank *b)
{
	if (a->q != b->q)
		return a->q > b->q;
	return a->q > 0 && a->precision > b->precision;
}

enum http_accept_type http_accept_choose(const struct http_accept *a)
{
	size_t best = 0;

	for (size_t i = 1; i < HTTP_ACCEPT_TYPES; i++) {
		if (is_preferred(&a->ranks[i], &a->ranks[best]))
			best = i;
	}
	return (enum http_accept_type)best;
}
