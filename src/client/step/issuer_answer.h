/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ISSUER_ANSWER_H
#define HELLO_CLIENT_STEP_ISSUER_ANSWER_H

#include <stddef.h>

#include "client/session/session.h"
#include "client/step/issuer_url.h"

/* A GET over plain HTTP, for --fetch-issuer, with connections of its own. */

enum {
	ISSUER_ANSWER_MAX = 64 * 1024, /* bytes of content */
	ISSUER_ANSWER_HEAD_MAX = 8192, /* bytes of the head in which Location is looked for */
	ISSUER_ANSWER_REDIRECTS_MAX = 3,
	ISSUER_ANSWER_REQUESTS_MAX = 12, /* of all calls with the same count */
};

/* Is this content what is sought? Returns 0, or -1 with oc. */
typedef int issuer_answer_use(void *arg, const unsigned char *bytes, size_t len,
    struct outcome *oc);

/*
 * Get this URL from one address of its host after the other, until use takes the content of an
 * answer 200. A redirect is followed, and then only to the addresses of its host. Through a proxy
 * only one connection is made. requests counts those that were sent. The deadline is that of s,
 * and its options apply, see fetch_issuer. Returns 0, or -1 with an outcome whose detail is the
 * reason that the first address gave.
 */
int issuer_answer_get(const struct session *s, const struct issuer_url *url, unsigned *requests,
    issuer_answer_use *use, void *arg, struct outcome *oc);

#endif
