/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_TDS_H
#define HELLO_TLS_TDS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/buffer.h"

/*
 * The TLS handshake of a database server that speaks TDS 7 travels inside packets of type
 * PRELOGIN (MS-TDS sections 2.2.3.1 and 2.2.6.5): a head of 8 bytes with the length of the packet,
 * then TLS records, which may be cut anywhere. After the handshake there are only records.
 */
enum {
	TDS_RESPONSE = 0x04, /* of the server's answer to a PRELOGIN message */
	TDS_PRELOGIN = 0x12,
	TDS_END_OF_MESSAGE = 1, /* bit of the second byte: the last packet of a message */
	TDS_HEAD = 8,
	TDS_SENT_MAX = 4096, /* longest packet before a login */
	TDS_LENGTH_MAX = 32767,
	TDS_EMPTY_MAX = 16 /* packets without a byte of TLS */
};

/* Why the server's packets cannot be read any further. */
enum tds_fault { TDS_FAULT_NONE, TDS_FAULT_TYPE, TDS_FAULT_LENGTH, TDS_FAULT_EMPTY };

/*
 * The state of a filter BIO above the BIO of a tls_buffer. It gathers what the library writes, and
 * sends it in packets at a flush, which ends a flight. It removes the heads from what the library
 * reads, and never reads beyond the current packet: bytes after the handshake stay in the socket.
 */
struct tds_packets {
	bool over; /* see tds_packets_end */
	enum tds_fault fault;
	unsigned char head[TDS_HEAD]; /* of the packet that is being received */
	size_t head_len;
	size_t left;    /* its bytes of TLS that were not read yet */
	unsigned empty; /* number of packets without a byte of TLS */
	unsigned char first[TLS_BUFFER_HEAD]; /* first bytes of TLS, to guess the protocol */
	size_t first_len;
	unsigned char out[TDS_SENT_MAX]; /* the packet that is being gathered or sent */
	size_t out_at, out_len;
};

/* Clears the state. It must not move afterwards: the BIO points to it. */
void tds_packets_init(struct tds_packets *t);

/* A filter BIO with this state; NULL if out of memory. The caller owns it. */
BIO *tds_packets_bio(struct tds_packets *t);

/* Call after the handshake: after the rest of a packet, the BIO passes all bytes unchanged. */
void tds_packets_end(struct tds_packets *t);

/* If fault is set: STARTTLS_FAILED. Returns -1. */
int tds_packets_explain(const struct tds_packets *t, struct outcome *oc);

#endif
