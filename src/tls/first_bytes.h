/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_FIRST_BYTES_H
#define HELLO_TLS_FIRST_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/* Guesses what a peer speaks from its first bytes. */

/* Can it be TLS, as far as these bytes go? Without any bytes it can. */
bool first_bytes_are_tls(const unsigned char *bytes, size_t len);

/*
 * PROXY_HEADER_BAD for a PROXY protocol header from a client, else NOT_TLS with the
 * first 24 bytes escaped and a guess. from_client: the bytes came from the side that
 * connected to us, not in a reply. Returns -1.
 */
int first_bytes_explain(const unsigned char *bytes, size_t len, bool from_client,
    struct outcome *oc);

#endif
