/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_HTTP_GET_H
#define HELLO_CLIENT_STEP_HTTP_GET_H

#include <stddef.h>

#include "base/outcome.h"

/*
 * What the client does where ALPN has selected http/1.1: ask for / and take the
 * content as the greeting. Pure.
 */

enum { HTTP_GET_REQUEST_MAX = 512 };

/*
 * The request, of HTTP/1.0, so that no server answers in chunks or keeps the
 * connection (RFC 9112 section 6.1). host may be an IPv6 literal. Returns its length.
 */
size_t http_get_request(const char *host, const char *port, char buf[HTTP_GET_REQUEST_MAX]);

/*
 * The answer, whole, as it came up to close_notify: leave only its content, without
 * chunks, at the beginning of bytes, and its length in *len. A status other than
 * 200, what is no HTTP, and what http_answer calls malformed is
 * OC_GREETING_MISMATCH; less content than announced is OC_GREETING_TRUNCATED.
 * Returns 0 or -1.
 */
int http_get_unwrap(char *bytes, size_t *len, struct outcome *oc);

#endif
