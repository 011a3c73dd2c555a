/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_CERTID_H
#define HELLO_COMMON_CERTID_H

#include <openssl/types.h>

/* What tells one certificate and its key from all others, as text for machines. */
struct certid {
	char serial[65];    /* hexadecimal, lower case; a longer one is cut */
	char sha256[65];    /* of the DER, hexadecimal, lower case */
	char pin[53];       /* of the public key, as --pinnedpubkey takes it: "sha256//..." */
	char key_type[32];  /* "EC", "RSA", "ED25519" */
	char signature[48]; /* the issuer's, "ecdsa-with-SHA256" */
	int key_bits;
};

/* Never fails: what cannot be read is empty or 0. */
void certid_get(const X509 *cert, struct certid *out);

#endif
