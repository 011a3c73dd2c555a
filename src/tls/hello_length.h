/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_HELLO_LENGTH_H
#define HELLO_TLS_HELLO_LENGTH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Follows the records that a client sends in clear, to learn the length that its
 * ClientHello announces (RFC 8446 sections 4 and 5.1), however the bytes are split.
 * Pure: it judges nothing and keeps no payload. Initially all zero.
 */
struct hello_length {
	unsigned char record[5], message[4]; /* the headers, as they arrive */
	unsigned record_len, message_len;
	size_t record_left, message_left; /* how many bytes of each are still missing */
	size_t longest;
	bool over; /* another message arrived: no ClientHello follows in clear */
};

void hello_length_feed(struct hello_length *s, const unsigned char *bytes, size_t len);

/* The greatest length that a ClientHello announced so far; 0: none. */
size_t hello_length_longest(const struct hello_length *s);

#endif
