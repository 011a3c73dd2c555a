/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CERT_ID_H
#define HELLO_TLS_CERT_ID_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

/* Properties of a certificate and its key that cert_info does not cover, as text for programs. */
struct cert_id {
	char serial[65];    /* hexadecimal, lower case; cut if longer */
	char pin[53];       /* of the public key: "sha256//" and base64, see cert_id_is_pin */
	char signature[48]; /* the issuer's signature, "ecdsa-with-SHA256" */
	int key_bits;
	/* ML-DSA or SLH-DSA (FIPS 204 and 205), also if the library cannot verify it. */
	bool key_is_post_quantum, signature_is_post_quantum;
};

/* Never fails: an unreadable value is empty or 0. */
void cert_id_get(const X509 *cert, struct cert_id *out);

/*
 * Are these len bytes a pin in curl's format: "sha256//" and the base64 of the SHA-256
 * of a SubjectPublicKeyInfo (RFC 7469 section 2.4)? Only one text stands for each hash,
 * so pins are compared as text.
 */
bool cert_id_is_pin(const char *text, size_t len);

#endif
