/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONN_PARTS_H
#define HELLO_TLS_CONN_PARTS_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/buffer.h"
#include "tls/datagram.h"
#include "tls/hello_offers.h"
#include "tls/tds.h"

/* What a connection consists of. Used by conn.c and dtls.c; all others use conn.h. */
struct tls_conn {
	SSL *ssl;
	struct tls_buffer wire; /* of a datagram connection only its counters */
	struct tls_datagram *datagram; /* NULL: a stream */
	struct tds_packets *tds; /* around the handshake; NULL: none */
	void *owner;
	int alert;  /* the fatal alert that the library made, or OUTCOME_NO_ALERT */
	bool over;  /* a fatal alert was made or received: no close_notify follows */
	bool asked; /* the server requested a client certificate */
	struct hello_offers offers; /* of a server's client */
};

/* Neither client nor server yet; fd is for a stream. NULL with OC_INTERNAL. */
struct tls_conn *tls_conn_make(SSL_CTX *ctx, int fd, struct tls_datagram *datagram, void *owner,
    struct outcome *oc);

#endif
