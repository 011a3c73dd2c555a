/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_COOKIE_H
#define HELLO_SERVER_SERVICE_COOKIE_H

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * The cookies of DTLS (RFC 6347 section 4.2.1): a client that returns one receives what
 * is sent to its address. The server keeps nothing for it: a cookie is an HMAC of the
 * client's address and port and of the time.
 *
 * All workers of all generations have the same key, so a handshake that began before a
 * reload can go on after it.
 */

/* A cookie is accepted until at least this time after it was sent, and for twice this at most. */
enum { COOKIE_LIFE_MS = 60000 };

/* In the master, before it forks: makes the key. Returns 0, or -1 with OC_INTERNAL. */
int cookie_prepare(struct outcome *oc);

/* Makes the DTLS connections of this context use cookies; see tls_dtls_listen. */
void cookie_use(SSL_CTX *ctx);

#endif
