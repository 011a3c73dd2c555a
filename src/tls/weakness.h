/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_WEAKNESS_H
#define HELLO_TLS_WEAKNESS_H

#include "tls/cert_info.h"

/*
 * What the policy's security level (see tls/policy.h) rejects in a certificate, in words: the
 * library's own are "ee key too small".
 */
enum weakness { WEAKNESS_NONE, WEAKNESS_KEY, WEAKNESS_SIGNATURE };

/* error: X509_V_ERR_*. */
enum weakness weakness_of(int error);

/*
 * "has a key, RSA 1024, that is too weak". signature: the name of the certificate's signature
 * algorithm, or NULL. Returns buf. Not for WEAKNESS_NONE.
 */
enum { WEAKNESS_TEXT_MAX = 128 };
const char *weakness_phrase(enum weakness w, const struct cert_info *c, const char *signature,
    char buf[WEAKNESS_TEXT_MAX]);

/* What to do about it. */
const char *weakness_advice(enum weakness w);

#endif
