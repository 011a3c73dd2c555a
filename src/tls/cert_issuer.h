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
enum certflaw_kind {
	CERTFLAW_NONE,
	CERTFLAW_TWICE,     /* one extension is there more than once (RFC 5280 section 4.2) */
	CERTFLAW_EMPTY,     /* a keyUsage without a bit (section 4.2.1.3) */
	CERTFLAW_MALFORMED, /* one cannot be decoded */
	CERTFLAW_UNKNOWN,   /* one is critical, and the library does not know it */
	CERTFLAW_OTHER      /* the library calls them invalid, and none of the above */
};

enum { CERTFLAW_NAME_MAX = 64 };

struct certflaw {
	enum certflaw_kind kind;
	char extension[CERTFLAW_NAME_MAX]; /* "subjectAltName", or an OID; "" for CERTFLAW_OTHER */
};

/* Returns whether there is a flaw. Takes the certificate's lock. */
bool certflaw_get(X509 *cert, struct certflaw *out);

/* "has the extension keyUsage twice": goes with the certificate's name before it. */
enum { CERTFLAW_TEXT_MAX = CERTFLAW_NAME_MAX + 64 };
const char *certflaw_text(const struct certflaw *flaw, char buf[CERTFLAW_TEXT_MAX]);

/* The first critical extension that the library does not know. Returns whether there is one. */
bool certlink_unknown_critical(X509 *cert, char extension[CERTFLAW_NAME_MAX]);

/* How two certificates belong together; the nearer to an issuer, the later here. */
enum certlink {
	CERTLINK_STRANGER,   /* another name */
	CERTLINK_NOT_SIGNED, /* named so, and the signature was verified: it is of another key */
	CERTLINK_UNCHECKED,  /* named so, and the signature could not be verified */
	CERTLINK_SERIAL,     /* signed, but it names another certificate of that CA */
	CERTLINK_KEY_ID,     /* signed, but authorityKeyIdentifier names another key identifier */
	CERTLINK_FLAWED,     /* signed by its key, but the issuer's extensions have a flaw */
	CERTLINK_ISSUED      /* by name, signature and key identifiers */
};

enum certlink certlink_judge(X509 *issuer, X509 *cert);

/* Why no issuer was found for a certificate. Plain data; zeroed: no such name was found. */
struct certcause {
	struct certflaw flaw;         /* of the certificate itself; nothing else was looked at */
	enum certlink link;           /* of the nearest certificate of the issuer's name */
	bool sent;                    /* that one came from the peer, and is not in the store */
	char name[CERTINFO_NAME_MAX]; /* of that one */
	struct certflaw issuer_flaw;  /* for CERTLINK_FLAWED */
};

/*
 * Look for the cause of a judgement that failed. Returns the certificate that the
 * failure is about, and its place in the chain: the library's, but where our root
 * is not the one that the peer sent it is the one below. Another error than those
 * about an issuer only looks for a flaw.
 */
X509 *certcause_find(X509_STORE_CTX *judged, int *depth, struct certcause *out);

/* Is the cause another one than trust: a flaw, or key identifiers? */
bool certcause_beyond_trust(const struct certcause *c);

/*
 * Where that is so, set code with it. who is the
 * certificate ("the certificate of "a.test""), store what was trusted ("--cacert
 * ca.pem"), peer who sent the others ("the server"). Returns whether it is so.
 */
bool certcause_explain(const struct certcause *c, const char *who, const char *store,
    const char *peer, enum outcome_code code, struct outcome *oc);

/*
 * Where trust is the cause and a certificate of the issuer's name is there all
 * the same: add to a failure why it does not count.
 */
void certcause_append(const struct certcause *c, const char *store, const char *peer,
    struct outcome *oc);

#endif
