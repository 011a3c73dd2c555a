/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CERT_ID_H
#define HELLO_TLS_CERT_ID_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

/* What cert_info does not tell of one certificate and its key, as text for machines. */
struct cert_id {
	char serial[65];    /* hexadecimal, lower case; a longer one is cut */
	char pin[53];       /* of the public key: "sha256//" and base64, see cert_id_is_pin */
	char signature[48]; /* the issuer's, "ecdsa-with-SHA256" */
	int key_bits;
};

/* Never fails: what cannot be read is empty or 0. */
void cert_id_get(const X509 *cert, struct cert_id *out);

/*
 * Are these len bytes a pin as curl takes them: "sha256//" and the base64 of the
 * SHA-256 of a SubjectPublicKeyInfo (RFC 7469 section 2.4)? Of the same bytes there
 * is one only, so pins are compared as text.
 */
bool cert_id_is_pin(const char *text, size_t len);

#endif
