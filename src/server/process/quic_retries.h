/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_QUIC_RETRIES_H
#define HELLO_SERVER_PROCESS_QUIC_RETRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "tls/quic_packet.h"

/*
 * Which first Initial packet each of the latest Retry packets of a listener has answered.
 *
 * A client may send one first packet several times, and gets as many tokens. OpenSSL (seen: 3.5.9)
 * loses the memory of a connection whose client returns a second one while the first is in use,
 * because the same identifier begins both. So the token of a Retry is let through only if its first
 * packet is known, and no open connection has begun with it. And only once: otherwise a client
 * could begin a connection, which has a line in the log, with each datagram.
 */
struct quic_retries;

/* The identifiers of an open connection; part of the object of its client. */
struct quic_retries_use {
	struct quic_packet_id local, origin; /* origin.len 0: it began without a Retry */
	struct quic_retries_use *next, **link; /* link NULL: not in the list */
};

/* NULL: out of memory. free: NULL is allowed; only without uses. */
struct quic_retries *quic_retries_new(void);
void quic_retries_free(struct quic_retries *r);

/* This Retry answers this Initial packet. */
void quic_retries_add(struct quic_retries *r, const void *retry, size_t retry_len,
    const void *first, size_t first_len);

/*
 * May the library see this Initial packet with a token? own: of the connection of its sender, or
 * NULL. Tokens that no Retry of ours can have are let through: the library answers them.
 */
bool quic_retries_permits(const struct quic_retries *r, const struct quic_retries_use *own,
    const void *bytes, size_t len);

/* A connection begins with this permitted packet, and ends, when its library object is freed. */
void quic_retries_begin(struct quic_retries *r, struct quic_retries_use *use, const void *bytes,
    size_t len);
void quic_retries_end(struct quic_retries_use *use);

#endif
