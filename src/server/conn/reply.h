/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_REPLY_H
#define HELLO_SERVER_CONN_REPLY_H

#include <stddef.h>

#include "net/addr.h"
#include "server/conn/http1.h"
#include "base/outcome.h"
#include "tls/conn.h"
#include "server/service/service.h"

/*
 * What is said on a connection, composed as a whole before the first byte of it
 * leaves. Does no I/O. Zeroed: nothing yet.
 */
struct reply {
	const char *text;
	size_t len;
	char *own; /* what has to be freed; NULL: text is the service's */
};

/*
 * In the master, before it forks: what JSON needs of the system, which is something
 * random from a file, so that no worker opens it.
 */
void reply_prepare(void);

/* What an answer with a report tells about. tls: the server's Finished is made. */
struct reply_about {
	const struct service *service;
	const struct addr *peer;
	const struct tls_conn *tls;
};

/*
 * The greeting; with --report an empty line follows, and the lines of struct
 * conn_report. Without it costs nothing and cannot fail. Returns 0, or -1 with
 * OC_INTERNAL.
 */
int reply_greeting(const struct reply_about *about, struct reply *out, struct outcome *oc);

/*
 * HTTP's answer to a request that is decided: the same as text, with --report as
 * JSON where the request likes that better; or in words what is wrong with the
 * request. Returns 0, or -1 with OC_INTERNAL.
 */
int reply_http(const struct reply_about *about, const struct http1_parser *request,
    struct reply *out, struct outcome *oc);

/* Idempotent. */
void reply_free(struct reply *a);

#endif
