/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_ANSWER_H
#define HELLO_SERVER_ANSWER_H

#include <stddef.h>

#include "common/http1.h"
#include "common/outcome.h"
#include "server/service.h"

/*
 * What is said on a connection, composed as a whole before the first byte of it
 * leaves. Does no I/O. Zeroed: nothing yet.
 */
struct answer {
	const char *text;
	size_t len;
	char *own; /* what has to be freed; NULL: text is the service's */
};

/* The greeting as it is. Cannot fail. */
void answer_greeting(const struct service *s, struct answer *out);

/*
 * HTTP's answer to a request that is decided: the greeting, or in words what is
 * wrong with the request. Returns 0, or -1 with OC_INTERNAL.
 */
int answer_http(const struct service *s, const struct http1_parser *request, struct answer *out,
    struct outcome *oc);

/* Idempotent. */
void answer_free(struct answer *a);

#endif
