/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_CERT_STAPLE_H
#define HELLO_CLIENT_CERT_STAPLE_H

#include <openssl/types.h>

/*
 * For tlsctx_client: judges the OCSP response that the server staples, once the
 * chain is verified, and records it in the struct verdict that is the
 * connection's tlsio_owner. One that does not prove the certificate good ends the
 * handshake with bad_certificate_status_response (RFC 6066 section 8), and so does
 * none at all where the certificate demands one (RFC 7633). Returns 1 or 0.
 */
int staple_callback(SSL *ssl, void *unused);

#endif
