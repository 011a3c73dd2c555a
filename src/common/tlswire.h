/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_TLSWIRE_H
#define HELLO_COMMON_TLSWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "common/outcome.h"

enum { TLSWIRE_HEAD = 24 };

/*
 * The bytes between a socket and the TLS library: a BIO that receives as much
 * as there is in one recv(2), and gathers what the library writes until
 * tlswire_flush, so that everything a handshake answers leaves in one send(2).
 * Buffers exist only while they hold bytes: a waiting connection has none.
 */
struct tlswire {
	int fd; /* the caller's */
	unsigned char *in, *out;
	size_t in_at, in_len, out_at, out_len;
	bool drained;                     /* the last recv took all there was */
	bool eof;                         /* the peer sent FIN */
	int recv_errno, send_errno;       /* first error of each direction, or 0 */
	uint64_t received, sent;          /* bytes on the socket */
	uint64_t opening;                 /* of them, sent before anything was received */
	uint64_t split;                   /* see tlswire_split; 0: no */
	unsigned char head[TLSWIRE_HEAD]; /* first bytes received: what does it speak? */
	size_t head_len;
};

/* Set up; the wire must stay where it is, the BIO points to it. Owns no fd. */
void tlswire_init(struct tlswire *w, int fd);

/* Free the buffers. Does no I/O; idempotent. */
void tlswire_free(struct tlswire *w);

/*
 * Let the first at bytes leave alone, in a send(2) and so, with TCP_NODELAY, in
 * segments of their own: tlswire_flush then answers IO_WANT_WRITE, as if the
 * socket were full, and the next one goes on. To be said before anything is sent.
 */
void tlswire_split(struct tlswire *w, size_t at);

/* A BIO on this wire, NULL when out of memory. The caller owns it. */
BIO *tlswire_bio(struct tlswire *w);

/*
 * Send what is gathered. IO_DONE: all is in the kernel, or the peer takes
 * nothing any more (send_errno is set then, and what it said before leaving can
 * still be read: an alert, often). IO_WANT_WRITE: call again.
 */
enum io tlswire_flush(struct tlswire *w);

/*
 * The same, to wait for the peer without asking the library: IO_WANT_READ when
 * all is sent and all that came was taken, IO_DONE when there is more to take.
 */
enum io tlswire_await(struct tlswire *w);

/* Make room for one small record, such as an alert, by sending where there is none. */
enum io tlswire_flush_if_full(struct tlswire *w);

bool tlswire_pending(const struct tlswire *w);

#endif
