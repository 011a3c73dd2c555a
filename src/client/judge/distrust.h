/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_DISTRUST_H
#define HELLO_CLIENT_JUDGE_DISTRUST_H

#include <stdbool.h>

#include "base/outcome.h"
#include "tls/cert_issuer.h"

/* A certificate that leads to no trusted root, or whose signature is wrong. */
struct distrust {
	int error; /* X509_V_ERR_* */
	const struct issuer_cause *cause;
	const char *who;    /* the certificate, as "the certificate of "a.test"" */
	const char *label;  /* the certificate's name alone */
	const char *issuer; /* the issuer's name */
	const char *store;  /* what is trusted, as "--cacert ca.pem" */
	const char *file;   /* the chain is from this file; NULL: the server sent it */
	bool alone;         /* the certificate is a leaf, and no other one came with it */
};

/*
 * CERT_UNKNOWN_CA, CERT_MISSING_INTERMEDIATE or CERT_SELF_SIGNED; CERT_INVALID
 * where trust is not the cause. "Did not sign" is printed only after the signature was verified,
 * and "not in" a store only if no certificate of that name is in it. Always returns -1.
 */
int distrust_explain(const struct distrust *d, struct outcome *oc);

#endif
