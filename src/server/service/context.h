/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CONTEXT_H
#define HELLO_SERVER_SERVICE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "server/service/cert_request.h"
#include "server/service/ticket.h"
#include "tls/identity.h"
#include "tls/policy.h"

/* The server's half of tls/context. */

/* What a server restricts or adds. All zero: the policy unchanged. */
struct server_context_choice {
	struct tls_policy_choice policy;
	unsigned tickets; /* TLS 1.3 session tickets per handshake */
	struct cert_request
	    ask; /* how client certificates are requested; if they are, there are no tickets */
	const struct ticket_keys
	    *ticket_keys; /* keys that outlive the context; NULL: the library's */
};

/*
 * A server's context, which selects http/1.1 by ALPN and nothing else. NULL with
 * OC_FILE (see tls_identity_use), OC_USAGE (see tls_policy_apply) or OC_INTERNAL.
 */
SSL_CTX *server_context_new(const struct tls_identity *id,
    const struct server_context_choice *choice, struct outcome *oc);

/*
 * A server's context for DTLS 1.2, without an identity: the name that a client requests
 * leads to one of the contexts above, whose identity the connection then has. It uses
 * cookies (cookie.h) and selects nothing by ALPN. As server_context_new.
 */
SSL_CTX *server_context_new_dtls(const struct server_context_choice *choice, struct outcome *oc);

/*
 * The same for QUIC, where ALPN has to select hello/1 (RFC 9001 section 8.1). It cannot change to
 * another context: server_context_lend gives a connection the identities of one.
 */
SSL_CTX *server_context_new_quic(const struct server_context_choice *choice, struct outcome *oc);

/* Returns whether the connection has them, and all that is judged by them. */
bool server_context_lend(SSL_CTX *from, SSL *to);

/*
 * A server's context with the identities of all parts, whose keys are of different
 * types: the library chooses one for each client. As server_context_new.
 */
SSL_CTX *server_context_join(SSL_CTX *const parts[], size_t count,
    const struct server_context_choice *choice, struct outcome *oc);

/*
 * Performs a handshake in memory with this server context, in each version of its
 * policy; one of them must succeed. This detects a key that cannot sign before anything
 * is served, and loads what the library needs at its first handshake, so workers forked
 * later never open a file.
 *
 * A valid client cannot be rehearsed, because its key is elsewhere. But if client
 * certificates are requested, a client with an unknown certificate must be rejected: a
 * server that admits it admits everybody.
 *
 * Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int server_context_rehearse(SSL_CTX *server, const struct server_context_choice *choice,
    struct outcome *oc);

/*
 * The same for DTLS 1.2, with the identity of the other context; before both are given
 * names (sni_use). Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int server_context_rehearse_dtls(SSL_CTX *dtls, SSL_CTX *identity, struct outcome *oc);

/* The chain that a server context sends, in the order of the file. NULL after the last one. */
X509 *server_context_chain(const SSL_CTX *server, size_t i);

#endif
