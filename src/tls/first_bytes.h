/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_FIRST_BYTES_H
#define HELLO_TLS_FIRST_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/* What a peer speaks, by the first bytes that came from it. */

/* May it be TLS, as far as these go? None are no proof against it. */
bool first_bytes_are_tls(const unsigned char *bytes, size_t len);

/*
 * PROXY_HEADER_BAD for a PROXY protocol header of a client, else NOT_TLS with the
 * bytes escaped (the first 24) and a guess. from_client: they came from whoever
 * connected to us, and not as an answer. Returns -1.
 */
int first_bytes_explain(const unsigned char *bytes, size_t len, bool from_client,
    struct outcome *oc);

#endif
