/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_PARAMS_OFFER_H
#define HELLO_TLS_PARAMS_OFFER_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/hello_offers.h"

/*
 * For a server whose handshake failed for this reason of libssl: records what the client
 * offers and what is set here, if they have no version, cipher, group or signature
 * algorithm in common. Records nothing unless that is certain. Returns whether it
 * recorded HANDSHAKE_PARAMETERS.
 */
bool params_offer_explain(SSL *ssl, const struct hello_offers *offers, int reason,
    struct outcome *oc);

/*
 * The same for SSL_R_NO_SHARED_CIPHER in TLS 1.2, once there are common ciphers: they need
 * a common group, and a certificate that fits.
 */
bool params_offer_explain_certificate(SSL *ssl, const struct hello_offers *offers,
    struct outcome *oc);

#endif
