/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_HTTP_ANSWER_H
#define HELLO_CLIENT_STEP_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One answer to a GET over HTTP/1.x (RFC 9112), parsed as it arrives. Pure: no I/O, no memory, no
 * clock, no locale. The result does not depend on how the bytes are cut into pieces. Zeroed at
 * first.
 *
 * Rejects everything about which two readers could disagree where the content ends: a length
 * that is not a number, two lengths that differ, a length beside chunks, another
 * transfer coding, chunks from HTTP/1.0, a control byte in a field, a line that
 * ends with LF alone (section 2.2 permits both; our server rejects the same).
 * Interim answers (1xx) are skipped; 204 and 304 have no content (section 6.3).
 */

/* Longest head, including all interim answers and trailers. */
enum { HTTP_ANSWER_HEAD_MAX = 65536 };

/* Room for the status line, which is cut, a field's name, and the value of a known field. */
enum { HTTP_ANSWER_LINE_MAX = 61, HTTP_ANSWER_NAME_MAX = 20, HTTP_ANSWER_VALUE_MAX = 64 };

enum http_answer_end {
	HTTP_ANSWER_COMPLETE, /* all announced content came, or the connection's end ends it */
	HTTP_ANSWER_NOT_HTTP, /* the answer does not begin with a status line */
	HTTP_ANSWER_MALFORMED, /* it begins with one, but breaks the rules: see why */
	HTTP_ANSWER_SHORT      /* the answer ended too early */
};

struct http_answer {
	const char *why; /* what is malformed; NULL: nothing so far; static */
	bool begun;      /* a whole status line came */
	unsigned status; /* of the last status line; 0: none yet */
	char line
	    [HTTP_ANSWER_LINE_MAX]; /* beginning of that line as sent, without control bytes */
	uint64_t content;           /* bytes of content so far */
	bool has_length;            /* Content-Length was there */
	uint64_t length;

	unsigned state;
	size_t head, at, line_len; /* bytes of heads, of the status line, characters of line */
	bool minor;                /* of HTTP/1.x: not 0 */
	bool chunked, trailer;
	uint64_t left; /* of the content, or of this chunk */
	unsigned digits;
	char name[HTTP_ANSWER_NAME_MAX], value[HTTP_ANSWER_VALUE_MAX];
	size_t name_len, value_len; /* may be more than there is room for; no name: no field yet */
};

/*
 * Parse len bytes and write the content among them to out, which may equal bytes: the content is
 * never longer. Returns the length of the content.
 */
size_t http_answer_feed(struct http_answer *a, const char *bytes, size_t len, char *out);

/* Has the final answer's head ended? */
bool http_answer_in_content(const struct http_answer *a);

/* The connection has ended: the result of the answer. */
enum http_answer_end http_answer_finish(const struct http_answer *a);

#endif
