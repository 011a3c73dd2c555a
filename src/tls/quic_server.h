/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_SERVER_H
#define HELLO_TLS_QUIC_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/conn.h"
#include "tls/quic_feed.h"

/*
 * QUIC (RFC 9000) for servers. Only in a build with QUIC, see tls_quic_is_built.
 */
struct tls_quic_listener;

/* For tls_context_new_quic_server. */
const struct ssl_method_st *tls_quic_server_method(void);

/*
 * A listener without a socket: its owner receives the datagrams, and sends those that it is given.
 * A client whose address is not proved gets a Retry (RFC 9000 section 8.1.2), which costs no
 * memory and has fewer bytes than what it answers; only the owner of the address can go on. NULL
 * with OC_INTERNAL.
 */
struct tls_quic_listener *tls_quic_listener_new(SSL_CTX *ctx, quic_feed_send *send, void *owner,
    struct outcome *oc);

/* Its connections have to be freed before. NULL is allowed. */
void tls_quic_listener_free(struct tls_quic_listener *l);

/*
 * Processes one datagram of this peer. of is the connection of its sender, which counts it, or
 * NULL; once that one has received more than a client needs, nothing reaches it any more. Returns a
 * new connection, which the caller owns; or NULL, if none begins.
 */
struct tls_conn *tls_quic_listener_take(struct tls_quic_listener *l, struct tls_conn *of,
    const struct addr *peer, const void *bytes, size_t len);

/* Sends what is due. */
void tls_quic_listener_tick(struct tls_quic_listener *l);

/* When tls_quic_listener_tick is due, in clock_ms() time; UINT64_MAX: never. */
uint64_t tls_quic_listener_timer(const struct tls_quic_listener *l);

/*
 * The connections: the operations of tls/conn.h, except for those of early data and tls_conn_read.
 * IO_WANT_READ means: give the next datagram to the listener, then call the operation again.
 * tls_conn_write sends on a stream of our own, for which the client only listens. Streams that the
 * client opens are rejected: 200 at a time at most, for which it has permission from the start, and
 * several hundred in all, because each counts as some of the bytes that a client may send.
 * tls_conn_close_notify sends CONNECTION_CLOSE.
 */

/* As tls_dtls_set_owner. */
void tls_quic_set_owner(struct tls_conn *t, void *owner);

/* The owner of the listener has sent a datagram of this connection. */
void tls_quic_count_sent(struct tls_conn *t, size_t len, int send_errno);

/*
 * Ends the stream, and waits until the client has acknowledged all of it, or has closed the
 * connection without an error. IO_FAILED: GREETING_RESET, also if the client refuses the stream.
 */
enum io tls_quic_finish(struct tls_conn *t, struct outcome *oc);

/* Did it send so much that the rest is not read, which may acknowledge something? */
bool tls_quic_is_sated(const struct tls_conn *t);

/* Is nothing more to be sent or received: the peer closed it, or our own close has settled? */
bool tls_quic_is_over(struct tls_conn *t);

#endif
