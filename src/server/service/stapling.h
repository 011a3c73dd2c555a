/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_STAPLING_H
#define HELLO_SERVER_SERVICE_STAPLING_H

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/staple.h"

/* A longer response is invalid. */
enum { STAPLING_MAX = 65536 };

/*
 * Loads an OCSP response, DER, for the certificate of a server's context: every
 * handshake that sends the certificate, in this context or in one joined from it,
 * staples the response for clients that request it, until its nextUpdate by the clock;
 * no file is needed then. It must be good now. issuer as in staple_judge. Returns 0, or
 * -1 with OC_FILE or OC_INTERNAL.
 */
int stapling_load(SSL_CTX *ctx, const char *path, X509 *issuer, struct staple_facts *out,
    struct outcome *oc);

/*
 * The same for an identity with unjudged_name: staples the file's contents for ever,
 * without parsing them.
 */
int stapling_load_unjudged(SSL_CTX *ctx, const char *path, struct outcome *oc);

/* Makes connections of this context, or switched to it, staple the loaded responses. */
void stapling_use(SSL_CTX *ctx);

#endif
