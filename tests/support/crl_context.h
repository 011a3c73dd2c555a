/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_CRL_CONTEXT_H
#define HELLO_TESTS_CRL_CONTEXT_H

#include <stddef.h>

#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "support/test_pki.h"

/*
 * Contexts with revocation lists, and their verdicts. Files are in the current folder, see
 * testpki_begin. A failure ends the test. The caller frees what these functions return.
 */

/* A context that trusts the certificates of this file and uses no list. */
SSL_CTX *crl_context_trusting(const char *ca);

/* A context that trusts those of ca.pem, and uses these lists, which it writes to crl.pem. */
SSL_CTX *crl_context_using(const struct testpki_crl *crl, size_t count);

/* Verifies leaf behind one intermediate. callback may be NULL. Returns X509_V_OK, or why not. */
int crl_context_verify(SSL_CTX *ctx, X509 *leaf, X509 *intermediate,
    X509_STORE_CTX_verify_cb callback);

/* These lists, max at most, up to the one without an issuer. */
STACK_OF(X509_CRL) * crl_context_lists(const struct testpki_crl *crl, size_t max);

#endif
