/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_STAPLING_H
#define HELLO_SERVER_SERVICE_STAPLING_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/staple.h"

/* A longer one is none. */
enum { STAPLING_MAX = 65536 };

/*
 * Load an OCSP response, DER, for the certificate of a server's context: whatever
 * handshake presents that certificate, in this context or in one joined from it,
 * staples it to whoever asks, until its nextUpdate and not after; the clock
 * decides then, and no file. It must be good now. issuer as in staple_judge.
 * Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int stapling_load(SSL_CTX *ctx, const char *path, X509 *issuer, struct staple_facts *out,
    struct outcome *oc);

/* The same for an identity with unjudged_name: what is in the file is stapled, for ever, unread. */
int stapling_load_unjudged(SSL_CTX *ctx, const char *path, struct outcome *oc);

/* Let connections of this context, or switched to it, staple what was loaded. */
void stapling_use(SSL_CTX *ctx);

#endif
