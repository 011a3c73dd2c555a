/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ISSUER_URL_H
#define HELLO_CLIENT_STEP_ISSUER_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "client/session/route.h"

/* The addresses of --fetch-issuer. A peer chose them, so only plain ones are accepted. */

enum { ISSUER_URL_MAX = 1024 };

struct issuer_url {
	struct route_endpoint at;
	char path[ISSUER_URL_MAX]; /* with the query; begins with a slash */
};

/*
 * Parse "http://HOST[:PORT][/PATH]", printable ASCII without a user name. A fragment is dropped.
 * Writes out only on success. Returns NULL, or the error as the end of a sentence. Pure.
 */
const char *issuer_url_parse(const char *bytes, size_t len, struct issuer_url *out);

/*
 * The same for the Location field in the head of an HTTP answer, which may also be a path on the
 * server of from. Interim answers before it are skipped. Returns an error if there is no such field
 * within len bytes.
 */
const char *issuer_url_redirect(const char *head, size_t len, const struct issuer_url *from,
    struct issuer_url *out);

#endif
