/* SPDX-License-Identifier: MIT */
#include "server/conn/http1.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/http_char.h"

/*
 * The grammar of RFC 9112 sections 2 to 5, with a state for each position in it. A
 * state's function returns the next state; HTTP1_AT_DECIDED once the status is set.
 */
enum http1_state {
	HTTP1_AT_START,
	HTTP1_AT_START_LF,
	HTTP1_AT_METHOD,
	HTTP1_AT_TARGET,
	HTTP1_AT_VERSION,
	HTTP1_AT_LINE_LF,
	HTTP1_AT_LINE,
	HTTP1_AT_NAME,
	HTTP1_AT_VALUE,
	HTTP1_AT_END_LF,
	HTTP1_AT_DECIDED
};

enum field { FIELD_OTHER, FIELD_HOST, FIELD_ACCEPT };

static enum http1_state decide(struct http1_parser *p, unsigned status, const char *why)
{
	p->status = status;
	p->why = why;
	return HTTP1_AT_DECIDED;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Characters of a host and port: RFC 3986 section 3.2.2. */
static bool is_host(char c)
{
	return is_alnum(c) || (c && strchr("-._~!$&'()*+,;=:[]%", c));
}

static void add(struct http1_parser *p, char c)
{
	if (p->word_len < sizeof p->word)
		p->word[p->word_len] = c;
	p->word_len++;
}

static bool word_is(const struct http1_parser *p, const char *word)
{
	return p->word_len == strlen(word) && memcmp(p->word, word, p->word_len) == 0;
}

static bool word_begins(const struct http1_parser *p, const char *word)
{
	size_t len = strlen(word);

	return p->word_len >= len && strncasecmp(p->word, word, len) == 0;
}

static enum http1_state on_start(struct http1_parser *p, char c)
{
	/* Section 2.2: ignore one empty line before the request. */
	if (c == '\r' && p->total == 1)
		return HTTP1_AT_START_LF;
	if (!http_char_is_token(c))
		return decide(p, 400, "a request must begin with a method");
	add(p, c);
	return HTTP1_AT_METHOD;
}

static enum http1_state on_start_lf(struct http1_parser *p, char c)
{
	return c == '\n' ? HTTP1_AT_START : decide(p, 400, "a request must begin with a method");
}

static enum http1_state on_method(struct http1_parser *p, char c)
{
	if (http_char_is_token(c)) {
		add(p, c);
		return HTTP1_AT_METHOD;
	}
	if (c != ' ')
		return decide(p, 400, "a method must be one word followed by a space");
	if (word_is(p, "GET"))
		p->method = HTTP1_GET;
	else if (word_is(p, "HEAD"))
		p->method = HTTP1_HEAD;
	else if (word_is(p, "OPTIONS"))
		p->method = HTTP1_OPTIONS;
	p->word_len = 0;
	return HTTP1_AT_TARGET;
}

/* Section 3.2. If the method is rejected anyway, the target is not checked. */
static bool is_target(const struct http1_parser *p)
{
	if (p->word_len == 0)
		return false;
	if (p->method == HTTP1_OTHER || p->word[0] == '/')
		return true;
	if (p->method == HTTP1_OPTIONS && word_is(p, "*"))
		return true;
	return word_begins(p, "http://") || word_begins(p, "https://");
}

static enum http1_state on_target(struct http1_parser *p, char c)
{
	if (c > ' ' && c < 0x7f) {
		add(p, c);
		return HTTP1_AT_TARGET;
	}
	if (c != ' ')
		return decide(p, 400, "a target and a version must follow the method");
	if (!is_target(p))
		return decide(p, 400, "a target must begin with a slash");
	p->word_len = 0;
	return HTTP1_AT_VERSION;
}

static enum http1_state on_version(struct http1_parser *p, char c)
{
	if (c > ' ' && c < 0x7f && p->word_len < sizeof p->word) {
		add(p, c);
		return HTTP1_AT_VERSION;
	}
	if (p->word_len != 8 || memcmp(p->word, "HTTP/", 5) != 0 || p->word[6] != '.' ||
	    !strchr("0123456789", p->word[5]) || !strchr("0123456789", p->word[7]))
		return decide(p, 400, "invalid version: expected one such as HTTP/1.1");
	if (c == '\n')
		return decide(p, 400, "a line must end with CRLF, not with LF alone");
	if (c != '\r')
		return decide(p, 400, "nothing may follow the version");
	if (p->word[5] != '1')
		return decide(p, 505, "this server supports only HTTP/1.1");
	p->minor = (unsigned)(p->word[7] - '0');
	return HTTP1_AT_LINE_LF;
}

static enum http1_state on_line_lf(struct http1_parser *p, char c)
{
	return c == '\n' ? HTTP1_AT_LINE : decide(p, 400, "a CR must be followed by LF");
}

static enum http1_state on_line(struct http1_parser *p, char c)
{
	if (c == '\r')
		return HTTP1_AT_END_LF;
	if (c == '\n')
		return decide(p, 400, "a line must end with CRLF, not with LF alone");
	if (c == ' ' || c == '\t')
		return decide(p, 400, "a field must not continue on a second line");
	if (!http_char_is_token(c))
		return decide(p, 400, "a field must begin with its name");
	p->word_len = 0;
	add(p, c);
	return HTTP1_AT_NAME;
}

static enum http1_state on_name(struct http1_parser *p, char c)
{
	if (http_char_is_token(c)) {
		add(p, c);
		return HTTP1_AT_NAME;
	}
	if (c != ':')
		return decide(p, 400, "a field's name must be one word followed by a colon");
	p->field = FIELD_OTHER;
	if (p->word_len == 4 && word_begins(p, "host")) {
		p->field = FIELD_HOST;
		p->hosts++;
	} else if (p->word_len == 6 && word_begins(p, "accept")) {
		p->field = FIELD_ACCEPT;
	}
	p->word_len = 0;
	p->gap = false;
	return HTTP1_AT_VALUE;
}

static enum http1_state on_value(struct http1_parser *p, char c)
{
	bool blank = c == ' ' || c == '\t';

