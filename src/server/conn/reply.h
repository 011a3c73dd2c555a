/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_REPLY_H
#define HELLO_SERVER_CONN_REPLY_H

#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "server/conn/http1.h"
#include "server/service/service.h"
#include "tls/conn.h"

/*
 * What the server sends on a connection, composed as a whole before its first byte is
 * sent. Does no I/O. All zero: nothing yet.
 */
struct reply {
	const char *text;
	size_t len;
	char *own; /* memory to free; NULL: text belongs to the service */
};

/*
 * In the master, before it forks: lets jansson read its random seed from a file, so
 * that no worker has to open it.
 */
void reply_prepare(void);

/* The sources of a report. tls: the server's Finished is made. */
struct reply_about {
	const struct service *service;
	const struct addr *peer;
	const struct tls_conn *tls;
};

/*
 * The greeting; with --report an empty line follows, and the lines of struct
 * conn_report. Without --report it costs nothing and cannot fail. Returns 0, or -1 with
 * OC_INTERNAL.
 */
int reply_greeting(const struct reply_about *about, struct reply *out, struct outcome *oc);

/*
 * The HTTP response to a complete request: the same as text, or with --report as JSON or
 * as a page (page.h) if the client prefers it; or a description of the error in the
 * request. Returns 0, or -1 with OC_INTERNAL.
 */
int reply_http(const struct reply_about *about, const struct http1_parser *request,
    struct reply *out, struct outcome *oc);

/* Idempotent. */
void reply_free(struct reply *a);

#endif
