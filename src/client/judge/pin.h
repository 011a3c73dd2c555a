/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_PIN_H
#define HELLO_CLIENT_JUDGE_PIN_H

#include <stdbool.h>

#include "client/judge/verdict.h"
#include "base/outcome.h"

/*
 * Pinned public keys, as curl takes them: "sha256//BASE64", several joined by
 * semicolons; the base64 of the SHA-256 of a SubjectPublicKeyInfo. A pin comes on
 * top of the verification and replaces nothing of it.
 */

/* Is this such a list? Returns 0, or -1 with OC_USAGE. */
int pin_check_list(const char *list, struct outcome *oc);

/* Is the server's key on the list? */
bool pin_matches(const char *list, const struct verdict *v);

/* CERT_PIN_MISMATCH: the server's key is not on the list. Always returns -1. */
int pin_explain(const struct verdict *v, struct outcome *oc);

#endif
