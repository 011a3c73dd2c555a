/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_WIRE_H
#define HELLO_TLS_QUIC_WIRE_H

#include <stdbool.h>

#include <openssl/types.h>

#include "tls/buffer.h"
#include "tls/quic_packet.h"
#include "tls/udp_wire.h"

/*
 * The datagrams of a udp_wire for the QUIC library: a BIO.
 *
 * The library gets no Version Negotiation packet of somebody who does not know the connection
 * IDs, nor one with our version, which would make it begin again (RFC 9000 section 6.2).
 */
enum { QUIC_WIRE_DATAGRAM_MAX = 1472 };

struct quic_wire {
	struct udp_wire udp;   /* its owner sets the turns and the ceiling */
	bool possible;         /* a datagram of the peer could be QUIC */
	unsigned negotiations; /* Version Negotiation packets of the peer */
	struct quic_packet_versions versions; /* the list of the last one */
	unsigned datagram;     /* bytes of a datagram with a long packet, at least */
	bool unknown_version;  /* long packets have a reserved version */
};

/* Neither object may move afterwards: the BIO points to both. */
void quic_wire_init(struct quic_wire *d, struct tls_buffer *wire);

/* What datagrams with a long packet become, see tls_quic_shape. */
void quic_wire_shape(struct quic_wire *d, unsigned datagram, bool unknown_version);

/* A BIO on these datagrams; NULL if out of memory. The caller owns it. */
BIO *quic_wire_bio(struct quic_wire *d);

#endif
