/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CERT_ISSUER_H
#define HELLO_TLS_CERT_ISSUER_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/cert_info.h"

/*
 * Explains why a certificate has no issuer in a chain: the library only reports that it
 * found none. Both programs use it, so that neither blames trust for a faulty
 * extension, nor denies a signature that it did not verify.
 */

/* A fault in the extensions of one certificate, which keeps it out of any chain. */
enum cert_flaw_kind {
	CERT_FLAW_NONE,
	CERT_FLAW_TWICE,     /* one extension occurs more than once (RFC 5280 section 4.2) */
	CERT_FLAW_EMPTY,     /* a keyUsage without any bit (section 4.2.1.3) */
	CERT_FLAW_MALFORMED, /* an extension cannot be decoded */
	CERT_FLAW_UNKNOWN,   /* an extension is critical, and the library does not know it */
	CERT_FLAW_OTHER      /* the library calls them invalid, for none of the above reasons */
};

enum { CERT_FLAW_NAME_MAX = 64 };

struct cert_flaw {
	enum cert_flaw_kind kind;
	/* "subjectAltName", or an OID; "" for CERT_FLAW_OTHER. */
	char extension[CERT_FLAW_NAME_MAX];
};

/* Returns whether there is a flaw. Takes the certificate's lock. */
bool cert_flaw_get(X509 *cert, struct cert_flaw *out);

/* "has the extension keyUsage twice": to follow the certificate's name. */
enum { CERT_FLAW_TEXT_MAX = CERT_FLAW_NAME_MAX + 64 };
const char *cert_flaw_text(const struct cert_flaw *flaw, char buf[CERT_FLAW_TEXT_MAX]);

/* The first critical extension that the library does not know. Returns whether there is one. */
bool cert_issuer_unknown_critical(X509 *cert, char extension[CERT_FLAW_NAME_MAX]);

/* How two certificates are related, in ascending order of closeness to "issuer". */
enum cert_issuer {
	CERT_ISSUER_STRANGER,   /* the name differs */
	CERT_ISSUER_NOT_SIGNED, /* the name matches, but another key signed it */
	CERT_ISSUER_UNCHECKED,  /* the name matches, but the signature could not be verified */
	CERT_ISSUER_SERIAL,     /* signed by its key, but it names another certificate of that CA */
	CERT_ISSUER_KEY_ID, /* signed by its key, but another key identifier is named */
	CERT_ISSUER_FLAWED, /* signed by its key, but the issuer's extensions have a flaw */
	CERT_ISSUER_ISSUED  /* the issuer, by name, signature and key identifiers */
};

enum cert_issuer cert_issuer_judge(X509 *issuer, X509 *cert);

/*
 * Why no issuer was found for a certificate. Plain data; all zero: no certificate of
 * that name was found.
 */
struct issuer_cause {
	struct cert_flaw flaw;         /* of the certificate itself; nothing else was checked */
	enum cert_issuer link;           /* the closest certificate with the issuer's name */
	bool sent;                    /* it came from the peer and is not in the store */
	char name[CERT_INFO_NAME_MAX]; /* its subject */
	struct cert_flaw issuer_flaw;  /* for CERT_ISSUER_FLAWED */
};

/*
 * Finds the cause of a failed verification. Returns the certificate at fault and its
 * position in the chain: the library's, except that if our root differs from the one
 * that the peer sent, it is the certificate below. For an error that is not about an
 * issuer it only looks for a flaw.
 */
X509 *issuer_cause_find(X509_STORE_CTX *judged, int *depth, struct issuer_cause *out);

/* Is the cause not trust but a flaw, or key identifiers? */
bool issuer_cause_beyond_trust(const struct issuer_cause *c);

/*
 * If so, sets code with that cause. who is the certificate ("the certificate of
 * "a.test""), store the trusted roots ("--cacert ca.pem"), place the origin of the
 * others ("sent by the server"). Returns whether it did.
 */
bool issuer_cause_explain(const struct issuer_cause *c, const char *who, const char *store,
    const char *place, enum outcome_code code, struct outcome *oc);

/*
 * If the cause is trust, but a certificate of the issuer's name exists: appends to the
 * failure why it does not count.
 */
void issuer_cause_append(const struct issuer_cause *c, const char *store, const char *place,
    struct outcome *oc);

#endif
