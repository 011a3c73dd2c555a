/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONN_PARTS_H
#define HELLO_TLS_CONN_PARTS_H

#include "tls/buffer.h"
#include "tls/conn.h"
#include "tls/error.h"
#include "tls/hello_offers.h"

/* The object of tls/conn.h, for the modules that implement its operations. */
struct tls_conn {
	SSL *ssl;
	struct tls_buffer wire;
	struct tds_packets *tds; /* around the handshake; NULL: none */
	struct tls_quic *quic;   /* in place of TCP, with the counters of wire; NULL: none */
	void *owner;
	int alert;  /* the fatal alert that the library made, or OUTCOME_NO_ALERT */
	bool over;  /* a fatal alert was made or received: no close_notify follows */
	bool asked; /* the server requested a client certificate */
	struct hello_offers offers; /* of a server's client */
};

/* The object without a transport, its SSL of this context; NULL with OC_INTERNAL. */
struct tls_conn *tls_conn_make(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc);

/*
 * What makes it a client: which names to request and verify, see tls_conn_new_client, and a record
 * of the request for a certificate. Returns 0, or -1 with OC_USAGE.
 */
int tls_conn_make_client(struct tls_conn *t, const char *sni, const char *verify_name,
    struct outcome *oc);

/* For tls_error. */
struct tls_error_about tls_conn_describe(const struct tls_conn *t);

#endif
