/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_DTLS_H
#define HELLO_SERVER_CONN_CONN_DTLS_H

#include <stdint.h>

#include "server/conn/conn.h"
#include "tls/datagram.h"

/*
 * A connection over DTLS: the states of conn_states.h from HANDSHAKE on, without a
 * socket of its own. conn_step processes the datagram that was given to the
 * connection's tls_datagram, and all else of conn.h applies, too.
 *
 * In LINGER there is no TLS state any more: a handshake message shows that the last
 * flight was lost, and it is sent again; an alert, such as close_notify, is the end.
 */

/* Replaces the states of this plan by those for datagrams. */
void conn_dtls_plan(const struct conn_plan *streams, struct conn_plan *out);

/*
 * Begins to serve a peer whose cookie was valid (tls_dtls_listen). Takes ownership of
 * tls, also on failure (NULL: out of memory), but not of datagram, which must outlive
 * the connection.
 */
struct conn *conn_dtls_new(const struct service *service, const struct conn_plan *plan,
    struct tls_conn *tls, struct tls_datagram *datagram, const struct addr *peer,
    uint64_t now_ms);

/*
 * Sends the flight of the handshake again if its timer has expired. Does nothing for a
 * connection of another kind.
 */
void conn_dtls_retransmit(struct conn *c);

#endif
