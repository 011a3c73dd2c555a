/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_MISBEHAVE_H
#define HELLO_ZOO_MISBEHAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * --misbehave: bad misbehave on purpose, for whoever writes clients. Each kind is bad
 * in one way, and all else is as it should be. Where conn.c asks for them is
 * where a good server does something else.
 */
enum misbehave {
	MISBEHAVE_GOOD,
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

/* Read KIND. Returns 0, or -1 with OC_USAGE, which lists them. */
int misbehave_parse(const char *value, enum misbehave *out, struct outcome *oc);

/* As in --misbehave KIND; "good" for MISBEHAVE_GOOD. */
const char *misbehave_name(enum misbehave m);

/* The client's first bytes are not for TLS: misbehave_meet has the connection. */
bool misbehave_has_no_tls(enum misbehave m);

/*
 * Answer the first bytes, which are still on the socket, in clear where there is
 * anything to say: as much of text as the socket takes at once. IO_EOF: say no more
 * (FIN) and wait for the peer's end. IO_WANT_READ: wait. IO_FAILED: close; where the
 * input is unread, the peer gets a reset.
 */
enum io misbehave_meet(enum misbehave m, int fd, const char *text, size_t len);

/* Is the greeting not to leave with our first flight? */
bool misbehave_is_slow(enum misbehave m);

/* How much of len bytes goes into one write. */
size_t misbehave_portion(enum misbehave m, size_t len);

/* MISBEHAVE_HUGE_BYTES of text, on the heap; NULL when out of memory. len is not 0. */
char *misbehave_repeat(const char *text, size_t len);

#endif
