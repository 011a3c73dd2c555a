/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_WIRE_H
#define HELLO_TLS_QUIC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "tls/buffer.h"
#include "tls/quic_packet.h"

/*
 * The datagrams between a connected, non-blocking UDP socket and the QUIC library: a BIO
 * that counts them, and keeps the socket's first error instead of reporting it, so that
 * the caller decides what it means; datagrams behind the error are read as well, because a
 * peer's last words may be among them. A datagram that the kernel has no room for is lost,
 * as on the network.
 *
 * The library gets no Version Negotiation packet of somebody who does not know the connection
 * IDs, nor one with our version, which would make it begin again (RFC 9000 section 6.2).
 *
 * Time and memory are bounded, whatever the peer sends: after each quic_wire_begin_turn the BIO
 * takes at most QUIC_WIRE_PER_TURN from the socket, and nothing more once the ceiling is reached
 * (sated of the buffer).
 */
enum { QUIC_WIRE_PER_TURN = 32, QUIC_WIRE_FIRST_MAX = 64, QUIC_WIRE_DATAGRAM_MAX = 1472 };

struct quic_wire {
	struct tls_buffer *wire; /* socket, counters, errors and the first bytes; sends nothing */
	unsigned turn_left;      /* datagrams that this turn may still receive */
	uint64_t spent, ceiling; /* bytes received, each datagram with the cost of its headers */
	unsigned received;       /* datagrams */
	bool possible;           /* one of them could be QUIC */
	bool echoed;             /* the peer sent our own first datagram back */
	unsigned negotiations;   /* Version Negotiation packets of the peer */
	struct quic_packet_versions versions; /* the list of the last one */
	unsigned char first[QUIC_WIRE_FIRST_MAX]; /* the beginning of our first datagram */
	size_t first_len;
	unsigned datagram;    /* bytes of a datagram with a long packet, at least */
	bool unknown_version; /* long packets have a reserved version */
};

/* Neither object may move afterwards: the BIO points to both. */
void quic_wire_init(struct quic_wire *d, struct tls_buffer *wire);

/* Sets the ceiling: this many more bytes from now on. */
void quic_wire_allow(struct quic_wire *d, size_t bytes);

/* What datagrams with a long packet become, see tls_quic_shape. */
void quic_wire_shape(struct quic_wire *d, unsigned datagram, bool unknown_version);

/* receives: QUIC_WIRE_PER_TURN, or 0 to read nothing. */
void quic_wire_begin_turn(struct quic_wire *d, unsigned receives);

/* A BIO on these datagrams; NULL if out of memory. The caller owns it. */
BIO *quic_wire_bio(struct quic_wire *d);

#endif
