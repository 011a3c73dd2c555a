/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_MISBEHAVE_H
#define HELLO_ZOO_MISBEHAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

/*
 * --misbehave: bad manners on purpose, for whoever writes clients. Each kind is bad
 * in one way, and all else is as it should be. Where conn.c asks for them is
 * where a good server does something else.
 */
enum manners {
	MANNERS_GOOD,
	MANNERS_NO_CLOSE_NOTIFY,   /* the greeting, and then only a FIN */
	MANNERS_SLOW_GREETING,     /* says nothing until --request-timeout is over, then greets */
	MANNERS_STALL_HANDSHAKE,   /* takes what comes and never answers */
	MANNERS_RESET_AFTER_HELLO, /* answers the ClientHello with a reset */
	MANNERS_PLAIN,             /* answers it with the greeting, in clear */
	MANNERS_CLOSE_AT_ONCE,     /* answers it with a FIN */
	MANNERS_HUGE_GREETING,     /* says the greeting again and again */
	MANNERS_ONE_BYTE_RECORDS,  /* each byte of the greeting is a record of its own */
	MANNERS_COUNT
};

/* Much longer than a client should take, and more than a socket holds. */
enum { MANNERS_HUGE_BYTES = 1 << 20 };

/* Read KIND. Returns 0, or -1 with OC_USAGE, which lists them. */
int manners_parse(const char *value, enum manners *out, struct outcome *oc);

/* As in --misbehave KIND; "good" for MANNERS_GOOD. */
const char *manners_name(enum manners m);

/* The client's first bytes are not for TLS: manners_meet has the connection. */
bool manners_have_no_tls(enum manners m);

/*
 * Answer the first bytes, which are still on the socket, in clear where there is
 * anything to say: as much of text as the socket takes at once. IO_EOF: say no more
 * (FIN) and wait for the peer's end. IO_WANT_READ: wait. IO_FAILED: close; where the
 * input is unread, the peer gets a reset.
 */
enum io manners_meet(enum manners m, int fd, const char *text, size_t len);

/* Is the greeting not to leave with our first flight? */
bool manners_are_slow(enum manners m);

/* How much of len bytes goes into one write. */
size_t manners_portion(enum manners m, size_t len);

/* MANNERS_HUGE_BYTES of text, on the heap; NULL when out of memory. len is not 0. */
char *manners_repeat(const char *text, size_t len);

#endif
