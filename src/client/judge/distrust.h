/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_DISTRUST_H
#define HELLO_CLIENT_JUDGE_DISTRUST_H

#include <stdbool.h>

#include "tls/cert_issuer.h"
#include "base/outcome.h"

/* A certificate that leads to no trusted root, or whose signature is wrong. */
struct distrust {
	int error; /* X509_V_ERR_* */
	const struct issuer_cause *cause;
	const char *who;    /* the certificate, as "the certificate of "a.test"" */
	const char *label;  /* its name alone */
	const char *issuer; /* its issuer's name */
	const char *store;  /* what is trusted, as "--cacert ca.pem" */
	bool alone;         /* it is a leaf, and the server sent no other certificate */
};

/*
 * CERT_UNKNOWN_CA, CERT_MISSING_INTERMEDIATE or CERT_SELF_SIGNED; CERT_INVALID
 * where trust is not the cause. "Did not sign" is printed only where the signature
 * was verified, "not in" the store only where no certificate of the name is there.
 * Always returns -1.
 */
int distrust_explain(const struct distrust *d, struct outcome *oc);

#endif
