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
 * What happens in each state of a connection, as a table. The connection itself is for conn.c, and
 * for a program with a table of its own; everybody else uses conn.h.
 */
enum conn_state {
	CONN_PROXY, /* from a balancer: its PROXY protocol header */
	CONN_HELLO,
	CONN_EARLY_GREETING, /* TLS 1.3: the greeting leaves with our first flight */
	CONN_EARLY_CLOSE,    /* and close_notify with it, which may have to wait for room */
	CONN_FINISHED,       /* after an early greeting: the client's Finished is still to come */
	CONN_HANDSHAKE,      /* nothing was said early: all of it */
	CONN_REQUEST,        /* only where ALPN selected http/1.1: take a request's head */
	CONN_GREETING,       /* where it could not leave early, or HTTP's answer */
	CONN_CLOSE_NOTIFY,   /* all was said */
	CONN_ALERT,          /* it failed: the alert, or close_notify where there is none */
	CONN_LINGER,         /* half-closed: read and discard until the peer's end */
	CONN_DONE,
	CONN_OWN /* one more, for a table that has more to do than hello-server's */
};

enum { CONN_STATES = CONN_OWN };

/* What is done in each state, and how long each phase may last, in milliseconds. */
struct conn_plan {
	const struct conn_state_row *states;
	unsigned ms[CONN_PHASES];
};

struct conn {
	const struct service *service;
	const struct conn_plan *plan;
	int fd;
	enum conn_state state;
	uint64_t now_ms, entered_ms;
	struct tls_conn *tls;         /* from the first byte to the linger */
	struct proxy_header *proxy;   /* NULL: not from a balancer */
	struct http1_parser *request; /* from its first byte to the answer */
	struct reply answer;          /* what is said, until all of it is */
	struct conn_record record;
};

/*
 * run goes on, and late ends a phase that has lasted longer than ms. Both return IO_DONE when they
 * moved the connection on, or IO_FAILED with the failure in *oc; run also what to wait for. Where
 * late fails without an outcome, the connection ends and nothing was wrong with it.
 */
typedef enum io conn_run(struct conn *c, struct outcome *oc);
typedef enum io conn_late(struct conn *c, unsigned ms, struct outcome *oc);

struct conn_state_row {
	conn_run *run;
	conn_late *late;
	enum conn_phase phase;
	const char *name; /* in the log */
};

/* hello-server's. */
extern const struct conn_state_row conn_states[CONN_STATES];

/* Go on in another state. Returns IO_DONE. */
enum io conn_enter(struct conn *c, enum conn_state next);

/* It failed in this state; only the first failure counts. */
void conn_note_failure(struct conn *c, const struct outcome *oc);

/* The last words after a failure. */
enum tls_closing conn_last_words(const struct conn *c);

/*
 * Send the last words and the FIN, free the TLS state, and linger. Returns as tls_closing_send,
 * or IO_DONE when the connection was moved on.
 */
enum io conn_close_tls(struct conn *c, enum tls_closing how, struct outcome *oc);

/* The TLS state, tens of KiB, and what was to be said. Idempotent. */
void conn_drop_tls(struct conn *c);

#endif
