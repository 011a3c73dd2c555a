/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CRL_H
#define HELLO_TLS_CRL_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>
#include <openssl/x509.h>

#include "tls/cert_info.h"

/*
 * The one judge of certificate revocation lists (RFC 5280 section 5): whether a list
 * may be used; tls/crl_ask looks certificates up. Pure: no file, no clock. Both programs
 * use it, at start and for every chain, so the TLS library's rules, which differ between
 * its versions, decide nothing.
 *
 * It supports complete CRLs, including those that cover only users, only CAs or one
 * distribution point, and delta CRLs beside them. Everything else is rejected with its
 * name. A list may be used from thisUpdate until just before nextUpdate.
 */

/* Why a list cannot be used, in ascending order of severity. */
enum crl_fault {
	CRL_USABLE,
	CRL_STALE,          /* nextUpdate has passed */
	CRL_NO_END,         /* it has no nextUpdate, which section 5.1.2.5 forbids */
	CRL_EARLY,          /* thisUpdate is in the future */
	CRL_OUT_OF_SCOPE,   /* it does not cover the certificate */
	CRL_LONE_DELTA,     /* the complete CRL for this delta is missing */
	CRL_MISFIT,         /* there is a complete CRL, but the delta continues a later one */
	CRL_INDIRECT,       /* its entries belong to several CAs */
	CRL_SOME_REASONS,   /* it covers only some revocation reasons */
	CRL_ATTRIBUTES,     /* it is about attribute certificates */
	CRL_RELATIVE,       /* its distribution point is relative to the issuer */
	CRL_CRITICAL,       /* a critical extension is unknown */
	CRL_CRITICAL_ENTRY, /* an entry has an unknown critical extension */
	CRL_WEAK,           /* the digest or key of its signature is too weak */
	CRL_NOT_SIGNER,     /* its CA may not sign CRLs */
	CRL_FORGED,         /* the signature is wrong */
	CRL_OTHER_KEY,      /* signed with another key of a CA of that name */
	CRL_MALFORMED,      /* an extension occurs twice, or cannot be read */
	CRL_MISSING         /* there is no list */
};

/* A CRLNumber, at most 20 octets (section 5.2.3), big endian: memcmp compares. */
struct crl_number {
	bool given;
	unsigned char value[20];
};

/* One list; plain data. */
struct crl {
	char issuer[CERT_INFO_NAME_MAX];
	int64_t this_update, next_update; /* seconds since 1970; 0: missing */
	struct crl_number number;
	struct crl_number base;    /* if given, a delta for that complete CRL or a later one */
	bool only_users, only_cas; /* what it covers; neither: both */
	bool partial;              /* it covers one distribution point */
	enum crl_fault fault;      /* any fault except those of time, scope and base */
	char what[64];             /* subject of the fault: the extension or the algorithm, or "" */
};

/*
 * Reads what a list says about itself, and checks all of it except its signature; looks at
 * each entry, and sorts them. Never fails.
 */
void crl_get(X509_CRL *list, struct crl *out);

/*
 * Was it signed with the key of this CA certificate? Hashes the whole list. Returns 1 or 0; below
 * 0: it cannot be verified. If memory is short, the result may be any but 1.
 */
int crl_verify(X509_CRL *list, X509 *issuer);

/* Adds the faults of its signature to what crl_get recorded; is_signed: crl_verify returned 1. */
void crl_judge_signature(struct crl *crl, X509_CRL *list, X509 *issuer, bool is_signed);

/* The fault of a list at this moment: its own, or one of its dates. */
enum crl_fault crl_fault_at(const struct crl *crl, int64_t now);

/* Does this delta continue this complete list? */
bool crl_continues(const struct crl *delta, const struct crl *complete);

/* Was a published after b, by thisUpdate, then by number? */
bool crl_is_newer(const struct crl *a, const struct crl *b);

#endif
