/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_SIGNATURE_H
#define HELLO_TLS_SIGNATURE_H

#include <openssl/types.h>

/*
 * Is a signature strong enough? The library holds the certificates of a chain to
 * the security level of the policy, but not the signatures of revocation lists
 * and OCSP responses.
 */
enum { SIGNATURE_BITS_MIN = 112 }; /* security bits of OpenSSL's level 2 */

/*
 * What makes this signature too weak: "SHA1", or "an RSA key of 1024 bits"; NULL
 * when nothing does. key is the signer's.
 */
enum { SIGNATURE_TEXT_MAX = 64 };
const char *signature_weakness(const X509_ALGOR *algorithm, const EVP_PKEY *key,
    char buf[SIGNATURE_TEXT_MAX]);

#endif
