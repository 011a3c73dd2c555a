/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_ERROR_H
#define HELLO_TLS_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/alert.h"
#include "tls/buffer.h"
#include "tls/hello_offers.h"
#include "tls/weakness.h"

/*
 * The only reader of the TLS library's error queue, and the one place that turns a
 * failed operation of a connection into an outcome.
 */

/* What is known about the connection that failed. */
struct tls_error_about {
	SSL *ssl;
	const struct tls_buffer *wire;
	const unsigned char *first; /* first bytes that were to be TLS, to guess the protocol */
	size_t first_len;
	bool asked; /* the server requested a client certificate */
	const struct hello_offers *offers; /* what the client of a server offers */
};

/*
 * Clears the queue before a call into the library, so that its contents then belong to
 * that call.
 */
void tls_error_clear(void);

/* Is the first entry of the queue that a certificate is too weak? The queue stays as it is. */
enum weakness tls_error_weakness(void);

/* Text of the first entry in the queue, which is emptied. Returns buf. */
const char *tls_error_text(char *buf, size_t max);

/*
 * Records why the last operation failed. broken: the transport failed
 * (SSL_ERROR_SYSCALL); open: the handshake is done. Leaves the queue unchanged. Returns
 * whether the peer sent a fatal alert.
 */
bool tls_error_explain(const struct tls_error_about *a, bool broken, bool open, struct outcome *oc);

/* The connection was reset, truncated or closed. Returns -1. */
int tls_error_vanished(const struct tls_error_about *a, bool open, struct outcome *oc);

/* See tls_conn_handshake_late. */
int tls_error_late(const struct tls_error_about *a, unsigned after_ms, struct outcome *oc);

/* See tls_conn_identity. */
enum tls_alert_identity tls_error_identity(const struct tls_error_about *a);

#endif
