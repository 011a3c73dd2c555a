/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_SIGNATURE_H
#define HELLO_TLS_SIGNATURE_H

#include <openssl/types.h>

/*
 * Is a signature strong enough? The library applies the policy's security level to the
 * certificates of a chain, but not to the signatures of revocation lists and OCSP
 * responses.
 */
enum { SIGNATURE_BITS_MIN = 112 }; /* security bits of OpenSSL's level 2 */

/*
 * What makes this signature too weak: "SHA1", or "an RSA key of 1024 bits"; NULL if it
 * is strong enough. key is the signer's.
 */
enum { SIGNATURE_TEXT_MAX = 64 };
const char *signature_weakness(const X509_ALGOR *algorithm, const EVP_PKEY *key,
    char buf[SIGNATURE_TEXT_MAX]);

#endif
