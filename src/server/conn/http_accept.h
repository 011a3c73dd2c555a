/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_HTTP_ACCEPT_H
#define HELLO_SERVER_CONN_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The Accept fields of an HTTP request (RFC 9110 section 12.5.1), read as far as
 * the choice between text/plain and application/json needs. Fed a byte at a time;
 * keeps one media range, and one that is longer is none of ours. Zeroed at first.
 */
enum { HTTP_ACCEPT_RANGE_MAX = 96 };

struct http_accept_rank {
	unsigned
	    precision; /* of the range that decided: 0 none, 1 any, 2 type, 3 type and subtype */
	unsigned q;    /* its weight, in thousandths */
};

struct http_accept {
	struct http_accept_rank text, json;
	char range[HTTP_ACCEPT_RANGE_MAX];
	size_t len; /* of the range so far; all of the room: it is too long */
	bool quoted, escaped;
};

/* One byte of a field's value. */
void http_accept_feed(struct http_accept *a, char c);

/* The field's line is over; there may be others, and together they are one list. */
void http_accept_end(struct http_accept *a);

/*
 * Is JSON liked better? By weight, then by who named it more precisely; where both
 * are alike the answer is text, and so it is where neither is wanted.
 */
bool http_accept_wants_json(const struct http_accept *a);

#endif
