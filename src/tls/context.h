/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONTEXT_H
#define HELLO_TLS_CONTEXT_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/cert_request.h"
#include "tls/identity.h"
#include "tls/policy.h"
#include "tls/ticket.h"
#include "tls/trust.h"

/* The only maker of SSL_CTX; every one of them keeps tls_policy. */

/* What a server narrows or adds. Zeroed: the policy as it is. */
struct tls_context_choice {
	struct tls_policy_choice policy;
	unsigned tickets; /* TLS 1.3 session tickets per handshake */
	struct cert_request
	    ask; /* whether and how clients are asked for a certificate; then no tickets */
	const struct ticket_keys
	    *ticket_keys; /* that outlive the context; NULL: the library's */
};

/*
 * Is anything left of the policy? For who wants to know before there is a
 * certificate. Returns 0, or -1 as tls_policy_apply.
 */
int tls_context_check_policy(const struct tls_policy_choice *policy, struct outcome *oc);

/*
 * A server's context, which selects http/1.1 by ALPN and nothing else. NULL with
 * OC_FILE (see tls_identity_use), OC_USAGE (see tls_policy_apply) or OC_INTERNAL.
 */
SSL_CTX *tls_context_server(const struct tls_identity *id, const struct tls_context_choice *choice,
    struct outcome *oc);

/*
 * A server's context with the identities of all parts, which differ in the types
 * of their keys: the library takes the one that suits a client. As tls_context_server.
 */
SSL_CTX *tls_context_join(SSL_CTX *const parts[], size_t count,
    const struct tls_context_choice *choice, struct outcome *oc);

/* Who judges a server; both must answer 1, or the handshake ends. */
struct tls_context_judge {
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
SSL_CTX *tls_context_client(const struct tls_trust *trust, const struct tls_policy_choice *policy,
    const struct tls_identity *id, const struct tls_context_judge *judge, struct outcome *oc);

/*
 * Offer these protocols by ALPN, names joined by commas, the one we like best
 * first. Returns 0, or -1 with OC_USAGE.
 */
int tls_context_offer(SSL_CTX *client, const char *names, struct outcome *oc);

/*
 * Make each ClientHello longer by this many bytes, 5 to 4,096: an extension
 * that no server knows, and that each has to pass over (RFC 8701 section 3.1).
 * Returns 0, or -1 with OC_INTERNAL.
 */
int tls_context_pad(SSL_CTX *client, size_t bytes, struct outcome *oc);

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
int tls_context_rehearse(SSL_CTX *server, const struct tls_context_choice *choice,
    struct outcome *oc);

/* The chain that a server context presents, as it stands in the file. NULL behind its end. */
X509 *tls_context_chain(const SSL_CTX *server, size_t i);

void tls_context_free(SSL_CTX *ctx);

/* "OpenSSL 3.0.19 27 Jan 2026": the library loaded, not the one compiled with. */
const char *tls_context_library(void);

#endif
