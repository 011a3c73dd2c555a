/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_IDENTITY_H
#define HELLO_TLS_IDENTITY_H

#include <openssl/types.h>

#include "base/outcome.h"

/* What one end proves itself with. PEM files: leaf, then its intermediates; the leaf's key. */
struct tls_identity {
	const char *chain_file, *key_file;
	const char *ocsp_file; /* what a server staples, DER; NULL: nothing. See stapling */
	/*
	 * NULL, or: served as it is to whoever asks for this name, whatever is wrong
	 * with it. For tests of clients. See tls_policy_relax.
	 */
	const char *unjudged_name;
};

/*
 * Give this context the identity. Opens both files and checks that they match; a
 * key that everybody may read, or that needs a passphrase, is refused, and so is a
 * chain that is too long for others. Asks no terminal. Returns 0, or -1 with OC_FILE.
 */
int tls_identity_use(SSL_CTX *ctx, const struct tls_identity *id, struct outcome *oc);

/* The first certificate of a file, the caller's to free. NULL with OC_FILE. */
X509 *tls_identity_read_certificate(const char *path, struct outcome *oc);
void tls_identity_free_certificate(X509 *cert);

#endif
