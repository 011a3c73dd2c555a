/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_H
#define HELLO_SERVER_CONN_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "base/outcome.h"
#include "server/listen/access.h"
#include "server/conn/conn_record.h"
#include "server/service/service.h"

/*
 * The server's half of the tutorial after accept(), for one connection: a state machine that knows
 * sockets and TLS, but neither the event loop nor the clock. What it does in each state is a table,
 * see conn_states.h.
 */

/* CONN_WANT_TIME: nothing but the deadline, the peer has sent more than it may. */
enum conn_want { CONN_WANT_READ, CONN_WANT_WRITE, CONN_WANT_TIME, CONN_WANT_FREE };

struct conn;
struct conn_plan;

/*
 * Begin to serve an accepted, non-blocking socket. Takes fd, also on failure
 * (NULL: out of memory). service and plan must outlive the connection.
 * Does no I/O: nothing is there before the peer's first byte.
 */
struct conn *conn_new(const struct service *service, const struct conn_plan *plan, int fd,
    const struct addr *peer, uint64_t now_ms);

/*
 * The peer is a balancer (access_is_balancer): before anything else a PROXY
 * protocol header has to come, and from then on the client that it names is the
 * peer. access, which must outlive the connection, judges that client before
 * any TLS work. To be called before the first step. Returns 0, or -1 when out
 * of memory.
 */
int conn_expect_proxy(struct conn *c, const struct access *access);

/*
 * Go as far as possible without blocking, through several states where nothing
 * has to be waited for. Call when the wanted event or the deadline has come,
 * whichever is first; calling early is harmless.
 */
enum conn_want conn_step(struct conn *c, uint64_t now_ms);

/*
 * End it now, whatever its state: the server leaves, or somebody else needs the
 * room. A connection that has not been greeted yet is given this outcome. It is
 * done then, and waits for conn_free.
 */
void conn_abort(struct conn *c, uint64_t now_ms, enum outcome_code code, const char *why);

/* Where it stands, when its phase began, and the absolute end of it. */
int conn_fd(const struct conn *c);
enum conn_phase conn_get_phase(const struct conn *c);
uint64_t conn_since(const struct conn *c);
uint64_t conn_deadline(const struct conn *c);

/*
 * A handshake that has begun costs the TLS library up to 80 KiB until it is over, and up to 144
 * KiB where a certificate is asked for.
 */
bool conn_is_handshaking(const struct conn *c);

/* What there is to tell of it. Valid until conn_free. */
const struct conn_record *conn_get_record(const struct conn *c);

/* Close and release. Sends nothing. NULL is fine. */
void conn_free(struct conn *c);

#endif
