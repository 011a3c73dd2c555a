/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_HTTP1_H
#define HELLO_SERVER_CONN_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "server/conn/http_accept.h"

/*
 * As much of HTTP/1.1 (RFC 9110, RFC 9112) as a server needs that answers one
 * request and closes. Pure: no I/O, no memory, no clock, no locale.
 */

/* A longer head is refused. */
enum { HTTP1_HEAD_MAX = 8192 };

enum http1_method { HTTP1_OTHER, HTTP1_GET, HTTP1_HEAD, HTTP1_OPTIONS };

/* The longest word that has a meaning for us is "HTTP/1.1". */
enum { HTTP1_WORD_MAX = 8 };

/*
 * A request head while it comes. Bytes are looked at once and not kept, so a
 * slow peer holds this and nothing more. Zeroed at first.
 */
struct http1_parser {
	unsigned status; /* 0: not decided yet */
	const char *why; /* what is wrong, unless status is 200; static */
	enum http1_method method;
	unsigned minor; /* of HTTP/1.x */
	struct http_accept accept;

	size_t total; /* bytes so far */
	unsigned state;
	char word[HTTP1_WORD_MAX];
	size_t word_len; /* may be more than there is room for */
	unsigned field, hosts;
	bool gap; /* blanks inside a Host field */
};

/*
 * Take what came. Returns 0 when more is needed, else the status to answer with,
 * and what comes later changes nothing any more:
 *
 * 200  GET, HEAD or OPTIONS, of any target
 * 400  not as RFC 9112 has it. Lines end with CRLF, never with LF alone; obs-fold
 *      and blanks before a colon are refused; Host is there exactly once, in
 *      HTTP/1.0 at most once
 * 405  another method
 * 414  the request line, 431 the head, is longer than HTTP1_HEAD_MAX
 * 505  HTTP, but not 1.x
 *
 * OPTIONS is what HAProxy's "option httpchk" asks with unless it is told otherwise.
 * A body is not looked for: the connection is closed after the answer, so it does
 * not matter where one ends.
 */
unsigned http1_feed(struct http1_parser *p, const void *bytes, size_t len);

/* Nothing more will come: it is decided so, unless it has been before. why is static. */
void http1_end(struct http1_parser *p, unsigned status, const char *why);

struct http1_answer {
	unsigned status;
	const char *type;      /* Content-Type; NULL: there is no content */
	size_t content_length; /* also of an answer to HEAD, which has none */
	time_t now;
};

/*
 * Write the head of an answer, which closes the connection, with its empty line.
 * Returns its length; HTTP1_ANSWER_MAX is enough for every one of them.
 */
enum { HTTP1_ANSWER_MAX = 512 };
size_t http1_write(const struct http1_answer *a, char buf[HTTP1_ANSWER_MAX]);

/* "Bad Request", for a status of ours. */
const char *http1_reason(unsigned status);

#endif
