/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_FEED_H
#define HELLO_TLS_QUIC_FEED_H

#include <stddef.h>

#include <openssl/types.h>

#include "net/addr.h"

/* Sends one datagram. What the network has no room for is lost, as everywhere. */
typedef void quic_feed_send(void *owner, const struct addr *peer, const void *bytes, size_t len);

/*
 * The datagrams between the QUIC library and its owner, who has the socket: a BIO that gives out
 * the one datagram that was put in, with its sender, and passes on each one that is sent. So the
 * owner knows whose datagram the library is processing, and a socket pair may be the source of it.
 */
struct quic_feed {
	quic_feed_send *send;
	void *owner;
	const unsigned char *in; /* not read yet; NULL: nothing */
	size_t in_len;
	struct addr peer; /* of the last datagram */
};

/* A BIO on it, which must not move afterwards; NULL if out of memory. The caller owns the BIO. */
BIO *quic_feed_bio(struct quic_feed *f);

#endif
