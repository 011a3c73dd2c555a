/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_EXPECTED_H
#define HELLO_CLIENT_JUDGE_EXPECTED_H

#include "base/outcome.h"
#include "client/judge/verdict.h"
#include "tls/cert_info.h"

/*
 * The key and the certificate that the user expects: --pinnedpubkey and --expect-cert. They are
 * checked in addition to the verification. Zeroed: any key and certificate will do.
 */
struct expected {
	const char *pins;      /* NULL: any key */
	const char *file;      /* NULL: any certificate */
	struct cert_info cert; /* the first one in that file */
};

/*
 * Checks a list of pins; what names the option. As in curl, a pin is "sha256//" and the SHA-256 of
 * a SubjectPublicKeyInfo in base64, and semicolons separate several. Returns 0, or -1 with
 * OC_USAGE.
 */
int expected_check_pins(const char *what, const char *list, struct outcome *oc);

/* Returns 0 when the server's key is on the list, or -1 with OC_CERT_PIN_MISMATCH. */
int expected_judge_key(const struct expected *e, const struct verdict *v, struct outcome *oc);

/*
 * Returns 0 when the server sent the expected certificate, or none, or -1 with
 * OC_CERT_NOT_EXPECTED: how the two differ, and the other findings of the verdict.
 */
int expected_judge_certificate(const struct expected *e, const struct verdict *v,
    struct outcome *oc);

#endif
