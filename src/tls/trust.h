/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_TRUST_H
#define HELLO_TLS_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/other_path.h"

/* Which roots are trusted; ca_file and ca_dir NULL: the system's store. */
struct tls_trust {
	const char *ca_file, *ca_dir;
	const char *crl_file; /* check the whole chain against these CRLs; NULL: no CRL check */
	int64_t verify_time;  /* verify for this time: seconds since 1970; 0: now */
	bool no_x509_strict;  /* drops X509_V_FLAG_X509_STRICT, and nothing else */
};

/* Makes this context trust these. Returns 0, or -1 with OC_FILE. */
int tls_trust_use(SSL_CTX *ctx, const struct tls_trust *trust, struct outcome *oc);

/*
 * Makes this context trust what another one trusts, CRLs included. Both have the same
 * store, so that it is in memory once. Returns 0, or -1 with OC_INTERNAL.
 */
int tls_trust_share(SSL_CTX *ctx, SSL_CTX *with, struct outcome *oc);

/*
 * What the environment has in place of the parts of the system's store: SSL_CERT_FILE and
 * SSL_CERT_DIR. NULL: the variable is not set, or empty.
 */
const char *tls_trust_file_variable(void);
const char *tls_trust_dir_variable(void);

/* Is the issuer of this certificate in the system's store? Reads the store. */
bool tls_trust_knows_issuer(X509 *cert);

/*
 * Does a client that trusts the system's store, and does not search, reject the chain of this
 * server's context, although another path is valid? Reads the store.
 */
void tls_trust_other_path(const SSL_CTX *server, struct other_path_facts *out);

#endif
