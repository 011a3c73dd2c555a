/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_FINDINGS_H
#define HELLO_CLIENT_JUDGE_FINDINGS_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * All that is wrong with a rejected chain. The library stops at the first error, and a user who
 * fixes that one would meet the next.
 */
enum { FINDINGS_MAX = 8 };

struct findings {
	int errors[FINDINGS_MAX]; /* X509_V_ERR_*, each once, in the library's order */
	int count;
};

/* Add an error, unless it was added before. */
void findings_add(struct findings *f, int error);

/*
 * Does the peer send its chain out of order, which TLS 1.2 forbids (RFC 8446 section 4.4.2)? Looks
 * at the first 500 certificates.
 */
bool findings_disordered(X509_STORE_CTX *judged);

/* Append the errors to a failure, except those with the same cause as first. */
void findings_append(const struct findings *f, int first, struct outcome *oc);

#endif
