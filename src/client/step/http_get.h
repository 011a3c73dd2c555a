/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_HTTP_GET_H
#define HELLO_CLIENT_STEP_HTTP_GET_H

#include <stddef.h>

#include "base/outcome.h"

/*
 * What the client does when ALPN selected http/1.1: request / and use the content as the greeting.
 * Pure.
 */

enum { HTTP_GET_REQUEST_MAX = 512 };

/*
 * Write an HTTP/1.0 request, so that no server answers in chunks or keeps the connection open (RFC
 * 9112 section 6.1). host may be an IPv6 literal. Returns the length.
 */
size_t http_get_request(const char *host, const char *port, char buf[HTTP_GET_REQUEST_MAX]);

/*
 * Replace the whole answer, as it arrived up to close_notify, with its content, without chunks, and
 * *len with the content's length. Returns 0, or -1: OC_GREETING_MISMATCH for a status other than
 * 200, an answer that is not HTTP, and a malformed one; OC_GREETING_TRUNCATED for less content than
 * announced.
 */
int http_get_unwrap(char *bytes, size_t *len, struct outcome *oc);

#endif
