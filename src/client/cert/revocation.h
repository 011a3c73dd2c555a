/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_CERT_REVOCATION_H
#define HELLO_CLIENT_CERT_REVOCATION_H

#include <stdint.h>

#include "common/outcome.h"
#include "common/staple.h"
#include "common/tlscrl.h"

enum { REVOCATION_REASON_MAX = 32 };

/* What was found out about the revocation of one certificate; plain data, zeroed at first. */
struct revocation {
	struct tlscrl crl; /* the list looked at; its issuer is "" where there is none */
	bool stapled;      /* it was no list that told, but the OCSP response */
	int64_t at;        /* when the certificate was revoked, seconds since 1970 */
	char reason[REVOCATION_REASON_MAX]; /* RFC 5280 section 5.3.1: "keyCompromise", or "" */
};

/* Note the list, and what it says of this certificate. */
void revocation_note_crl(struct revocation *r, X509_CRL *crl, X509 *cert);

/* The same of an OCSP response that says "revoked". */
void revocation_note_staple(struct revocation *r, const struct staple_facts *staple);

/*
 * Better words than the library has for a revoked certificate, and for a CRL
 * that is at fault (tlscrl_is_at_fault): who is the certificate as people know
 * it, issuer its CA, now the time of the judgement. Always returns -1.
 */
int revocation_explain(const struct revocation *r, int error, const char *who, const char *issuer,
    int64_t now, struct outcome *oc);

#endif
