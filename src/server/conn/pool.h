/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_POOL_H
#define HELLO_SERVER_CONN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/conn/conn.h"
#include "server/conn/limits.h"

/*
 * A worker's open connections, ordered for deadlines and limits. It finds the
 * connection that has waited longest, but closes none itself.
 *
 * The struct is embedded in the owner of the connection. While it is in the pool, only
 * the pool writes to it.
 */
struct pool_entry {
	struct conn *conn;
	enum conn_phase phase;
	bool handshaking;
	struct pool_client *client; /* NULL: no address (yet), or not counted */
	struct pool_entry *prev, *next;
	struct pool_entry *handshake_prev, *handshake_next;
	struct pool_entry *client_prev, *client_next;
};

struct pool {
	const struct limits *limits;
	/*
	 * One first-in-first-out queue per phase: all connections in it have the same
	 * timeout, so the first is always the first to expire.
	 */
	struct pool_entry *queue[CONN_PHASES];
	struct pool_entry *handshakes;
	struct pool_client *clients;
	size_t open, handshake_count;
};

/* Adds a connection (entry->conn is set). Returns 0, or -1 if out of memory. */
int pool_add(struct pool *p, struct pool_entry *entry);

/*
 * After a step: moves it to the queue of its new state. A connection from a balancer
 * counts for its client once the header has named one. Returns 0, or -1 if out of
 * memory; it must be closed then.
 */
int pool_update(struct pool *p, struct pool_entry *entry);

void pool_remove(struct pool *p, struct pool_entry *entry);

/*
 * Is a limit exceeded, now that this one was added or updated? If so, returns the
 * connection that has waited longest for its peer among those that the limit counts,
 * and *which limit; else NULL. Remove that one before the next call.
 */
struct pool_entry *pool_excess(const struct pool *p, const struct pool_entry *latest,
    enum limits_kind *which);

/* A connection whose deadline has passed, or NULL. */
struct pool_entry *pool_expired(const struct pool *p, uint64_t now_ms);

/* Any connection, or NULL if there is none. */
struct pool_entry *pool_any(const struct pool *p);

#endif
