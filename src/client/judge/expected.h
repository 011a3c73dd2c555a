/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_EXPECTED_H
#define HELLO_CLIENT_JUDGE_EXPECTED_H

#include <stdbool.h>

#include "client/judge/verdict.h"
#include "tls/cert_info.h"
#include "base/outcome.h"

/* The certificate that the wire must carry: --expect-cert. Zeroed: any. */
struct expected {
	const char *file; /* NULL: none is expected */
	struct cert_info cert;
};

/*
 * Read the first certificate of the file, unless it was read already or none is
 * expected. Returns 0, or -1 with OC_FILE.
 */
int expected_load(struct expected *e, struct outcome *oc);

/* Is what the peer showed another one? False where nothing is expected. */
bool expected_differs(const struct expected *e, const struct verdict *v);

/* Say how they differ: CERT_NOT_EXPECTED, and whatever else the verdict holds. Returns -1. */
int expected_explain(const struct expected *e, const struct verdict *v, struct outcome *oc);

#endif
