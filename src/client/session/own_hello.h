/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_OWN_HELLO_H
#define HELLO_CLIENT_SESSION_OWN_HELLO_H

#include <stddef.h>

#include "base/outcome.h"
#include "tls/conn.h"

/* The ClientHellos that a client sends: at most two, see RFC 8446 section 4.1.4. */
struct own_hello {
	unsigned count;
	size_t second; /* length of the second one, with the header of its record; 0: none */
};

/* Records what t sends from now on in out, which must outlive t. Call it before the handshake. */
void own_hello_watch(struct tls_conn *t, struct own_hello *out);

/*
 * Cuts each ClientHello into records of this many bytes, at least 1; the library's own limit is
 * 512 and would apply to all later records. The transcript does not contain the headers of
 * records (RFC 8446 section 5.1). Call it before the handshake, after tls_conn_wrap_in_tds.
 * Returns 0, or -1 with OC_INTERNAL.
 */
int own_hello_cut(struct tls_conn *t, size_t record, struct outcome *oc);

#endif
