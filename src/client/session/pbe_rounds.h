/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PBE_ROUNDS_H
#define HELLO_CLIENT_SESSION_PBE_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * How much a file that is encrypted with a passphrase lets its reader compute (RFC 8018, RFC 7914):
 * it names the iterations of its key derivation, up to 2^31 of them, and the library computes them
 * without a deadline: hours for a file of 200 bytes.
 */

/* For a whole file, in all. Three times 600000 is the most that a common program writes. */
enum { PBE_ROUNDS_MAX = 2000000 };

/* More than PBE_ROUNDS_MAX is one more. So are invalid numbers, and too much memory for scrypt. */
uint64_t pbe_rounds(const X509_ALGOR *algorithm);

/* May the first private key in these bytes be opened? See pbe_find_key. Accepts any bytes. */
bool pbe_rounds_fit_key(const void *bytes, size_t len);

#endif
