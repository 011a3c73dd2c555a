/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_CONTEXT_H
#define HELLO_CLIENT_SESSION_CONTEXT_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/conn.h"
#include "tls/identity.h"
#include "tls/policy.h"
#include "tls/trust.h"

/* The client's half of tls/context. */

/* Who judges a server; both must answer 1, or the handshake ends. */
struct client_context_judge {
	/* In place of the library's own; answers what X509_verify_cert answers. */
	int (*chain)(X509_STORE_CTX *store, void *unused);
	/* After that, whether or not a stapled OCSP response came. */
	int (*staple)(SSL *ssl, void *unused);
};

/*
 * A client's context: the peer is verified by judge, whose functions find the
 * connection's tls_conn_owner, and that cannot be switched off. id is shown to a
 * server that asks for it; without a chain_file there is none. NULL with OC_FILE,
 * OC_USAGE (see tls_policy_apply) or OC_INTERNAL.
 */
SSL_CTX *client_context_new(const struct tls_trust *trust, const struct tls_policy_choice *policy,
    const struct tls_identity *id, const struct client_context_judge *judge, struct outcome *oc);

/*
 * Offer these protocols by ALPN, names joined by commas, the one we like best
 * first. Returns 0, or -1 with OC_USAGE.
 */
int client_context_offer(SSL_CTX *client, const char *names, struct outcome *oc);

/* The same of one connection, before its handshake. */
int client_context_offer_once(struct tls_conn *client, const char *name, struct outcome *oc);

/*
 * Make each ClientHello longer by this many bytes, 5 to 4,096: an extension
 * that no server knows, and that each has to pass over (RFC 8701 section 3.1).
 * Returns 0, or -1 with OC_INTERNAL.
 */
int client_context_pad(SSL_CTX *client, size_t bytes, struct outcome *oc);

#endif
