/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_TEXT_H
#define HELLO_TLS_CRL_TEXT_H

#include <stdint.h>

#include "tls/crl.h"

/* How both programs describe a revocation list that cannot be used. */

/* A sentence without its full stop, "the CRL of ... has been stale since ...". Returns buf. */
enum { CRL_TEXT_MAX = CERT_INFO_NAME_MAX + 192 };
const char *crl_text_describe(const struct crl *crl, enum crl_fault fault, int64_t now,
    char buf[CRL_TEXT_MAX]);

/* How to correct a fault. */
const char *crl_text_advice(enum crl_fault fault);

/* The X509_V_ERR_* for a fault in logs and reports. */
int crl_text_error(enum crl_fault fault);

#endif
