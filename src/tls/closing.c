/* SPDX-License-Identifier: MIT */
#include "tls/closing.h"

enum io tls_closing_send(struct tls_conn *t, enum tls_closing how, struct outcome *oc)
{
	enum io io = IO_DONE;

	if (how == TLS_CLOSING_COMPLETE)
		io = tls_conn_close_notify(t, oc);
	else if (how == TLS_CLOSING_FAILED && tls_conn_close_notify(t, NULL) == IO_WANT_WRITE)
		io = IO_WANT_WRITE;
	return io == IO_DONE ? tls_conn_flush_last(t, oc) : io;
}
