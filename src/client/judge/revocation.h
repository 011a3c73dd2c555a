/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_REVOCATION_H
#define HELLO_CLIENT_JUDGE_REVOCATION_H

#include <stdint.h>

#include "base/outcome.h"
#include "tls/staple.h"
#include "tls/crl_store.h"

enum { REVOCATION_REASON_MAX = 32 };

/* What was found out about the revocation of one certificate; plain data, zeroed at first. */
struct revocation {
	enum crl_fault fault; /* of the best list there is, as its issuer has it */
	struct crl crl;       /* the list looked at; its issuer is "" where there is none */
	bool stapled;         /* known from an OCSP response, not from a list */
	int64_t at;           /* when the certificate was revoked, seconds since 1970 */
	char reason[REVOCATION_REASON_MAX]; /* RFC 5280 section 5.3.1: "keyCompromise", or "" */
};

/* Record what the lists of a judged chain state of its certificate at depth. */
void revocation_note_crls(struct revocation *r, X509_STORE_CTX *judged, int depth);

/* The same from an OCSP response with the status "revoked". */
void revocation_note_staple(struct revocation *r, const struct staple_facts *staple);

/*
 * Better words than the library has for a revoked certificate, and for a CRL
 * that is at fault: revoked decides which of both, who is the certificate as people
 * know it, issuer its CA, now the time of the judgement, chosen: by --verify-time.
 * Always returns -1.
 */
int revocation_explain(const struct revocation *r, bool revoked, const char *who,
    const char *issuer, int64_t now, bool chosen, struct outcome *oc);

#endif
