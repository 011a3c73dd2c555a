/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_DTLS_LIMIT_H
#define HELLO_TLS_DTLS_LIMIT_H

#include <stddef.h>

/*
 * What a client may make the TLS library keep during a DTLS handshake. The library keeps
 * - a record of a later epoch until it has the keys, in a buffer for the longest record:
 *   1.6 MiB for a hundred of 14 bytes;
 * - ten messages that came too early, with the announced length of each.
 *
 * A client needs few of them: only its Finished is of a later epoch, and a client repeats
 * it less often than this; after the ClientHello with the cookie, message 1, it has three
 * others in clear: Certificate, ClientKeyExchange, CertificateVerify.
 */
enum { DTLS_LIMIT_LATER = 8, DTLS_LIMIT_MESSAGE = 4 };

/* All zero for a new connection. */
struct dtls_limit {
	unsigned later; /* records of a later epoch so far */
};

/*
 * Returns the length of the datagram's part that the library may read: up to the first
 * record that is beyond these limits. Counts that part. Pure.
 */
size_t dtls_limit_apply(struct dtls_limit *l, const unsigned char *datagram, size_t len);

#endif
