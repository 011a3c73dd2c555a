/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_FAILURE_H
#define HELLO_TLS_QUIC_FAILURE_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/conn.h"
#include "tls/quic_wire.h"

/*
 * Why a connection of tls/quic failed: the peer's last words, the library's reason, or what the
 * datagrams look like. open: the handshake was done.
 */

/* The state of a connection, which belongs to tls/quic. */
struct tls_quic {
	struct quic_wire wire;
	SSL *stream; /* the first one that the server opened; NULL: none yet */
	bool heard;  /* data arrived on it */
	bool closed; /* our CONNECTION_CLOSE was made */
};

/*
 * Is the peer something else than a QUIC server, or one without our version? Then fails with
 * NOT_TLS or HANDSHAKE_PARAMETERS.
 */
bool quic_failure_is_foreign(const struct tls_conn *t, struct outcome *oc);

/* Sets the outcome of a connection that the peer, the library or the socket ended. */
void quic_failure_explain(const struct tls_conn *t, bool open, struct outcome *oc);

#endif
