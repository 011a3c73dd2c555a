/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_PROXY_HEADER_H
#define HELLO_SERVER_CONN_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "server/conn/conn_record.h"
#include "server/listen/access.h"

/*
 * A connection from a balancer, until its PROXY protocol header is complete. It holds
 * bytes only while the header is incomplete.
 */
struct proxy_header {
	const struct access *access; /* checks the client that the header names */
	struct addr balancer;
	unsigned char *held;
	size_t held_len;
};

/* access must outlive the object. NULL if out of memory. */
struct proxy_header *proxy_header_new(const struct access *access, const struct addr *balancer);

/*
 * Reads the header from the socket and not a byte more. Its client becomes the record's
 * peer and is checked. If it names no client, the balancer stays the peer; if the
 * balancer connects for itself, it is admitted.
 *
 * IO_DONE: *more tells whether more bytes are already there. IO_WANT_READ: the header
 * is incomplete. IO_FAILED: PROXY_HEADER_BAD, CLIENT_DENIED, HEALTH_CHECK if the
 * balancer closed without sending a byte, or INTERNAL.
 */
enum io proxy_header_read(struct proxy_header *p, int fd, struct conn_record *record, bool *more,
    struct outcome *oc);

/* The deadline has passed: PROXY_HEADER_BAD. Returns -1. */
int proxy_header_late(const struct proxy_header *p, unsigned after_ms, struct outcome *oc);

/* NULL is allowed. */
void proxy_header_free(struct proxy_header *p);

#endif
