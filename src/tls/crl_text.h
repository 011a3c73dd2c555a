/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_TEXT_H
#define HELLO_TLS_CRL_TEXT_H

#include <stdint.h>

#include "tls/crl.h"

/* What both programs say about a revocation list that cannot be used. */

/* A sentence without its full stop, "the CRL of ... is stale since ...". buf is returned. */
enum { CRL_TEXT_MAX = CERT_INFO_NAME_MAX + 192 };
const char *crl_text_describe(const struct crl *crl, enum crl_fault fault, int64_t now,
    char buf[CRL_TEXT_MAX]);

/* What to do about a fault. */
const char *crl_text_advice(enum crl_fault fault);

/* The X509_V_ERR_* that stands for a fault in logs and reports. */
int crl_text_error(enum crl_fault fault);

#endif
