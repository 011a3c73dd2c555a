/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_MISBEHAVE_H
#define HELLO_ZOO_MISBEHAVE_H

#include "base/outcome.h"
#include "server/conn/conn_states.h"
#include "server/service/service.h"

/*
 * --misbehave: a server that violates the protocol on purpose, for authors of clients.
 * Each kind misbehaves in one way; everything else is hello-server's.
 */
enum misbehave {
	MISBEHAVE_NONE,
	MISBEHAVE_NO_CLOSE_NOTIFY,   /* the greeting, then only a FIN */
	MISBEHAVE_SLOW_GREETING,     /* waits for the end of --request-timeout, then greets */
	MISBEHAVE_STALL_HANDSHAKE,   /* reads everything and never responds */
	MISBEHAVE_RESET_AFTER_HELLO, /* responds to the ClientHello with a reset */
	MISBEHAVE_PLAIN,             /* responds to it with the greeting, in clear */
	MISBEHAVE_CLOSE_AT_ONCE,     /* responds to it with a FIN */
	MISBEHAVE_HUGE_GREETING,     /* sends the greeting again and again */
	MISBEHAVE_ONE_BYTE_RECORDS,  /* sends each byte of the greeting as its own record */
	MISBEHAVE_COUNT
};

/* Much longer than a client should accept, and more than a socket's buffer holds. */
enum { MISBEHAVE_HUGE_BYTES = 1 << 20 };

/* The kinds for --misbehave KIND, from MISBEHAVE_NONE + 1 on; ends with NULL. */
extern const char *const misbehave_kinds[MISBEHAVE_COUNT];

/*
 * hello-server's states of a connection, except those in which this kind misbehaves.
 * Static: the next call overwrites them.
 */
const struct conn_state_row *misbehave_states(enum misbehave kind);

/* Repeat the greeting until it has MISBEHAVE_HUGE_BYTES; static, the next call overwrites it. */
void misbehave_enlarge(struct service_options *o);

#endif
