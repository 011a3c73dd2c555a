/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_PROXY_HEADER_H
#define HELLO_SERVER_CONN_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "base/outcome.h"
#include "server/listen/access.h"
#include "server/conn/conn_record.h"

/*
 * A connection from a balancer, until its PROXY protocol header is here. Bytes
 * are held only while a part of it is.
 */
struct proxy_header {
	const struct access *access; /* who judges the client that the header names */
	struct addr balancer;
	unsigned char *held;
	size_t held_len;
};

/* access must outlive the object. NULL when out of memory. */
struct proxy_header *proxy_header_new(const struct access *access, const struct addr *balancer);

/*
 * Take the header from the socket and not a byte more. The client in it becomes
 * the record's peer and is judged; where it names nobody, the balancer stays
 * the peer, and a balancer that speaks for itself is let in as one.
 *
 * IO_DONE: *more tells whether something has come behind it already.
 * IO_WANT_READ: all that came was the beginning of one. IO_FAILED:
 * PROXY_HEADER_BAD, CLIENT_DENIED, HEALTH_CHECK when the balancer has left
 * without a byte, or INTERNAL.
 */
enum io proxy_header_read(struct proxy_header *p, int fd, struct conn_record *record, bool *more,
    struct outcome *oc);

/* The deadline has passed: PROXY_HEADER_BAD. Returns -1. */
int proxy_header_late(const struct proxy_header *p, unsigned after_ms, struct outcome *oc);

/* NULL is fine. */
void proxy_header_free(struct proxy_header *p);

#endif
