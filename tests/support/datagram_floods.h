/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_DATAGRAM_FLOODS_H
#define HELLO_TESTS_DATAGRAM_FLOODS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "support/bytes.h"

/*
 * What a peer of endless_datagrams.c sends without end: one datagram after the other, of some
 * kind. Records of DTLS 1.2 (RFC 6347) are made and sealed here, because libssl does not make most
 * of them.
 */
struct datagram_flood {
	bool server;      /* we are one */
	uint64_t made;    /* datagrams so far */
	unsigned message; /* number of the handshake message that is due */
	struct bytes hello; /* a ClientHello, as a record */

	unsigned epoch;  /* of our records: 0, in clear; or 1, sealed */
	uint64_t number; /* of the next record */
	unsigned char key[16], salt[4];

	struct bytes datagram;
};

/*
 * From now on records are sealed, with the keys of this session: one with AES-128-GCM and SHA-256,
 * of which the master secret is known. number is that of the first record.
 */
void datagram_flood_seal(struct datagram_flood *f, SSL *ssl, uint64_t number);

typedef void datagram_flood_kind(struct datagram_flood *f);

/* NULL: there is no such kind. */
datagram_flood_kind *datagram_flood_find(const char *kind);

/* Makes the next datagram. */
void datagram_flood_make(struct datagram_flood *f, datagram_flood_kind *kind);

#endif
