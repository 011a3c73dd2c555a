/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PARAMS_H
#define HELLO_TLS_PARAMS_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/hello_offers.h"

/* Limit on the peer's chain, in bytes: the default of SSL_CTX_set_max_cert_list(3). */
enum { TLS_PARAMS_CHAIN_MAX = 100 * 1024 };

/* Two ends that have nothing in common: version, cipher, group, curve or signature. */

/* Does this reason of libssl, found on our side, mean that? */
bool tls_params_are(int reason);

/*
 * Records what the ends do not share; offers are those of a server's client, of which
 * params_offer.h says more than the library. In TLS 1.2 the curve of an ECDSA certificate must
 * be among the verifier's groups (RFC 8422 section 5.3); the library's words, used for
 * everything else, are misleading there. HANDSHAKE_PARAMETERS, or CLIENT_CERT_REFUSED
 * if a client sent a curve that the server does not accept. Returns -1.
 */
int tls_params_explain(SSL *ssl, const struct hello_offers *offers, int reason, const char *words,
    struct outcome *oc);

/*
 * Any other libssl reason for a handshake that failed on our side; words are the
 * library's, or NULL. HANDSHAKE_FAILED. Returns -1.
 */
int tls_params_explain_other(const SSL *ssl, int reason, const char *words, struct outcome *oc);

/*
 * The callback of server/service/sni, our only one that can fail, found no certificate
 * for the name: NAME_UNKNOWN. Returns -1.
 */
int tls_params_explain_name(const SSL *ssl, struct outcome *oc);

#endif
