/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_REQUEST_H
#define HELLO_SERVER_CONN_REQUEST_H

#include "base/outcome.h"
#include "server/conn/http1.h"
#include "tls/conn.h"

/*
 * The head of a request, on a connection where ALPN selected http/1.1, until its status
 * is set. *r is allocated at its first byte (NULL before, free() after), so that silent
 * clients occupy no memory.
 */

/* Bytes on the wire: more than the longest head takes in records of one byte. */
enum { REQUEST_RECEIVES_MAX = 32 * HTTP1_HEAD_MAX };

/*
 * Reads what has arrived. IO_DONE: check (*r)->status, 0 means that more is needed.
 * IO_WANT_READ, IO_WANT_WRITE: wait. IO_FAILED: as tls_conn_read, or INTERNAL, or
 * HEALTH_CHECK if the peer sent close_notify without a request.
 */
enum io request_read(struct http1_parser **r, struct tls_conn *tls, struct outcome *oc);

/* The deadline has passed: status 408 (RFC 9110 section 15.5.9). 0, or -1 with OC_INTERNAL. */
int request_late(struct http1_parser **r, struct outcome *oc);

/* Returns 0 for a good request, or -1 with OC_REQUEST_BAD or OC_REQUEST_TIMEOUT. */
int request_judge(const struct http1_parser *r, struct outcome *oc);

#endif
