/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_REQUEST_H
#define HELLO_SERVER_CONN_REQUEST_H

#include "server/conn/http1.h"
#include "base/outcome.h"
#include "tls/conn.h"

/*
 * The head of a request, on a connection where ALPN selected http/1.1, until it is
 * decided: *r is made for its first byte (NULL before, free() after), so that
 * whoever says nothing holds nothing.
 */

/* Bytes on the wire: the longest head, in records of one byte, is less. */
enum { REQUEST_RECEIVES_MAX = 32 * HTTP1_HEAD_MAX };

/*
 * Take what has come. IO_DONE: look at (*r)->status, 0 means that more has to come.
 * IO_WANT_READ, IO_WANT_WRITE: wait. IO_FAILED: as tls_conn_read, or INTERNAL, or
 * HEALTH_CHECK when the peer said goodbye without a request.
 */
enum io request_read(struct http1_parser **r, struct tls_conn *tls, struct outcome *oc);

/* The deadline has passed: decided as 408 (RFC 9110 section 15.5.9). 0, or -1 with OC_INTERNAL. */
int request_late(struct http1_parser **r, struct outcome *oc);

/* Is it a good one? Returns 0, or -1 with OC_REQUEST_BAD or OC_REQUEST_TIMEOUT. */
int request_judge(const struct http1_parser *r, struct outcome *oc);

#endif
