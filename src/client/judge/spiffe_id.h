/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_SPIFFE_ID_H
#define HELLO_CLIENT_JUDGE_SPIFFE_ID_H

#include <stdbool.h>

#include "base/outcome.h"

/* SPIFFE IDs of workloads: spiffe://DOMAIN/PATH (the standard SPIFFE-ID, section 2). */

/* The longest ID, with its terminator (section 2.3). */
enum { SPIFFE_ID_MAX = 2048 + 1 };

/* Does this text begin as one, or as another URI? A host name or an IP address does not. */
bool spiffe_id_is_uri(const char *text);

/*
 * Only the canonical form is valid, because IDs are compared byte for byte: scheme and trust domain
 * in lower case, no percent-encoding. A path is required, because only CAs have none (X509-SVID
 * section 5.2). Pure. Returns NULL, or the error as the end of a sentence.
 */
const char *spiffe_id_fault(const char *id);

/*
 * The same with an error message: what is the name of the option. Returns 0, or -1 with OC_USAGE.
 */
int spiffe_id_check(const char *what, const char *id, struct outcome *oc);

#endif
