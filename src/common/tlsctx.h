/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_TLSCTX_H
#define HELLO_COMMON_TLSCTX_H

#include <stdbool.h>

#include <openssl/types.h>

#include "common/certinfo.h"
#include "common/outcome.h"

/*
 * The project's TLS policy in one place, and the only maker of SSL_CTX. What
 * is allowed, and why, is told at the constants in tlsctx.c.
 */

/* PEM files: the leaf first, then its intermediates; the leaf's private key. */
struct tlsctx_identity {
	const char *chain_file, *key_file;
};

/* What a server narrows or adds. Zeroed: the policy as it is. */
struct tlsctx_choice {
	const char *groups; /* of SSL_CTX_set1_groups_list(3), e.g. "P-256"; NULL: all of ours */
	unsigned tickets;   /* TLS 1.3 session tickets per handshake */
};

/* What the client trusts; both NULL: the system's store. */
struct tlsctx_trust {
	const char *ca_file, *ca_dir;
	bool no_x509_strict; /* drops X509_V_FLAG_X509_STRICT, and nothing else */
};

/*
 * A server's context. Opens both files and checks that they match; a key that
 * everybody may read is refused.
 * NULL with OC_FILE (a file cannot be read, holds no certificate or key, does
 * not match), OC_USAGE (an unknown group) or OC_INTERNAL.
 */
SSL_CTX *tlsctx_server(const struct tlsctx_identity *id, const struct tlsctx_choice *choice,
    struct outcome *oc);

/*
 * A client's context: the peer is verified, and that cannot be switched off.
 * verify is called in place of the library's own chain verification, with the
 * connection's tlsio_owner within reach; it must answer what X509_verify_cert
 * answers. NULL with OC_FILE or OC_INTERNAL.
 */
SSL_CTX *tlsctx_client(const struct tlsctx_trust *trust,
    int (*verify)(X509_STORE_CTX *store, void *unused), struct outcome *oc);

/*
 * A handshake in memory against this server context, in TLS 1.3 and in 1.2; one
 * of them must succeed. A key that cannot sign
 * is found before anything is served, and what the library loads at its first
 * handshake is loaded: workers forked later never open a file.
 * Returns 0, or -1 with OC_FILE.
 */
int tlsctx_rehearse(SSL_CTX *server, const struct tlsctx_choice *choice, struct outcome *oc);

/* The chain that a server context presents, as it stands in the file. NULL behind its end. */
X509 *tlsctx_chain(const SSL_CTX *server, size_t i);

/* Is the issuer of this certificate in the system's store? Reads the store. */
bool tlsctx_knows_issuer(X509 *cert);

void tlsctx_free(SSL_CTX *ctx);

/* "OpenSSL 3.0.19 27 Jan 2026": the library loaded, not the one compiled with. */
const char *tlsctx_library(void);

#endif
