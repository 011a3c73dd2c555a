/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_STAPLE_H
#define HELLO_CLIENT_JUDGE_STAPLE_H

#include <stddef.h>

#include <openssl/types.h>

#include "client/judge/verdict.h"

/*
 * For client_context_new: judges the stapled OCSP response after the chain was verified, and
 * records it in the struct verdict that is the connection's tls_conn_owner. The handshake ends with
 * bad_certificate_status_response (RFC 6066 section 8) if the response does not prove the
 * certificate good, or if the certificate requires one (RFC 7633) and there is none. Returns 1 or
 * 0.
 */
int staple_callback(SSL *ssl, void *unused);

/*
 * A resumption has no response: judge the one that came with the session's certificates (der NULL:
 * none came) as of v->at, by the chain that was verified again. Records it in v.
 */
void staple_judge_again(struct verdict *v, X509_STORE_CTX *verified, const unsigned char *der,
    size_t len);

#endif
