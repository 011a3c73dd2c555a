/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PKCS12_ROUNDS_H
#define HELLO_CLIENT_SESSION_PKCS12_ROUNDS_H

#include <stdbool.h>

#include <openssl/pkcs12.h>

#include "client/session/pbe_rounds.h"

/*
 * How much a PKCS#12 file lets its reader compute (RFC 7292), see pbe_rounds.h: its MAC and each
 * encrypted part name their iterations.
 */
enum { PKCS12_ROUNDS_MAX = PBE_ROUNDS_MAX };

/* May the MAC be computed? True without one. */
bool pkcs12_rounds_fit_mac(const PKCS12 *store);

/*
 * May the whole file be decoded? Opens the encrypted parts with this passphrase, because they hold
 * further ones, but none that exceeds the limit. What cannot be decoded does not count. Blocks for
 * some seconds.
 */
bool pkcs12_rounds_fit(const PKCS12 *store, const char *passphrase);

/*
 * The first cipher in the file that this library does not have, see pbe.h. Only after
 * pkcs12_rounds_fit.
 */
const char *pkcs12_rounds_missing_cipher(const PKCS12 *store, const char *passphrase);

#endif
