/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CERT_ISSUER_H
#define HELLO_TLS_CERT_ISSUER_H

#include <stdbool.h>

#include <openssl/types.h>

#include "tls/cert_info.h"
#include "base/outcome.h"

/*
 * Why a certificate has no issuer in a chain: the library only answers that it
 * found none. Both programs ask here, so that neither blames trust for what is
 * an extension's fault, nor denies a signature that it did not verify.
 */

/* What is wrong with the extensions of one certificate: no chain can be built with it. */
enum cert_flaw_kind {
	CERT_FLAW_NONE,
	CERT_FLAW_TWICE,     /* one extension is there more than once (RFC 5280 section 4.2) */
	CERT_FLAW_EMPTY,     /* a keyUsage without a bit (section 4.2.1.3) */
	CERT_FLAW_MALFORMED, /* one cannot be decoded */
	CERT_FLAW_UNKNOWN,   /* one is critical, and the library does not know it */
	CERT_FLAW_OTHER      /* the library calls them invalid, and none of the above */
};

enum { CERT_FLAW_NAME_MAX = 64 };

struct cert_flaw {
	enum cert_flaw_kind kind;
	/* "subjectAltName", or an OID; "" for CERT_FLAW_OTHER. */
	char extension[CERT_FLAW_NAME_MAX];
};

/* Returns whether there is a flaw. Takes the certificate's lock. */
bool cert_flaw_get(X509 *cert, struct cert_flaw *out);

/* "has the extension keyUsage twice": goes with the certificate's name before it. */
enum { CERT_FLAW_TEXT_MAX = CERT_FLAW_NAME_MAX + 64 };
const char *cert_flaw_text(const struct cert_flaw *flaw, char buf[CERT_FLAW_TEXT_MAX]);

/* The first critical extension that the library does not know. Returns whether there is one. */
bool cert_issuer_unknown_critical(X509 *cert, char extension[CERT_FLAW_NAME_MAX]);

/* How two certificates belong together; the nearer to an issuer, the later here. */
enum cert_issuer {
	CERT_ISSUER_STRANGER,   /* another name */
	CERT_ISSUER_NOT_SIGNED, /* named so, and the signature was verified: it is of another key */
	CERT_ISSUER_UNCHECKED,  /* named so, and the signature could not be verified */
	CERT_ISSUER_SERIAL,     /* signed, but it names another certificate of that CA */
	CERT_ISSUER_KEY_ID, /* signed, but authorityKeyIdentifier names another key identifier */
	CERT_ISSUER_FLAWED, /* signed by its key, but the issuer's extensions have a flaw */
	CERT_ISSUER_ISSUED  /* by name, signature and key identifiers */
};

enum cert_issuer cert_issuer_judge(X509 *issuer, X509 *cert);

/* Why no issuer was found for a certificate. Plain data; zeroed: no such name was found. */
struct issuer_cause {
	struct cert_flaw flaw;         /* of the certificate itself; nothing else was looked at */
	enum cert_issuer link;           /* of the nearest certificate of the issuer's name */
	bool sent;                    /* that one came from the peer, and is not in the store */
	char name[CERT_INFO_NAME_MAX]; /* of that one */
	struct cert_flaw issuer_flaw;  /* for CERT_ISSUER_FLAWED */
};

/*
 * Look for the cause of a judgement that failed. Returns the certificate that the
 * failure is about, and its place in the chain: the library's, but where our root
 * is not the one that the peer sent it is the one below. Another error than those
 * about an issuer only looks for a flaw.
 */
X509 *issuer_cause_find(X509_STORE_CTX *judged, int *depth, struct issuer_cause *out);

/* Is the cause another one than trust: a flaw, or key identifiers? */
bool issuer_cause_beyond_trust(const struct issuer_cause *c);

/*
 * Where that is so, set code with it. who is the
 * certificate ("the certificate of "a.test""), store what was trusted ("--cacert
 * ca.pem"), peer who sent the others ("the server"). Returns whether it is so.
 */
bool issuer_cause_explain(const struct issuer_cause *c, const char *who, const char *store,
    const char *peer, enum outcome_code code, struct outcome *oc);

/*
 * Where trust is the cause and a certificate of the issuer's name is there all
 * the same: add to a failure why it does not count.
 */
void issuer_cause_append(const struct issuer_cause *c, const char *store, const char *peer,
    struct outcome *oc);

#endif
