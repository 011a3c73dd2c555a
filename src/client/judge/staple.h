/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_STAPLE_H
#define HELLO_CLIENT_JUDGE_STAPLE_H

#include <stddef.h>

#include <openssl/types.h>

#include "client/judge/verdict.h"

/*
 * For client_context_new: judges the OCSP response that the server staples, once the
 * chain is verified, and records it in the struct verdict that is the
 * connection's tls_conn_owner. One that does not prove the certificate good ends the
 * handshake with bad_certificate_status_response (RFC 6066 section 8), and so does
 * none at all where the certificate demands one (RFC 7633). Returns 1 or 0.
 */
int staple_callback(SSL *ssl, void *unused);

/*
 * A resumption brings no response: judge the one that came with the session's
 * certificates (der NULL: none came) as of v->at, by the chain that was verified
 * anew. Recorded in v, like the above.
 */
void staple_judge_again(struct verdict *v, X509_STORE_CTX *verified, const unsigned char *der,
    size_t len);

#endif
