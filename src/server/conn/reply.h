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
struct answer {
	const char *text;
	size_t len;
	char *own; /* what has to be freed; NULL: text is the service's */
};

/*
 * In the master, before it forks: what JSON needs of the system, which is something
 * random from a file, so that no worker opens it.
 */
void answer_prepare(void);

/* What an answer with a report tells about. tls: the server's Finished is made. */
struct answer_about {
	const struct service *service;
	const struct addr *peer;
	const struct tlsio *tls;
};

/*
 * The greeting; with --report an empty line follows, and the lines of struct
 * sighting. Without it costs nothing and cannot fail. Returns 0, or -1 with
 * OC_INTERNAL.
 */
int answer_greeting(const struct answer_about *about, struct answer *out, struct outcome *oc);

/*
 * HTTP's answer to a request that is decided: the same as text, with --report as
 * JSON where the request likes that better; or in words what is wrong with the
 * request. Returns 0, or -1 with OC_INTERNAL.
 */
int answer_http(const struct answer_about *about, const struct http1_parser *request,
    struct answer *out, struct outcome *oc);

/* Idempotent. */
void answer_free(struct answer *a);

#endif
