/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_WIRE_H
#define HELLO_TLS_QUIC_WIRE_H

#include <stdbool.h>

#include <openssl/types.h>

#include "tls/buffer.h"
#include "tls/quic_packet.h"
#include "tls/udp_wire.h"

/* The datagrams between a UDP socket and the QUIC library: a BIO, bounded as udp_wire. */
struct quic_wire {
	struct udp_wire udp;
	bool possible;   /* one of the datagrams could be QUIC */
	bool negotiates; /* a Version Negotiation packet came */
	struct quic_packet_versions versions; /* its list */
};

/* Neither object may move afterwards: the BIO points to both. */
void quic_wire_init(struct quic_wire *d, struct tls_buffer *wire);

/* A BIO on these datagrams; NULL if out of memory. The caller owns it. */
BIO *quic_wire_bio(struct quic_wire *d);

#endif
