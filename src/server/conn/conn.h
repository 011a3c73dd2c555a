/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_H
#define HELLO_SERVER_CONN_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "server/conn/conn_record.h"
#include "server/listen/access.h"
#include "server/service/service.h"

/*
 * The server's half of the tutorial after accept(), for one connection: a state machine
 * that uses sockets and TLS, but neither the event loop nor the clock. A table defines
 * its states, see conn_states.h.
 */

/* CONN_WANT_TIME: wait only for the deadline, because the peer sent more than it may. */
enum conn_want { CONN_WANT_READ, CONN_WANT_WRITE, CONN_WANT_TIME, CONN_WANT_FREE };

struct conn;
struct conn_plan;
struct tls_conn;

/*
 * Begins to serve an accepted, non-blocking socket (-1: there is none, see
 * conn_dtls.h). Takes ownership of fd, also on failure (NULL: out of memory).
 * service and plan must outlive the connection. Does no I/O: there is nothing to do
 * before the peer's first byte.
 */
struct conn *conn_new(const struct service *service, const struct conn_plan *plan, int fd,
    const struct addr *peer, uint64_t now_ms);

/*
 * As conn_new, without a socket, for a client that a listener has accepted: it begins with the
 * handshake. Takes ownership of tls, also on failure (NULL: out of memory).
 */
struct conn *conn_new_accepted(const struct service *service, const struct conn_plan *plan,
    struct tls_conn *tls, const struct addr *peer, uint64_t now_ms);

/*
 * The peer is a balancer (access_is_balancer): a PROXY protocol header must come first,
 * and from then on the client that it names is the peer. access, which must outlive the
 * connection, checks that client before any TLS work. Call it before the first step.
 * Returns 0, or -1 if out of memory.
 */
int conn_expect_proxy(struct conn *c, const struct access *access);

/* The peer's FIN has arrived, behind the data that can be read. It saves a recv(2) to know it. */
void conn_peer_finished(struct conn *c);

/*
 * Goes on as far as possible without blocking, through several states if there is
 * nothing to wait for. Call it at the wanted event or the deadline, whichever is first;
 * an early call is harmless.
 */
enum conn_want conn_step(struct conn *c, uint64_t now_ms);

/*
 * Ends it now, in any state: the server stops, or another connection needs the room. A
 * connection that was not greeted yet gets this outcome. It is done then, and waits for
 * conn_free.
 */
void conn_abort(struct conn *c, uint64_t now_ms, enum outcome_code code, const char *why);

/* Its state, when its phase began, and the phase's absolute deadline. */
int conn_fd(const struct conn *c);
enum conn_phase conn_get_phase(const struct conn *c);
uint64_t conn_since(const struct conn *c);
uint64_t conn_deadline(const struct conn *c);

/*
 * A handshake in progress costs the TLS library up to 80 KiB, and up to 144 KiB if a
 * client certificate is requested; over datagrams up to 170 and 230 KiB, because it keeps
 * what arrives too early, see tls/dtls_limit.h.
 */
bool conn_is_handshaking(const struct conn *c);

/* Its record for the log. Valid until conn_free. */
const struct conn_record *conn_get_record(const struct conn *c);

/* Closes and releases it. Sends nothing. NULL is allowed. */
void conn_free(struct conn *c);

#endif
