/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_FIRSTBYTES_H
#define HELLO_COMMON_FIRSTBYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/outcome.h"

/* What a peer speaks, by the first bytes that came from it. */

/* May it be TLS, as far as these go? None are no proof against it. */
bool firstbytes_are_tls(const unsigned char *bytes, size_t len);

/*
 * NOT_TLS, with the bytes escaped (the first 24) and a guess: who connected to us
 * (from_client) and who answered us do not begin alike. Returns -1.
 */
int firstbytes_explain(const unsigned char *bytes, size_t len, bool from_client,
    struct outcome *oc);

#endif
