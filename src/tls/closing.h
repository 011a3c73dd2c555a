/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CLOSING_H
#define HELLO_TLS_CLOSING_H

#include "base/outcome.h"
#include "tls/conn.h"

/*
 * The last words of a connection. RFC 8446 section 6.1: whoever closes sends close_notify first,
 * unless it has sent an error alert. The library makes that alert when it finds the error, and it
 * waits in the wire until it is sent here.
 */
enum tls_closing {
	TLS_CLOSING_COMPLETE, /* all was said: close_notify */
	TLS_CLOSING_FAILED, /* the alert of the failure, or close_notify where there is no alert */
	TLS_CLOSING_CUT, /* the alert or nothing: close_notify after half a greeting is a lie */
};

/*
 * Send what is gathered and the last words, once. A failure ends without either where the library
 * made no alert and allows no close_notify, as during a handshake. Returns IO_DONE, IO_WANT_WRITE
 * (call again), or IO_FAILED with GREETING_RESET. The FIN is left to the caller.
 */
enum io tls_closing_send(struct tls_conn *t, enum tls_closing how, struct outcome *oc);

#endif
