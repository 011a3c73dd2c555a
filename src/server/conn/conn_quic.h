/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_QUIC_H
#define HELLO_SERVER_CONN_CONN_QUIC_H

#include <stdint.h>

#include "server/conn/conn.h"

/*
 * A connection over QUIC: the states of conn_states.h from HANDSHAKE on, without a socket of its
 * own. conn_step goes on after the listener has processed a datagram of the client. The greeting is
 * a stream of the server; it was sent once the client acknowledged its end. In LINGER the client
 * closes the connection, and at the deadline the server does.
 *
 * Only in a build with QUIC.
 */

/* Replaces the states of this plan by those for QUIC. */
void conn_quic_plan(const struct conn_plan *streams, struct conn_plan *out);

/*
 * Begins to serve a client that the listener has accepted (tls_quic_listener_take). Takes ownership
 * of tls, also on failure (NULL: out of memory).
 */
struct conn *conn_quic_new(const struct service *service, const struct conn_plan *plan,
    struct tls_conn *tls, const struct addr *peer, uint64_t now_ms);

#endif