	if (c == '\r') {
		if (p->field == FIELD_ACCEPT)
			http_accept_end(&p->accept);
		return HTTP1_AT_LINE_LF;
	}
	if (c == '\n')
		return decide(p, 400, "a line must end with CRLF, not with LF alone");
	if (!http_char_is_text(c))
		return decide(p, 400, "a field's value contains a control character");
	if (p->field == FIELD_ACCEPT)
		http_accept_feed(&p->accept, c);
	if (p->field != FIELD_HOST)
		return HTTP1_AT_VALUE;
	if (blank) {
		p->gap = p->word_len > 0;
		return HTTP1_AT_VALUE;
	}
	if (p->gap || !is_host(c))
		return decide(p, 400, "Host is not a valid name and port");
	add(p, c);
	return HTTP1_AT_VALUE;
}

static enum http1_state on_end_lf(struct http1_parser *p, char c)
{
	if (c != '\n')
		return decide(p, 400, "a CR must be followed by LF");
	if (p->hosts > 1)
		return decide(p, 400, "Host occurs more than once");
	if (p->hosts == 0 && p->minor > 0)
		return decide(p, 400, "Host is missing");
	if (p->method == HTTP1_OTHER)
		return decide(p, 405, "this server allows only GET, HEAD and OPTIONS");
	return decide(p, 200, NULL);
}

static enum http1_state (*const on[])(struct http1_parser *p, char c) = {
	[HTTP1_AT_START] = on_start,
	[HTTP1_AT_START_LF] = on_start_lf,
	[HTTP1_AT_METHOD] = on_method,
	[HTTP1_AT_TARGET] = on_target,
	[HTTP1_AT_VERSION] = on_version,
	[HTTP1_AT_LINE_LF] = on_line_lf,
	[HTTP1_AT_LINE] = on_line,
	[HTTP1_AT_NAME] = on_name,
	[HTTP1_AT_VALUE] = on_value,
	[HTTP1_AT_END_LF] = on_end_lf,
};

unsigned http1_feed(struct http1_parser *p, const void *bytes, size_t len)
{
	const char *c = bytes;

	for (size_t i = 0; i < len && p->status == 0; i++) {
		if (++p->total <= HTTP1_HEAD_MAX)
			p->state = on[p->state](p, c[i]);
		else if (p->state <= HTTP1_AT_VERSION)
			decide(p, 414, "the request line is longer than 8 KiB");
		else
			decide(p, 431, "the head is longer than 8 KiB");
	}
	return p->status;
}

void http1_end(struct http1_parser *p, unsigned status, const char *why)
{
	if (p->status == 0)
		decide(p, status, why);
}

const char *http1_reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} known[] = {
		{ 200, "OK" },
		{ 400, "Bad Request" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 414, "URI Too Long" },
		{ 431, "Request Header Fields Too Large" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i].status == status)
			return known[i].reason;
	}
	return "";
}

/* IMF-fixdate, RFC 9110 section 5.6.7: strftime(3) would use the locale. */
static void write_date(time_t now, char buf[32])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm t = { 0 };

	gmtime_r(&now, &t);
	snprintf(buf, 32, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * t.tm_wday,
	    t.tm_mday, months + 3 * t.tm_mon, (t.tm_year + 1900) % 10000, t.tm_hour, t.tm_min,
	    t.tm_sec);
}

/* Adds a line at the end of the head; NULL: none. Returns the new length. */
static size_t add_field(char *buf, size_t at, const char *name, const char *value)
{
	if (value)
		at += (size_t)snprintf(buf + at, HTTP1_ANSWER_MAX - at, "%s: %s\r\n", name, value);
	assert(at < HTTP1_ANSWER_MAX);
	return at;
}

size_t http1_write(const struct http1_answer *a, char buf[HTTP1_ANSWER_MAX])
{
	char date[32];
	size_t at;

	write_date(a->now, date);
	/*
	 * Not to be cached: the response describes this moment, and a check needs the
	 * current state. Allow belongs to 405, and to the response to OPTIONS, which
	 * has no content.
	 */
	at = (size_t)snprintf(buf, HTTP1_ANSWER_MAX,
	    "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\nCache-Control: no-store\r\n"
	    "Content-Length: %zu\r\n",
	    a->status, http1_reason(a->status), date, a->content_length);
	at = add_field(buf, at, "Content-Type", a->type);
	at = add_field(buf, at, "X-Content-Type-Options", a->type ? "nosniff" : NULL);
	at = add_field(buf, at, "Content-Security-Policy", a->policy);
	at = add_field(buf, at, "Vary", a->negotiated ? "Accept" : NULL);
	if (a->status == 405 || !a->type)
		at = add_field(buf, at, "Allow", "GET, HEAD, OPTIONS");
	return at + (size_t)snprintf(buf + at, HTTP1_ANSWER_MAX - at, "\r\n");
}
