/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_KEY_USE_H
#define HELLO_TLS_KEY_USE_H

#include <openssl/types.h>

/*
 * Can a peer sign a handshake with the key of this certificate? The chain may be good and no
 * handshake possible, because TLS has no signature algorithm for the key (RFC 8446 section 4.2.3).
 */
enum { KEY_USE_TEXT_MAX = 128 };

/*
 * What prevents it: "has a key on the curve secp256k1", or "has a key of type DSA"; NULL if
 * nothing does. ctx: the context of the side that verifies, with its versions and groups.
 */
const char *key_use_obstacle(const SSL_CTX *ctx, const X509 *leaf, char buf[KEY_USE_TEXT_MAX]);

/* What to do about it, for the same context. */
const char *key_use_advice(const SSL_CTX *ctx);

#endif
