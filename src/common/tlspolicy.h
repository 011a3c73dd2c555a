/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_TLSPOLICY_H
#define HELLO_COMMON_TLSPOLICY_H

#include <openssl/types.h>

#include "common/outcome.h"

/*
 * The project's TLS policy in one place: versions, ciphers, groups. What is
 * allowed, and why, is told at the constants in tlspolicy.c.
 */

/* What a user narrows. Zeroed: the policy as it is. */
struct tlspolicy_choice {
	const char *groups; /* of SSL_CTX_set1_groups_list(3), e.g. "P-256"; NULL: all of ours */
};

/*
 * Make this context keep the policy, narrowed by choice; what openssl.cnf may
 * have loosened is undone. Returns 0, or -1 with OC_USAGE (an unknown group) or
 * OC_INTERNAL.
 */
int tlspolicy_apply(SSL_CTX *ctx, const struct tlspolicy_choice *choice, struct outcome *oc);

/* The choice alone, for a context of the library's own policy. As tlspolicy_apply. */
int tlspolicy_narrow(SSL_CTX *ctx, const struct tlspolicy_choice *choice, struct outcome *oc);

#endif
