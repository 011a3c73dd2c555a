/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CONTEXT_H
#define HELLO_SERVER_SERVICE_CONTEXT_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/identity.h"
#include "tls/policy.h"
#include "server/service/cert_request.h"
#include "server/service/ticket.h"

/* The server's half of tls/context. */

/* What a server narrows or adds. Zeroed: the policy as it is. */
struct server_context_choice {
	struct tls_policy_choice policy;
	unsigned tickets; /* TLS 1.3 session tickets per handshake */
	struct cert_request
	    ask; /* whether and how clients are asked for a certificate; then no tickets */
	const struct ticket_keys
	    *ticket_keys; /* that outlive the context; NULL: the library's */
};

/*
 * A server's context, which selects http/1.1 by ALPN and nothing else. NULL with
 * OC_FILE (see tls_identity_use), OC_USAGE (see tls_policy_apply) or OC_INTERNAL.
 */
SSL_CTX *server_context_new(const struct tls_identity *id,
    const struct server_context_choice *choice, struct outcome *oc);

/*
 * A server's context with the identities of all parts, which differ in the types
 * of their keys: the library takes the one that suits a client. As server_context_new.
 */
SSL_CTX *server_context_join(SSL_CTX *const parts[], size_t count,
    const struct server_context_choice *choice, struct outcome *oc);

/*
 * A handshake in memory against this server context, in each version of its
 * policy; one of them must succeed. A key that cannot sign is found before
 * anything is served, and what the library loads at its first handshake is
 * loaded: workers forked later never open a file.
 *
 * A good client cannot be rehearsed, its key is elsewhere. But where clients are
 * asked for a certificate, one whose certificate nobody knows must be refused
 * for it: a server that lets it in lets in everybody.
 *
 * Returns 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int server_context_rehearse(SSL_CTX *server, const struct server_context_choice *choice,
    struct outcome *oc);

/* The chain that a server context presents, as it stands in the file. NULL behind its end. */
X509 *server_context_chain(const SSL_CTX *server, size_t i);

#endif
