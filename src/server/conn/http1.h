/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_HTTP1_H
#define HELLO_SERVER_CONN_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "server/conn/http_accept.h"

/*
 * The part of HTTP/1.1 (RFC 9110, RFC 9112) that a server needs to answer one request
 * and close. Pure: no I/O, no allocation, no clock, no locale.
 */

/* A longer head is rejected. */
enum { HTTP1_HEAD_MAX = 8192 };

enum http1_method { HTTP1_OTHER, HTTP1_GET, HTTP1_HEAD, HTTP1_OPTIONS };

/* The longest word that must be recognised is "HTTP/1.1". */
enum { HTTP1_WORD_MAX = 8 };

/*
 * A request head while it arrives. Each byte is parsed once and not kept, so a slow
 * peer occupies only this struct. Initially all zero.
 */
struct http1_parser {
	unsigned status; /* 0: not decided yet */
	const char *why; /* the error, unless status is 200; static */
	enum http1_method method;
	unsigned minor; /* of HTTP/1.x */
	struct http_accept accept;

	size_t total; /* bytes so far */
	unsigned state;
	char word[HTTP1_WORD_MAX];
	size_t word_len; /* may be more than fit */
	unsigned field, hosts;
	bool gap; /* spaces inside a Host field */
};

/*
 * Parses what has arrived. Returns 0 if more is needed, else the status of the
 * response; after that, further bytes change nothing:
 *
 * 200  GET, HEAD or OPTIONS, of any target
 * 400  violates RFC 9112. Lines must end with CRLF, never with LF alone; obs-fold and
 *      blanks before a colon are rejected; Host must occur exactly once, in HTTP/1.0
 *      at most once
 * 405  another method
 * 414  the request line, 431 the head, is longer than HTTP1_HEAD_MAX
 * 505  HTTP, but not 1.x
 *
 * OPTIONS is the default method of HAProxy's "option httpchk". A body is not read: the
 * connection closes after the response, so its end does not matter.
 */
unsigned http1_feed(struct http1_parser *p, const void *bytes, size_t len);

/* No more bytes will come: sets this status, unless one is set already. why is static. */
void http1_end(struct http1_parser *p, unsigned status, const char *why);

struct http1_answer {
	unsigned status;
	const char *type;      /* Content-Type; NULL: there is no content */
	size_t content_length; /* also for a response to HEAD, which has no content */
	time_t now;
	bool negotiated;    /* another Accept would have led to another type */
	const char *policy; /* Content-Security-Policy; NULL: none */
};

/*
 * Writes the head of a response that closes the connection, with its empty line.
 * Returns its length, below HTTP1_ANSWER_MAX; type and policy together are shorter than
 * 400 bytes.
 */
enum { HTTP1_ANSWER_MAX = 768 };
size_t http1_write(const struct http1_answer *a, char buf[HTTP1_ANSWER_MAX]);

/* "Bad Request", for a status that this server uses. */
const char *http1_reason(unsigned status);

#endif
