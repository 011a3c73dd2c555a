/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PBE_H
#define HELLO_CLIENT_SESSION_PBE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

/*
 * Encryption with a passphrase (RFC 8018, RFC 7292). Old programs use ciphers that the library has
 * only in its legacy provider, which is not loaded by default. Its errors do not show this.
 */

/* The cipher of this algorithm, "RC2-40-CBC", if the library lacks it; else NULL. */
const char *pbe_missing_cipher(const X509_ALGOR *algorithm);

/*
 * The first private key in these bytes, PEM or DER, if it is encrypted as PKCS#8, else NULL. The
 * caller frees it. Accepts any bytes. *sealed_twice: it is inside another encryption (RFC 1421),
 * which hides it, and no program writes this.
 */
X509_SIG *pbe_find_key(const void *bytes, size_t len, bool *sealed_twice);

/* The same for the first private key in these bytes, which may be any bytes. */
const char *pbe_missing_cipher_of_key(const void *bytes, size_t len);

#endif
