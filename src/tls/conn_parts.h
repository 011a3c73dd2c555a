/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONN_PARTS_H
#define HELLO_TLS_CONN_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/buffer.h"
#include "tls/datagram.h"
#include "tls/hello_offers.h"

struct tls_conn;

/* What another transport than TCP does differently; the comments are those of tls/conn.h. */
struct tls_conn_transport {
	enum io (*handshake)(struct tls_conn *t, struct outcome *oc);
	enum io (*read)(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc);
	enum io (*close_notify)(struct tls_conn *t);
	void (*allow)(struct tls_conn *t, size_t bytes);
	uint64_t (*timer)(const struct tls_conn *t);
	/* Is the peer something else, or without our version? Then sets an outcome. */
	bool (*is_foreign)(const struct tls_conn *t, struct outcome *oc);
	/* Called before the SSL object is freed. */
	void (*free)(struct tls_conn *t);
};

/* What a connection consists of, for the modules that implement tls/conn.h. */
struct tls_conn {
	SSL *ssl;
	struct tls_buffer wire; /* of datagrams and QUIC only its counters and errors */
	struct tls_datagram *datagram; /* for DTLS; NULL: a stream */
	struct tds_packets *tds; /* around the handshake; NULL: none */
	const struct tls_conn_transport *transport; /* NULL: TCP or DTLS */
	struct tls_quic *quic;                      /* for that transport */
	void *owner;
	int alert;  /* the fatal alert that the library made, or OUTCOME_NO_ALERT */
	bool over;  /* a fatal alert was made or received: no close_notify follows */
	bool asked; /* the server requested a client certificate */
	struct hello_offers offers; /* of a server's client */
};

/* The object without a BIO, its SSL of this context. NULL with OC_INTERNAL. */
struct tls_conn *tls_conn_parts_make(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc);

/* The same with its BIO, neither client nor server yet; fd is for a stream. */
struct tls_conn *tls_conn_make(SSL_CTX *ctx, int fd, struct tls_datagram *datagram, void *owner,
    struct outcome *oc);

/* From now on: reads the next ClientHello into offers. */
void tls_conn_record_offers(struct tls_conn *t);

/* A fatal alert is waiting to be sent. */
void tls_conn_give_up(struct tls_conn *t, int alert);

#endif
