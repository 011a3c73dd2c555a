/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_FINDINGS_H
#define HELLO_CLIENT_JUDGE_FINDINGS_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * What else is wrong with a chain that was refused. The library stops at the
 * first error, and a user who fixes that one meets the next.
 */
enum { FINDINGS_MAX = 8 };

struct findings {
	int errors[FINDINGS_MAX]; /* X509_V_ERR_*, each once, in the library's order */
	int count;
};

/* Add an error, unless it is there already. */
void findings_add(struct findings *f, int error);

/* Does the peer send its chain out of order (RFC 8446 section 4.4.2 wants it in order for 1.2)? */
bool findings_disordered(X509_STORE_CTX *judged);

/* The OC_CERT_* that an error of the library stands for, where the error alone decides. */
enum outcome_code findings_code(int error);

/* Does this error mean that the chain does not end in a trusted root? */
bool findings_is_distrust(int error);

/* Append the other errors to a failure, without those of the same cause as first. */
void findings_append(const struct findings *f, int first, struct outcome *oc);

#endif
