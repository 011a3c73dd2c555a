/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PBE_H
#define HELLO_CLIENT_SESSION_PBE_H

#include <stddef.h>

#include <openssl/types.h>

/*
 * Encryption with a passphrase (RFC 8018, RFC 7292). Old programs use ciphers that the library has
 * only in its legacy provider, which is not loaded by default. Its errors do not show this.
 */

/* The cipher of this algorithm, "RC2-40-CBC", if the library lacks it; else NULL. */
const char *pbe_missing_cipher(const X509_ALGOR *algorithm);

/* The same for the first private key in these bytes: PEM, or PKCS#8 in DER. Accepts any bytes. */
const char *pbe_missing_cipher_of_key(const void *bytes, size_t len);

#endif
