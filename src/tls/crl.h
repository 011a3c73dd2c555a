/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_H
#define HELLO_TLS_CRL_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>
#include <openssl/x509.h>

#include "tls/cert_info.h"

/*
 * The one judge of certificate revocation lists (RFC 5280 section 5): whether a
 * list may be used, and what the lists of a CA say about a certificate. Pure: no
 * file, no clock. Both programs ask it, at start and for every chain, so the TLS
 * library's own rules, which differ between its versions, decide nothing.
 *
 * Supported are complete CRLs, also those that cover only users, only CAs or one
 * distribution point, and delta CRLs beside them. Everything else is refused by
 * name. A list may be used from thisUpdate on, and not any more at the second of
 * nextUpdate.
 */

/* What keeps a list from being used; the smaller, the less is missing. */
enum crl_fault {
	CRL_USABLE,
	CRL_STALE,          /* nextUpdate is over */
	CRL_NO_END,         /* it has no nextUpdate, which section 5.1.2.5 forbids */
	CRL_EARLY,          /* thisUpdate is to come */
	CRL_OUT_OF_SCOPE,   /* it does not cover the certificate */
	CRL_LONE_DELTA,     /* there is no complete CRL for this delta */
	CRL_MISFIT,         /* there is one, but the delta continues a later one */
	CRL_INDIRECT,       /* its entries are of several CAs */
	CRL_SOME_REASONS,   /* it covers only some reasons of a revocation */
	CRL_ATTRIBUTES,     /* it is about attribute certificates */
	CRL_RELATIVE,       /* its distribution point is relative to the issuer */
	CRL_CRITICAL,       /* a critical extension is not known here */
	CRL_CRITICAL_ENTRY, /* the same of one of its entries */
	CRL_WEAK,           /* digest or key of its signature */
	CRL_NOT_SIGNER,     /* its CA may not sign CRLs */
	CRL_FORGED,         /* the signature is wrong */
	CRL_OTHER_KEY,      /* signed with another key of a CA of that name */
	CRL_MALFORMED,      /* an extension is there twice, or cannot be read */
	CRL_MISSING         /* there is no list at all */
};

/* A CRLNumber, at most 20 octets (section 5.2.3), big endian: memcmp compares. */
struct crl_number {
	bool given;
	unsigned char value[20];
};

/* One list; plain data. */
struct crl {
	char issuer[CERT_INFO_NAME_MAX];
	int64_t this_update, next_update; /* seconds since 1970; 0: it has none */
	struct crl_number number;
	struct crl_number base;    /* given: this is a delta for that complete CRL or a later one */
	bool only_users, only_cas; /* what it covers; neither: both */
	bool partial;              /* it covers one distribution point */
	enum crl_fault fault;      /* any but those of time, scope and base */
	char what[64];             /* of the fault: the extension, the algorithm; or "" */
};

/* Read what a list says about itself; judge all of it but its signature. Never fails. */
void crl_get(X509_CRL *list, struct crl *out);

/* Then judge its signature: has the key of this CA certificate signed it? */
void crl_verify(struct crl *crl, X509_CRL *list, X509 *issuer);

/* Its fault at this moment: its own, or one of its dates. */
enum crl_fault crl_fault_at(const struct crl *crl, int64_t now);

/* Does this delta continue this complete list? */
bool crl_continues(const struct crl *delta, const struct crl *complete);

/* Was a published after b: by thisUpdate, then by its number? */
bool crl_is_newer(const struct crl *a, const struct crl *b);

/* What the lists of a certificate's issuer say about it. */
struct crl_answer {
	enum crl_fault fault; /* CRL_USABLE, or why nothing can be said */
	struct crl crl;       /* the list that told or is at fault; zeroed when CRL_MISSING */
	bool revoked;         /* also told by a list that is at fault by its dates alone */
	int64_t revoked_at;   /* seconds since 1970 */
	int reason;           /* CRL_REASON_*, or -1 */
};

/*
 * Ask these lists, all of which bear the name of the issuer, about a certificate.
 * The newest usable complete list decides. What is newer can only add to it: an
 * entry of a stale list, an early one or a delta counts, and only a usable delta that
 * continues the complete list lifts a hold. Thread-safe for shared lists.
 */
void crl_ask(const STACK_OF(X509_CRL) * lists, X509 *cert, X509 *issuer, int64_t now,
    struct crl_answer *out);

#endif
