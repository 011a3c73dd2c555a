/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_CONN_POOL_H
#define HELLO_SERVER_CONN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/conn/conn.h"
#include "server/conn/limits.h"

/*
 * A worker's open connections in the orders that deadlines and limits ask
 * about; it knows who has waited longest, and closes nobody itself.
 *
 * A place is embedded in whatever holds the connection. While it is in the
 * pool, only the pool writes to it.
 */
struct pool_place {
	struct conn *conn;
	enum conn_phase phase;
	bool handshaking;
	struct pool_client *client; /* NULL: has no address (yet), or nobody counts */
	struct pool_place *prev, *next;
	struct pool_place *handshake_prev, *handshake_next;
	struct pool_place *client_prev, *client_next;
};

struct pool {
	const struct limits *limits;
	/*
	 * One first-in-first-out queue per phase: all in it have the same time to
	 * live, so the first one is always the first to expire.
	 */
	struct pool_place *queue[CONN_PHASES];
	struct pool_place *handshakes;
	struct pool_client *clients;
	size_t open, handshake_count;
};

/* Take in a connection (place->conn is set). Returns 0, or -1 when out of memory. */
int pool_add(struct pool *p, struct pool_place *place);

/*
 * After a step: put it where its new state belongs. From a balancer it counts
 * for its client once the header has named one. Returns 0, or -1 when out of
 * memory; it has to be closed then.
 */
int pool_update(struct pool *p, struct pool_place *place);

void pool_remove(struct pool *p, struct pool_place *place);

/*
 * Is a limit exceeded, now that this one was added or updated? Then the answer
 * is who has waited longest for its peer among those that the limit counts, and
 * *which limit; else NULL. Remove that one before the next question.
 */
struct pool_place *pool_excess(const struct pool *p, const struct pool_place *latest,
    enum limits_kind *which);

/* One whose deadline is over, or NULL. */
struct pool_place *pool_expired(const struct pool *p, uint64_t now_ms);

/* One of them, or NULL when there is none. */
struct pool_place *pool_any(const struct pool *p);

#endif
