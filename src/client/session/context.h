/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_CONTEXT_H
#define HELLO_CLIENT_SESSION_CONTEXT_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/services/service.h"
#include "tls/conn.h"
#include "tls/identity.h"
#include "tls/policy.h"
#include "tls/trust.h"

/* The client's half of tls/context. */

/* The callbacks that judge a server; both must return 1, or the handshake ends. */
struct client_context_judge {
	/* Replaces the library's own; returns what X509_verify_cert returns. */
	int (*chain)(X509_STORE_CTX *store, void *unused);
	/* Called after chain, whether or not a stapled OCSP response came. */
	int (*staple)(SSL *ssl, void *unused);
};

/*
 * Make a client's context: judge verifies the peer, which cannot be switched off; its functions
 * find the connection's tls_conn_owner. id is sent to a server that requests it; without a
 * chain_file nothing is sent. Returns NULL with OC_FILE, OC_USAGE (see tls_policy_apply and
 * identity_file_use) or OC_INTERNAL.
 */
SSL_CTX *client_context_new(const struct tls_trust *trust, const struct tls_policy_choice *policy,
    const struct tls_identity *id, const struct client_context_judge *judge, struct outcome *oc);

/* The same for connections over another transport: each needs a context of its own. */
SSL_CTX *client_context_new_over(enum service_transport transport, const struct tls_trust *trust,
    const struct tls_policy_choice *policy, const struct tls_identity *id,
    const struct client_context_judge *judge, struct outcome *oc);

/*
 * Offer these protocols by ALPN: names joined by commas, the preferred one first. Returns 0, or -1
 * with OC_USAGE.
 */
int client_context_offer(SSL_CTX *client, const char *names, struct outcome *oc);

/* The same of one connection, before its handshake: names joined by commas. */
int client_context_offer_once(struct tls_conn *client, const char *names, struct outcome *oc);

#endif
