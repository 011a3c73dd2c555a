/* SPDX-License-Identifier: MIT */
#include "client/step/http_answer.h"

#include <string.h>
#include <strings.h>

#include "net/http_char.h"

/* The grammar of RFC 9112: one state for each position in it. */
enum state {
	AT_STATUS_LINE,
	AT_LINE_LF, /* LF of the status line or a field */
	AT_LINE,    /* beginning of a field, or the empty line */
	AT_NAME,
	AT_VALUE,
	AT_HEAD_LF, /* LF of the empty line */
	AT_CONTENT, /* left counts the bytes */
	AT_REST,    /* up to the end of the connection */
	AT_CHUNK_SIZE,
	AT_CHUNK_EXTENSION,
	AT_CHUNK_LF,
	AT_CHUNK,
	AT_CHUNK_END,
	AT_CHUNK_END_LF,
	AT_END,
	AT_FAILED
};

static const char lf_alone[] = "a line ends with LF alone and not with CRLF";
static const char cr_alone[] = "a CR is not followed by LF";

static enum state fail(struct http_answer *a, const char *why)
{
	a->why = why;
	return AT_FAILED;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void keep_line(struct http_answer *a, char c)
{
	if (a->line_len + 1 < sizeof a->line) {
		a->line[a->line_len++] = c;
		a->line[a->line_len] = '\0';
	}
}

/* Does this byte continue "HTTP/1.1 200 " and any text (section 4)? */
static bool fits_status_line(struct http_answer *a, char c)
{
	static const char shape[] = "HTTP/1.d ddd ";

	if (a->at >= sizeof shape - 1)
		return http_char_is_text(c);
	if (shape[a->at] != 'd')
		return c == shape[a->at];
	if (!is_digit(c))
		return false;
	if (a->at == 7)
		a->minor = c != '0';
	else
		a->status = 10 * a->status + (unsigned)(c - '0');
	return true;
}

static enum state on_status_line(struct http_answer *a, char c)
{
	/* Some servers omit the last blank. */
	if ((c == '\r' || c == '\n') && a->at >= 12) {
		a->begun = true;
		return c == '\r' ? AT_LINE_LF : fail(a, lf_alone);
	}
	if (!fits_status_line(a, c))
		return fail(a, "invalid HTTP/1.x status line");
	a->at++;
	keep_line(a, c);
	return AT_STATUS_LINE;
}

static enum state on_line_lf(struct http_answer *a, char c)
{
	return c == '\n' ? AT_LINE : fail(a, cr_alone);
}

static enum state on_name(struct http_answer *a, char c)
{
	if (c == ':' && a->name_len > 0)
		return AT_VALUE;
	if (!http_char_is_token(c))
		return fail(a, "the name of a field is not followed by a colon");
	if (a->name_len < sizeof a->name)
		a->name[a->name_len] = c;
	a->name_len++;
	return AT_NAME;
}

static bool name_is(const struct http_answer *a, const char *name)
{
	return a->name_len == strlen(name) && strncasecmp(a->name, name, a->name_len) == 0;
}

/* One number of a list of equal ones, "5, 5" (section 6.3, item 5). */
static bool parse_length(struct http_answer *a, const char *text, size_t len)
{
	uint64_t n = 0;

	if (len == 0 || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return false;
		n = 10 * n + (uint64_t)(text[i] - '0');
	}
	if (a->has_length && a->length != n)
		return false;
	a->has_length = true;
	a->length = n;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool parse_lengths(struct http_answer *a)
{
	const char *at = a->value, *end = a->value + a->value_len;

	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end, *last = stop;

		while (at < last && is_blank(*at))
			at++;
		while (last > at && is_blank(last[-1]))
			last--;
		if (!parse_length(a, at, (size_t)(last - at)))
			return false;
		if (!comma)
			return true;
		at = comma + 1;
	}
}

static bool parse_coding(struct http_answer *a)
{
	const char *at = a->value;
	size_t len = a->value_len;

	for (; len > 0 && is_blank(*at); at++)
		len--;
	while (len > 0 && is_blank(at[len - 1]))
		len--;
	if (a->chunked || len != 7 || strncasecmp(at, "chunked", 7) != 0)
		return false;
	a->chunked = true;
	return true;
}

/* A field ends where the next line does not continue it. Returns why it is rejected, or NULL. */
static const char *end_field(struct http_answer *a)
{
	const bool length = name_is(a, "Content-Length"), coding = name_is(a, "Transfer-Encoding");

	/* A trailer changes nothing (section 7.1.2). */
	if (a->trailer || a->name_len == 0 || (!length && !coding))
		return NULL;
	if (a->value_len > sizeof a->value)
		return "Content-Length or Transfer-Encoding is too long";
	if (length && !parse_lengths(a))
		return "Content-Length is not one number";
	if (coding && !parse_coding(a))
		return "Transfer-Encoding is not exactly \"chunked\"";
	return NULL;
}

static enum state on_value(struct http_answer *a, char c)
{
	if (c == '\r')
		return AT_LINE_LF;
	if (c == '\n')
		return fail(a, lf_alone);
	if (!http_char_is_text(c))
		return fail(a, "a field contains a control byte");
	if (a->value_len < sizeof a->value)
		a->value[a->value_len] = c;
	a->value_len++;
	return AT_VALUE;
}

static enum state on_line(struct http_answer *a, char c)
{
	const char *why;

