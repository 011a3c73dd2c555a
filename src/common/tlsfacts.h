/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_TLSFACTS_H
#define HELLO_COMMON_TLSFACTS_H

#include <stdbool.h>

#include "common/tlsio.h"

/* Has ALPN (RFC 7301) selected http/1.1? A server knows it from the ClientHello on. */
bool tlsfacts_is_http(const struct tlsio *t);

#endif
