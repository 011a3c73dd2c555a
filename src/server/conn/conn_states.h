/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_CONN_STATES_H
#define HELLO_SERVER_CONN_CONN_STATES_H

#include <stdint.h>

#include "base/outcome.h"
#include "server/conn/conn_record.h"
#include "server/conn/http1.h"
#include "server/conn/proxy_header.h"
#include "server/conn/reply.h"
#include "server/service/service.h"
#include "tls/closing.h"
#include "tls/conn.h"

/*
 * The states of a connection, as a table. Used by conn.c, and by a program with its own
 * table; all others use conn.h.
 */
enum conn_state {
	CONN_PROXY, /* from a balancer: read its PROXY protocol header */
	CONN_HELLO,
	CONN_EARLY_GREETING, /* TLS 1.3: the greeting is sent with our first flight */
	CONN_EARLY_CLOSE,    /* and close_notify with it, which may have to wait for room */
	CONN_FINISHED,       /* after an early greeting: wait for the client's Finished */
	CONN_HANDSHAKE,      /* nothing was sent early: the whole handshake */
	CONN_REQUEST,        /* only if ALPN selected http/1.1: read a request's head */
	CONN_GREETING,       /* send the greeting, if it was not sent early, or the HTTP response */
	CONN_CLOSE_NOTIFY,   /* all was sent */
	CONN_ALERT,          /* failed: send the alert, or close_notify if there is none */
	CONN_LINGER,         /* half-closed: read and discard until the peer closes */
	CONN_DONE,
	CONN_OWN /* one more, for a table with more states than hello-server's */
};

enum { CONN_STATES = CONN_OWN };

/* What happens in each state, and how long each phase may last, in milliseconds. */
struct conn_plan {
	const struct conn_state_row *states;
	unsigned ms[CONN_PHASES];
};

struct conn {
	const struct service *service;
	const struct conn_plan *plan;
	int fd; /* -1: datagrams */
	enum conn_state state;
	uint64_t now_ms, entered_ms;
	struct tls_conn *tls;         /* from the first byte to the linger */
	struct tls_datagram *datagram; /* NULL: a stream */
	unsigned repeats;             /* of the last flight, in datagrams */
	struct proxy_header *proxy;   /* NULL: not from a balancer */
	struct http1_parser *request; /* from the first byte of the request to the response */
	struct reply answer;          /* the bytes to send, until all are sent */
	uint64_t discarded;           /* bytes received and ignored */
	bool finished;                /* see conn_peer_finished */
	struct conn_record record;
};

/*
 * run continues the connection; late handles a phase that has lasted longer than ms.
 * Both return IO_DONE if they changed the state, or IO_FAILED with the failure in *oc;
 * run may also return the event to wait for. If late fails without an outcome, the
 * connection ends without an error.
 */
typedef enum io conn_run(struct conn *c, struct outcome *oc);
typedef enum io conn_late(struct conn *c, unsigned ms, struct outcome *oc);

struct conn_state_row {
	conn_run *run;
	conn_late *late;
	enum conn_phase phase;
	const char *name; /* as in the log */
};

/* hello-server's table. */
extern const struct conn_state_row conn_states[CONN_STATES];

/* Makes out a plan with these states, which become a copy of hello-server's, to be changed. */
void conn_plan_vary(const struct conn_plan *plan, struct conn_state_row states[CONN_STATES],
    struct conn_plan *out);

/* Changes to another state. Returns IO_DONE. */
enum io conn_enter(struct conn *c, enum conn_state next);

/* Records a failure in this state; only the first failure counts. */
void conn_record_failure(struct conn *c, const struct outcome *oc);

/*
 * Sends the end of the TLS connection and the FIN, frees the TLS state, and begins to
 * linger. Returns as tls_closing_send, or IO_DONE if it changed the state.
 */
enum io conn_close_tls(struct conn *c, enum tls_closing how, struct outcome *oc);

/*
 * Reads and discards what the peer sends, until it closes. Returns IO_WANT_READ; or
 * IO_WANT_TIME after CONN_DISCARD_MAX bytes: nothing more is read, so wait for the
 * deadline; or IO_DONE after CONN_DONE was entered; or IO_FAILED with GREETING_RESET.
 */
enum { CONN_DISCARD_MAX = 1024 * 1024 };
enum io conn_discard(struct conn *c, struct outcome *oc);

/* Frees the TLS state, tens of KiB, and the bytes that were still to be sent. Idempotent. */
void conn_drop_tls(struct conn *c);

#endif
