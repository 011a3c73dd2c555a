/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_REVOCATION_H
#define HELLO_CLIENT_JUDGE_REVOCATION_H

#include <stdint.h>

#include "base/outcome.h"
#include "tls/crl_store.h"
#include "tls/staple.h"

enum { REVOCATION_REASON_MAX = 32 };

/* What is known about the revocation of one certificate; plain data, zeroed at first. */
struct revocation {
	enum crl_fault fault; /* of the issuer's best list */
	struct crl crl;       /* that list; its issuer is "" if there is none */
	bool stapled;         /* known from an OCSP response, not from a list */
	int64_t at;           /* when the certificate was revoked, seconds since 1970 */
	char reason[REVOCATION_REASON_MAX]; /* RFC 5280 section 5.3.1: "keyCompromise", or "" */
};

/* Record what the revocation lists state about the certificate at this depth of a judged chain. */
void revocation_note_crls(struct revocation *r, X509_STORE_CTX *judged, int depth);

/* The same from an OCSP response with the status "revoked". */
void revocation_note_staple(struct revocation *r, const struct staple_facts *staple);

/*
 * Explain a revoked certificate or, if revoked is false, an unusable revocation list. who describes
 * the certificate, issuer is its CA, now is the time of the verification; chosen: --verify-time
 * set that time. Always returns -1.
 */
int revocation_explain(const struct revocation *r, bool revoked, const char *who,
    const char *issuer, int64_t now, bool chosen, struct outcome *oc);

#endif
