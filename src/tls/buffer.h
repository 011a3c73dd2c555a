/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_BUFFER_H
#define HELLO_TLS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "tls/hello_length.h"
#include "base/outcome.h"

enum { TLS_BUFFER_HEAD = 24 };

/* The alert that a ClientHello gets that is too long: illegal_parameter, as the library has it. */
enum { TLS_BUFFER_REFUSAL = 47 };

/*
 * The bytes between a socket and the TLS library: a BIO that receives with one
 * recv(2), and gathers what the library writes until tls_buffer_flush, so that
 * everything a handshake answers leaves in one send(2).
 * Buffers exist only while they hold bytes: a waiting connection has none.
 *
 * Time and memory are bounded here, whatever the peer sends:
 * - After each recv(2), of 17 KiB at most, the BIO asks its caller to wait once.
 *   The caller polls the socket, sees to its deadlines and to its other
 *   connections, and comes back.
 * - Once ceiling bytes were received nothing more is read (sated). The caller
 *   waits for its deadline.
 * - A ClientHello that announces more than hello_max bytes is refused, with an
 *   alert, before the library sees it.
 */
struct tls_buffer {
	int fd; /* the caller's */
	unsigned char *in, *out;
	size_t in_at, in_len, out_at, out_len;
	bool drained;                     /* the caller has to wait before the next recv */
	bool sated;                       /* nothing more is read from this peer */
	unsigned turns_left;              /* see tls_buffer_allow; 0: not counted */
	uint64_t ceiling;                 /* of received; 0: none */
	size_t hello_max;                 /* of a ClientHello; 0: not looked at */
	size_t refused;                   /* the length that was announced, or 0 */
	struct hello_length hello;           /* while hello_max is set */
	bool eof;                         /* the peer sent FIN */
	int recv_errno, send_errno;       /* first error of each direction, or 0 */
	uint64_t received, sent;          /* bytes on the socket */
	uint64_t opening;                 /* of them, sent before anything was received */
	uint64_t split;                   /* see tls_buffer_split; 0: no */
	unsigned char head[TLS_BUFFER_HEAD]; /* first bytes received: what does it speak? */
	size_t head_len;
};

/* Set up; the wire must stay where it is, the BIO points to it. Owns no fd. */
void tls_buffer_init(struct tls_buffer *w, int fd);

/* Free the buffers. Does no I/O; idempotent. */
void tls_buffer_free(struct tls_buffer *w);

/*
 * Let the first at bytes leave alone, in a send(2) and so, with TCP_NODELAY, in
 * segments of their own: tls_buffer_flush then answers IO_WANT_WRITE, as if the
 * socket were full, and the next one goes on. To be said before anything is sent.
 */
void tls_buffer_split(struct tls_buffer *w, size_t at);

/* Set ceiling and hello_max; to be said before anything is received. */
void tls_buffer_bound(struct tls_buffer *w, size_t ceiling, size_t hello_max);

/* A new ceiling: so many bytes more, or, unless it is 0, so many tls_buffer_count_turn. */
void tls_buffer_allow(struct tls_buffer *w, size_t bytes, unsigned turns);
void tls_buffer_count_turn(struct tls_buffer *w);

/* refused is set: HANDSHAKE_FAILED. Returns the alert that the peer is sent. */
int tls_buffer_explain_refusal(const struct tls_buffer *w, struct outcome *oc);

/* A BIO on this wire, NULL when out of memory. The caller owns it. */
BIO *tls_buffer_bio(struct tls_buffer *w);

/*
 * Send what is gathered. IO_DONE: all is in the kernel, or the peer takes
 * nothing any more (send_errno is set then, and what it said before leaving can
 * still be read: an alert, often). IO_WANT_WRITE: call again.
 */
enum io tls_buffer_flush(struct tls_buffer *w);

/*
 * The same, to wait for the peer without asking the library: as tls_buffer_want when
 * all is sent and all that came was taken, IO_DONE when there is more to take.
 */
enum io tls_buffer_await(struct tls_buffer *w);

/* What a BIO that asked to be retried waits for: IO_WANT_READ, or IO_WANT_TIME when sated. */
enum io tls_buffer_want(const struct tls_buffer *w);

/* Make room for one small record, such as an alert, by sending where there is none. */
enum io tls_buffer_flush_if_full(struct tls_buffer *w);

bool tls_buffer_pending(const struct tls_buffer *w);

#endif
