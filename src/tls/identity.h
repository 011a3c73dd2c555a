/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_IDENTITY_H
#define HELLO_TLS_IDENTITY_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/pem.h"

/*
 * A certificate chain and its key. PEM files: the leaf, then its intermediates; the leaf's key. A
 * client also has other forms, see identity_file.
 */
struct tls_identity {
	const char *chain_file, *key_file;
	const char *passphrase_file; /* of a client's key; NULL: none */
	const char *ocsp_file; /* OCSP response to staple, in DER; NULL: none. See stapling */
	/*
	 * NULL, or a name: the certificate is sent unchanged, whatever is wrong with it. On a
	 * server it is the SNI for which clients get it. For tests of clients and of servers. See
	 * tls_policy_relax and tls_policy_relax_own.
	 */
	const char *unjudged_name;
};

/*
 * Loads the identity into this context. Opens both files and checks that they match. A
 * world-readable key, a key that needs a passphrase, and a chain too long for peers are
 * rejected. Never prompts on the terminal. Returns 0, or -1 with OC_FILE.
 */
int tls_identity_use(SSL_CTX *ctx, const struct tls_identity *id, struct outcome *oc);

/*
 * The same with both already read: the chain came from f, the key from key_file. is_pem: f is a
 * PEM file. The context keeps references.
 */
int tls_identity_use_pair(SSL_CTX *ctx, const struct tls_pem_file *f, bool is_pem,
    struct stack_st_X509 *chain, const char *key_file, EVP_PKEY *key, struct outcome *oc);

/* Does this key from key_file belong to the first certificate of chain? 0, or -1 with OC_FILE. */
int tls_identity_check_key(const char *key_file, EVP_PKEY *key, const struct tls_pem_file *f,
    struct stack_st_X509 *chain, struct outcome *oc);

/* The first certificate of a file; the caller frees it. NULL with OC_FILE. */
X509 *tls_identity_read_certificate(const char *path, struct outcome *oc);
void tls_identity_free_certificate(X509 *cert);

#endif
