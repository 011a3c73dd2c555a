/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_HTTP_ACCEPT_H
#define HELLO_SERVER_CONN_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The Accept fields of an HTTP request (RFC 9110 section 12.5.1), as far as the choice
 * between text/plain and application/json needs them. Takes one byte at a time and
 * keeps one media range; a range that is too long is ignored. Initially all zero.
 */
enum { HTTP_ACCEPT_RANGE_MAX = 96 };

struct http_accept_rank {
	unsigned
	    precision; /* of the deciding range: 0 none, 1 any, 2 type, 3 type and subtype */
	unsigned q;    /* its weight, in thousandths */
};

struct http_accept {
	struct http_accept_rank text, json;
	char range[HTTP_ACCEPT_RANGE_MAX];
	size_t len; /* length of the range so far; if it fills the buffer, it is too long */
	bool quoted, escaped;
};

/* Takes one byte of a field's value. */
void http_accept_feed(struct http_accept *a, char c);

/* The field's line has ended; other lines may follow, and together they form one list. */
void http_accept_end(struct http_accept *a);

/*
 * Does the client prefer JSON? Decided by weight, then by the more specific range; if
 * both are equal, or neither is acceptable, the answer is text.
 */
bool http_accept_wants_json(const struct http_accept *a);

#endif
