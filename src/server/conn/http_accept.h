/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_HTTP_ACCEPT_H
#define HELLO_SERVER_CONN_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/* The types to choose from. If a client prefers none of several, it gets the first one. */
enum http_accept_type {
	HTTP_ACCEPT_TEXT, /* text/plain */
	HTTP_ACCEPT_JSON, /* application/json */
	HTTP_ACCEPT_HTML, /* text/html */
	HTTP_ACCEPT_TYPES
};

/*
 * The Accept fields of an HTTP request (RFC 9110 section 12.5.1), as far as the choice
 * between these types needs them. Takes one byte at a time and keeps one media range; a
 * range that is too long is ignored. Initially all zero.
 */
enum { HTTP_ACCEPT_RANGE_MAX = 96 };

struct http_accept_rank {
	unsigned
	    precision; /* of the deciding range: 0 none, 1 any, 2 type, 3 type and subtype */
	unsigned q;    /* its weight, in thousandths */
};

struct http_accept {
	struct http_accept_rank ranks[HTTP_ACCEPT_TYPES];
	char range[HTTP_ACCEPT_RANGE_MAX];
	size_t len; /* length of the range so far; if it fills the buffer, it is too long */
	bool quoted, escaped;
};

/* Takes one byte of a field's value. */
void http_accept_feed(struct http_accept *a, char c);

/* The field's line has ended; other lines may follow, and together they form one list. */
void http_accept_end(struct http_accept *a);

/*
 * The type that the client prefers. Decided by weight, then by the more specific range;
 * if both are equal, or no type is acceptable, by the order of the types. So a client
 * that accepts everything gets text.
 */
enum http_accept_type http_accept_choose(const struct http_accept *a);

#endif
