/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_JUDGE_EXPECTED_H
#define HELLO_CLIENT_JUDGE_EXPECTED_H

#include <stdbool.h>

#include "client/judge/verdict.h"
#include "tls/cert_info.h"
#include "base/outcome.h"

/* The certificate that the server must show: --expect-cert. Zeroed: any. */
struct expected {
	const char *file;      /* NULL: none is expected */
	struct cert_info cert; /* the first one in that file */
};

/* Is what the peer showed another one? False where nothing is expected. */
bool expected_differs(const struct expected *e, const struct verdict *v);

/* Say how they differ: CERT_NOT_EXPECTED, and whatever else the verdict holds. Returns -1. */
int expected_explain(const struct expected *e, const struct verdict *v, struct outcome *oc);

#endif
