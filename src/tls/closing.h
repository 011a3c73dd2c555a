/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CLOSING_H
#define HELLO_TLS_CLOSING_H

#include "base/outcome.h"
#include "tls/conn.h"

/*
 * How a connection ends. RFC 8446 section 6.1: the side that closes sends close_notify
 * first, unless it has sent an error alert. The library creates that alert when it
 * finds the error; the alert waits in the buffer until it is sent here.
 */
enum tls_closing {
	TLS_CLOSING_COMPLETE, /* the exchange is complete: send close_notify */
	TLS_CLOSING_FAILED, /* send the alert of the failure, or close_notify if there is none */
	TLS_CLOSING_CUT, /* the alert or nothing: close_notify would hide a cut greeting */
};

/*
 * Sends the gathered bytes and the end of the connection, once. After a failure it
 * sends neither if the library made no alert and allows no close_notify, as during a
 * handshake. Returns IO_DONE, IO_WANT_WRITE (call again), or IO_FAILED with
 * GREETING_RESET. The caller sends the FIN, at once after
 * IO_DONE: on a stream the last bytes wait for it.
 */
enum io tls_closing_send(struct tls_conn *t, enum tls_closing how, struct outcome *oc);

#endif
