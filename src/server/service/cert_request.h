/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CERT_REQUEST_H
#define HELLO_SERVER_SERVICE_CERT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/trust.h"

/* A client's chain of certificates may be so long. Memory for it is taken when it is announced. */
enum { CERT_REQUEST_CHAIN_MAX = 32 * 1024 };

/*
 * A server that asks its clients for a certificate (RFC 8446 section 4.3.2). A
 * certificate that is sent must pass, whether or not one is required.
 */
struct cert_request {
	struct tls_trust trust; /* whose clients; no ca_file: nobody is asked */
	bool required;         /* a client without one is refused */
	/*
	 * Called in place of the library's own verification, with the connection's
	 * tls_conn_owner within reach and this argument; answers what X509_verify_cert
	 * answers.
	 */
	int (*verify)(X509_STORE_CTX *store, void *arg);
	void *arg;
};

/*
 * Bytes of the CAs' names in one request for a certificate, a little below the 65,535
 * that all extensions of a message may have.
 */
enum { CERT_REQUEST_NAMES_MAX = 65000 };

/*
 * Make this context ask, and never resume: a ticket does not carry the client's
 * intermediates, so its chain could not be verified again, and one that was
 * revoked meanwhile would get in. Opens the files of trust. Returns 0, or -1
 * with OC_FILE or OC_INTERNAL.
 */
int cert_request_use(SSL_CTX *ctx, const struct cert_request *ask, struct outcome *oc);

/* The certificates of trust.ca_file, as a context has them. NULL behind their end. */
X509 *cert_request_ca(const SSL_CTX *ctx, size_t i);

/*
 * Give a client's context a key and a certificate, both made just now and known
 * to nobody: for a rehearsal, a server that lets it in lets in everybody.
 * Returns 0, or -1 with OC_INTERNAL.
 */
int cert_request_be_stranger(SSL_CTX *client, struct outcome *oc);

#endif
