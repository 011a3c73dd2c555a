/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_MISBEHAVE_H
#define HELLO_ZOO_MISBEHAVE_H

#include "base/outcome.h"
#include "server/conn/conn_states.h"
#include "server/service/service.h"

/*
 * --misbehave: a server that is bad on purpose, for the authors of clients. Each kind is bad in one
 * way, and everything else is hello-server's.
 */
enum misbehave {
	MISBEHAVE_NONE,
	MISBEHAVE_NO_CLOSE_NOTIFY,   /* the greeting, and then only a FIN */
	MISBEHAVE_SLOW_GREETING,     /* says nothing until --request-timeout is over, then greets */
	MISBEHAVE_STALL_HANDSHAKE,   /* takes what comes and never answers */
	MISBEHAVE_RESET_AFTER_HELLO, /* answers the ClientHello with a reset */
	MISBEHAVE_PLAIN,             /* answers it with the greeting, in clear */
	MISBEHAVE_CLOSE_AT_ONCE,     /* answers it with a FIN */
	MISBEHAVE_HUGE_GREETING,     /* says the greeting again and again */
	MISBEHAVE_ONE_BYTE_RECORDS,  /* each byte of the greeting is a record of its own */
	MISBEHAVE_COUNT
};

/* Much longer than a client should take, and more than a socket holds. */
enum { MISBEHAVE_HUGE_BYTES = 1 << 20 };

/* The kinds as in --misbehave KIND, from MISBEHAVE_NONE + 1 on; ends with NULL. */
extern const char *const misbehave_kinds[MISBEHAVE_COUNT];

/*
 * hello-server's states of a connection, but for those in which this kind is bad. Static: the next
 * call overwrites them.
 */
const struct conn_state_row *misbehave_states(enum misbehave kind);

/*
 * Make it the greeting that is sent again and again, MISBEHAVE_HUGE_BYTES in all. What is allocated
 * lives as long as the process. Returns 0, or -1 with OC_INTERNAL.
 */
int misbehave_enlarge(struct service_options *o, struct outcome *oc);

#endif
