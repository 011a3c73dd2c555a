/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_BUFFER_H
#define HELLO_TLS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/hello_length.h"

enum { TLS_BUFFER_HEAD = 24 };

/* The alert for a ClientHello that is too long: illegal_parameter, as in the library. */
enum { TLS_BUFFER_REFUSAL = 47 };

/*
 * The bytes between a socket and the TLS library: a BIO that receives with one recv(2),
 * and gathers what the library writes until tls_buffer_flush, so that a whole flight is
 * one send(2). Buffers exist only while they hold bytes: a waiting connection has none.
 *
 * Time and memory are bounded, whatever the peer sends:
 * - After each recv(2), of at most 17 KiB, the BIO makes its caller wait once. The caller
 *   polls the socket and handles its deadlines and its other connections first.
 * - After ceiling bytes nothing more is read (sated). The caller waits for its deadline.
 * - A ClientHello that announces more than hello_max bytes is rejected, with an alert,
 *   before the library sees it.
 */
struct tls_buffer {
	int fd; /* owned by the caller */
	unsigned char *in, *out;
	size_t in_at, in_len, out_at, out_len;
	bool drained;                     /* the caller has to wait before the next recv */
	bool sated;                       /* nothing more is read from this peer */
	unsigned turns_left;              /* see tls_buffer_allow; 0: not counted */
	uint64_t ceiling;                 /* limit of received; 0: none */
	size_t hello_max;                 /* limit of a ClientHello; 0: not checked */
	size_t refused;                   /* the announced length that was rejected, or 0 */
	struct hello_length hello;           /* only while hello_max is set */
	bool eof;                         /* the peer sent FIN */
	int recv_errno, send_errno;       /* first error of each direction, or 0 */
	uint64_t received, sent;          /* bytes on the socket */
	uint64_t opening;                 /* bytes sent before the first one was received */
	uint64_t split;                   /* see tls_buffer_split; 0: not split */
	bool ending;                      /* see tls_buffer_end */
	unsigned char head[TLS_BUFFER_HEAD]; /* first bytes received, to guess the protocol */
	size_t head_len;
};

/* Initialises a buffer, which must not move afterwards: the BIO points to it. Does not own fd. */
void tls_buffer_init(struct tls_buffer *w, int fd);

/* Free the buffers. Does no I/O; idempotent. */
void tls_buffer_free(struct tls_buffer *w);

/*
 * Sends the first at bytes in a send(2) of their own and so, with TCP_NODELAY, in their
 * own segments: tls_buffer_flush then returns IO_WANT_WRITE, as if the socket were
 * full, and the next call continues. Call it before anything is sent.
 */
void tls_buffer_split(struct tls_buffer *w, size_t at);

/*
 * The caller sends a FIN as soon as the gathered bytes are flushed: so they wait for it
 * in the kernel, and leave in the same segment. Without a FIN they would wait 200 ms.
 */
void tls_buffer_end(struct tls_buffer *w);

/* Sets ceiling and hello_max; call it before anything is received. */
void tls_buffer_bound(struct tls_buffer *w, size_t ceiling, size_t hello_max);

/*
 * Sets a new ceiling: this many more bytes, and this many calls of
 * tls_buffer_count_turn.
 */
void tls_buffer_allow(struct tls_buffer *w, size_t bytes, unsigned turns);
void tls_buffer_count_turn(struct tls_buffer *w);

/* If refused is set: HANDSHAKE_FAILED. Returns the alert that is sent to the peer. */
int tls_buffer_explain_refusal(const struct tls_buffer *w, struct outcome *oc);

/* A BIO on this buffer; NULL if out of memory. The caller owns it. */
BIO *tls_buffer_bio(struct tls_buffer *w);

/*
 * Sends the gathered bytes. IO_DONE: the kernel has all of them, or the peer is gone
 * (send_errno is set then, and what it sent before can still be read, often an alert).
 * IO_WANT_WRITE: call again.
 */
enum io tls_buffer_flush(struct tls_buffer *w);

/*
 * The same, to wait for the peer without calling the library: once all is sent and all
 * received bytes are processed it returns the result of tls_buffer_want, and IO_DONE if
 * bytes are left to process.
 */
enum io tls_buffer_await(struct tls_buffer *w);

/*
 * The event that a BIO which asked for a retry waits for: IO_WANT_READ, or IO_WANT_TIME
 * if sated.
 */
enum io tls_buffer_want(const struct tls_buffer *w);

/* Makes room for one small record, such as an alert, by sending if there is none. */
enum io tls_buffer_flush_if_full(struct tls_buffer *w);

bool tls_buffer_pending(const struct tls_buffer *w);

#endif