	if (c == '\n')
		return fail(a, lf_alone);
	/* Section 5.2: a user agent reads a fold as a blank. */
	if (is_blank(c) && a->name_len > 0)
		return on_value(a, c);
	why = end_field(a);
	a->name_len = a->value_len = 0;
	if (why)
		return fail(a, why);
	if (c == '\r')
		return AT_HEAD_LF;
	return http_char_is_token(c) ? on_name(a, c)
				     : fail(a, "a field does not begin with a name");
}

/* How long the content is: section 6.3. */
static enum state begin_content(struct http_answer *a)
{
	if (a->status == 204 || a->status == 304)
		return AT_END;
	if (a->chunked && a->has_length)
		return fail(a, "both Content-Length and Transfer-Encoding are present");
	if (a->chunked && !a->minor)
		return fail(a, "Transfer-Encoding is not allowed in HTTP/1.0");
	if (a->chunked)
		return AT_CHUNK_SIZE;
	if (!a->has_length)
		return AT_REST;
	a->left = a->length;
	return a->left > 0 ? AT_CONTENT : AT_END;
}

static void clear_head(struct http_answer *a)
{
	a->status = 0;
	a->line[0] = '\0';
	a->at = a->line_len = 0;
	a->has_length = a->chunked = false;
}

static enum state on_head_lf(struct http_answer *a, char c)
{
	if (c != '\n')
		return fail(a, cr_alone);
	if (a->trailer)
		return AT_END;
	if (a->status < 100)
		return fail(a, "the status is below 100");
	/* 101 would end HTTP, which the client did not request. */
	if (a->status == 101)
		return fail(a, "the server switched protocols without a request to do so");
	if (a->status >= 200)
		return begin_content(a);
	clear_head(a);
	return AT_STATUS_LINE;
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static enum state on_chunk_size(struct http_answer *a, char c)
{
	int digit = hex(c);

	if (digit >= 0 && a->digits < 15) {
		a->left = 16 * a->left + (uint64_t)digit;
		a->digits++;
		return AT_CHUNK_SIZE;
	}
	if (a->digits == 0 || digit >= 0)
		return fail(a, "the size of a chunk is not a number");
	if (c == '\r')
		return AT_CHUNK_LF;
	if (c == ';' || is_blank(c))
		return AT_CHUNK_EXTENSION;
	return fail(a, c == '\n' ? lf_alone : "the size of a chunk is not a number");
}

static enum state on_chunk_extension(struct http_answer *a, char c)
{
	if (c == '\r')
		return AT_CHUNK_LF;
	return http_char_is_text(c)
	    ? AT_CHUNK_EXTENSION
	    : fail(a, c == '\n' ? lf_alone : "a chunk extension contains a control byte");
}

static enum state on_chunk_lf(struct http_answer *a, char c)
{
	if (c != '\n')
		return fail(a, cr_alone);
	a->digits = 0;
	if (a->left > 0)
		return AT_CHUNK;
	a->trailer = true;
	a->name_len = 0;
	return AT_LINE;
}

static enum state on_chunk_end(struct http_answer *a, char c)
{
	return c == '\r' ? AT_CHUNK_END_LF : fail(a, "a chunk is longer than its size");
}

static enum state on_chunk_end_lf(struct http_answer *a, char c)
{
	return c == '\n' ? AT_CHUNK_SIZE : fail(a, cr_alone);
}

static enum state on_end(struct http_answer *a, char c)
{
	(void)c;
	return fail(a, "bytes follow the end of the answer");
}

static enum state (*const on[])(struct http_answer *a, char c) = {
	[AT_STATUS_LINE] = on_status_line,
	[AT_LINE_LF] = on_line_lf,
	[AT_LINE] = on_line,
	[AT_NAME] = on_name,
	[AT_VALUE] = on_value,
	[AT_HEAD_LF] = on_head_lf,
	[AT_CHUNK_SIZE] = on_chunk_size,
	[AT_CHUNK_EXTENSION] = on_chunk_extension,
	[AT_CHUNK_LF] = on_chunk_lf,
	[AT_CHUNK_END] = on_chunk_end,
	[AT_CHUNK_END_LF] = on_chunk_end_lf,
	[AT_END] = on_end,
};

/* Copy counted bytes, as many as there are. */
static size_t copy_content(struct http_answer *a, const char *bytes, size_t len, char *out)
{
	size_t n = len;

	if (a->state != AT_REST) {
		n = a->left < len ? (size_t)a->left : len;
		a->left -= n;
		if (a->left == 0)
			a->state = a->state == AT_CHUNK ? AT_CHUNK_END : AT_END;
	}
	memmove(out, bytes, n);
	a->content += n;
	return n;
}

static void parse_frame(struct http_answer *a, char c)
{
	const bool counts = a->state < AT_CONTENT || a->state == AT_CHUNK_EXTENSION;

	if (counts && ++a->head > HTTP_ANSWER_HEAD_MAX)
		a->state = fail(a, "the head is longer than 64 KiB");
	else
		a->state = on[a->state](a, c);
}

size_t http_answer_feed(struct http_answer *a, const char *bytes, size_t len, char *out)
{
	size_t put = 0;

	for (size_t i = 0; i < len && a->state != AT_FAILED;) {
		if (a->state == AT_CONTENT || a->state == AT_REST || a->state == AT_CHUNK) {
			size_t n = copy_content(a, bytes + i, len - i, out + put);

			put += n;
			i += n;
		} else {
			parse_frame(a, bytes[i++]);
		}
	}
	return put;
}

bool http_answer_in_content(const struct http_answer *a)
{
	return a->trailer || (a->state >= AT_CONTENT && a->state != AT_FAILED);
}

enum http_answer_end http_answer_finish(const struct http_answer *a)
{
	if (a->state == AT_END || a->state == AT_REST)
		return HTTP_ANSWER_COMPLETE;
	if (a->state == AT_FAILED)
		return a->begun ? HTTP_ANSWER_MALFORMED : HTTP_ANSWER_NOT_HTTP;
	return HTTP_ANSWER_SHORT;
}
