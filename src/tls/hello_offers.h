/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_HELLO_OFFERS_H
#define HELLO_TLS_HELLO_OFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a ClientHello offers (RFC 8446 section 4.1.2), read from its bytes, so also if the
 * TLS library rejects it.
 */
enum hello_list { HELLO_VERSIONS, HELLO_GROUPS, HELLO_CIPHERS, HELLO_SIGNATURES, HELLO_LISTS };

/* How many numbers of each list are kept, whatever the client sends. */
enum { HELLO_OFFERS_KEPT = 8 };

/* Owns nothing. All zero: no ClientHello yet. */
struct hello_offers {
	bool known;     /* a ClientHello was read */
	bool malformed; /* its end, or the end of a list, is not where it should be */
	bool dtls;
	uint16_t legacy_version;
	/*
	 * Among the versions from SSL 3.0 to TLS 1.3 that the client offers; of DTLS, see
	 * hello_offers_comparable. Without a list of versions lowest is 0: the client
	 * offers all up to highest. Both are 0 if the list has none of these versions.
	 */
	uint16_t lowest, highest;
	uint16_t count[HELLO_LISTS]; /* 0 also if there is no list */
	uint16_t kept[HELLO_LISTS][HELLO_OFFERS_KEPT];
};

/*
 * Reads a handshake message. It may be anything: if it is not a ClientHello, known stays
 * false; of a malformed one, the lists before the fault are kept. Pure.
 */
void hello_offers_read(struct hello_offers *o, const unsigned char *message, size_t len);

/* The same for a reassembled message of DTLS 1.0 to 1.3 (RFC 6347 section 4.2.2). */
void hello_offers_read_dtls(struct hello_offers *o, const unsigned char *message, size_t len);

/*
 * The version of TLS that this version of DTLS follows, because DTLS counts down; any
 * other number as it is. Pure.
 */
uint16_t hello_offers_comparable(unsigned version);

#endif
