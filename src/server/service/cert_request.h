/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_CERT_REQUEST_H
#define HELLO_SERVER_SERVICE_CERT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/trust.h"

/* Maximum length of a client's chain. Its memory is allocated as soon as it is announced. */
enum { CERT_REQUEST_CHAIN_MAX = 32 * 1024 };

/*
 * How a server requests client certificates (RFC 8446 section 4.3.2). A certificate
 * that is sent must pass, whether or not one is required.
 */
struct cert_request {
	struct tls_trust trust; /* CAs of the clients; no ca_file: no request */
	SSL_CTX *share_with;   /* already has this trust, which is then not read; may be NULL */
	bool required;         /* reject a client without a certificate */
	/*
	 * Replaces the library's own verification. It gets this argument, and
	 * tls_conn_owner works in it; it returns what X509_verify_cert returns.
	 */
	int (*verify)(X509_STORE_CTX *store, void *arg);
	void *arg;
};

/*
 * Maximum bytes of the CAs' names in a certificate request, slightly below the 65,535
 * that all extensions of a message may have.
 */
enum { CERT_REQUEST_NAMES_MAX = 65000 };

/*
 * Makes this context request certificates, and never resume: a ticket does not carry
 * the client's intermediates, so its chain could not be verified again, and a
 * certificate that was revoked meanwhile would pass. Opens the files of trust. Returns
 * 0, or -1 with OC_FILE or OC_INTERNAL.
 */
int cert_request_use(SSL_CTX *ctx, const struct cert_request *ask, struct outcome *oc);

/* The certificates of trust.ca_file, as loaded into a context. NULL after the last one. */
X509 *cert_request_ca(const SSL_CTX *ctx, size_t i);

/*
 * Gives a client's context a new key and certificate that nobody knows, for a
 * rehearsal: a server that admits this client admits everybody. Returns 0, or -1 with
 * OC_INTERNAL.
 */
int cert_request_be_stranger(SSL_CTX *client, struct outcome *oc);

#endif
