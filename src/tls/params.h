/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PARAMS_H
#define HELLO_TLS_PARAMS_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

/* Bytes of a peer's chain that are read: the default of SSL_CTX_set_max_cert_list(3). */
enum { TLS_PARAMS_CHAIN_MAX = 100 * 1024 };

/* Two ends that have nothing in common: version, cipher, group, curve or signature. */

/* Does this reason of libssl, found on our side, mean that? */
bool tls_params_are(int reason);

/*
 * Say what it is that they do not share. With TLS 1.2 the curve of an ECDSA
 * certificate has to be among the groups of who is to verify it (RFC 8422 section
 * 5.3), and the library's words, which are told for all else, are misleading about
 * that. HANDSHAKE_PARAMETERS, or CLIENT_CERT_REFUSED where a server was shown a
 * curve that it does not take. Returns -1.
 */
int tls_params_explain(SSL *ssl, int reason, const char *words, struct outcome *oc);

/*
 * Any other reason of libssl for which the handshake failed on our side; words are
 * its own, or NULL. HANDSHAKE_FAILED. Returns -1.
 */
int tls_params_explain_other(const SSL *ssl, int reason, const char *words, struct outcome *oc);

/*
 * The callback of common/sni, the only one of ours that fails, found no certificate for the
 * name: NAME_UNKNOWN. Returns -1.
 */
int tls_params_explain_name(const SSL *ssl, struct outcome *oc);

#endif
