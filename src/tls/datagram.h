/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_DATAGRAM_H
#define HELLO_TLS_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "tls/dtls_limit.h"

struct tls_buffer;

/*
 * Payload of the datagrams that we send. 1200 bytes fit into every link that carries
 * IPv6 (RFC 8200 section 5); 548 into every one that carries IPv4 (RFC 791).
 */
enum { TLS_DATAGRAM_PAYLOAD = 1200, TLS_DATAGRAM_SMALL_PAYLOAD = 548 };

/* Received bytes of one datagram: the longest of UDP. */
enum { TLS_DATAGRAM_MAX = 65535 };

/* A longer flight is not kept for tls_datagram_repeat. */
enum { TLS_DATAGRAM_KEPT_MAX = 4096 };

/* Sends one datagram. Returns 0, or errno. It is no failure if the network loses it. */
typedef int tls_datagram_send(const void *path, const void *bytes, size_t len);

/* Calls tls_datagram_give if there is another datagram. */
typedef void tls_datagram_receive(void *source);

/*
 * The datagrams between one peer and the TLS library: a BIO that reads the one datagram
 * that its owner received, or asks receive for one, and gathers what the library writes
 * until the datagram is full or tls_datagram_flush sends it. So a last flight with the
 * greeting behind it is one datagram: both arrive, or neither does and the peer asks
 * again.
 *
 * What was sent since the last received datagram is kept. If the peer repeats its
 * flight, tls_datagram_repeat sends ours again, even if the library no longer has the
 * connection.
 */
struct tls_datagram {
	tls_datagram_send *send;
	const void *path;         /* for send; its owner is the caller */
	tls_datagram_receive *receive; /* NULL: its owner gives what comes */
	void *source;             /* for receive */
	struct tls_buffer *seen;  /* counts bytes and errors; NULL: nobody asks */
	const unsigned char *in;  /* received and not read yet; NULL: nothing */
	size_t in_len;
	bool serves;              /* in a server's handshake, see tls_datagram_serve */
	struct dtls_limit limit;
	size_t payload;           /* limit of out_len */
	size_t out_len, kept_len;
	bool too_long;            /* the flight does not fit into kept */
	unsigned char *kept;      /* datagrams, each after two bytes with its length */
	unsigned char out[TLS_DATAGRAM_PAYLOAD];
};

/* Must not move afterwards: the BIO points to it. */
void tls_datagram_init(struct tls_datagram *d, tls_datagram_send *send, const void *path);

/* A BIO on it, which counts in seen. NULL if out of memory. The caller owns it. */
BIO *tls_datagram_bio(struct tls_datagram *d, struct tls_buffer *seen);

/*
 * Begins a server's handshake with a client, even if it was used for another client before.
 * - The library does not receive what dtls_limit withholds.
 * - A datagram that cannot be sent counts as lost: it is sent again, and by then the reason
 *   may be gone. So seen->send_errno is the error of the latest datagram, or 0 if that was
 *   sent.
 */
void tls_datagram_serve(struct tls_datagram *d);

/* The next datagram for the library, valid until the library has read it or the next one. */
void tls_datagram_give(struct tls_datagram *d, const void *bytes, size_t len);

/* Drops what the library did not read. */
void tls_datagram_drop(struct tls_datagram *d);

/* Sends what was gathered. */
void tls_datagram_flush(struct tls_datagram *d);

/* Sends the last flight again. */
void tls_datagram_repeat(const struct tls_datagram *d);

/* Frees what it holds; idempotent. */
void tls_datagram_free(struct tls_datagram *d);

#endif
