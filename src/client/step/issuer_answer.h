/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ISSUER_ANSWER_H
#define HELLO_CLIENT_STEP_ISSUER_ANSWER_H

#include <stddef.h>

#include "client/session/session.h"
#include "client/step/issuer_url.h"

/* One GET over plain HTTP, for --fetch-issuer, with connections of its own. */

enum {
	ISSUER_ANSWER_MAX = 64 * 1024, /* bytes of content */
	ISSUER_ANSWER_HEAD_MAX = 8192, /* bytes of the head in which Location is looked for */
	ISSUER_ANSWER_REDIRECTS_MAX = 3,
};

struct issuer_answer {
	unsigned char *bytes; /* owned */
	size_t len;
};

/*
 * Get the content of an answer 200. The deadline is that of s, and its options apply, see
 * fetch_issuer. Returns 0, or -1 with an outcome whose detail is the reason.
 */
int issuer_answer_get(const struct session *s, const struct issuer_url *url,
    struct issuer_answer *out, struct outcome *oc);

/* Idempotent. */
void issuer_answer_free(struct issuer_answer *a);

#endif
