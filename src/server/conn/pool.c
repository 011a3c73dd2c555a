/* SPDX-License-Identifier: MIT */
#include "server/conn/pool.h"

#include <stdlib.h>
#include <string.h>

/* uthash's default hash function falls through in a switch, which clang warns about. */
#define HASH_FUNCTION(keyptr, keylen, hashv) HASH_SAX(keyptr, keylen, hashv)
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include <utlist.h>

/* The key of a client: an IPv4 address, or the /64 of an IPv6 host. */
struct client_key {
	uint32_t scope; /* scope of a link-local address: every link has the same /64 */
	uint16_t family;
	uint16_t zero; /* no byte of a key may be undefined */
	unsigned char prefix[8];
};

struct pool_client {
	struct client_key key;
	struct pool_entry *entries; /* the longest waiting connection at the head */
	size_t count;
	UT_hash_handle hh;
};

static bool make_key(const struct addr *peer, struct client_key *key)
{
	memset(key, 0, sizeof *key);
	key->family = peer->ss.any.sa_family;
	if (key->family == AF_INET) {
		memcpy(key->prefix, &peer->ss.v4.sin_addr, sizeof peer->ss.v4.sin_addr);
	} else if (key->family == AF_INET6) {
		key->scope = peer->ss.v6.sin6_scope_id;
		memcpy(key->prefix, &peer->ss.v6.sin6_addr, sizeof key->prefix);
	} else {
		return false;
	}
	return true;
}

static int join_client(struct pool *p, struct pool_entry *entry)
{
	struct pool_client *client;
	struct client_key key;

	if (p->limits->per_client == 0 || !make_key(&conn_get_record(entry->conn)->peer, &key))
		return 0;
	HASH_FIND(hh, p->clients, &key, sizeof key, client);
	if (!client) {
		client = calloc(1, sizeof *client);
		if (!client)
			return -1;
		client->key = key;
		HASH_ADD(hh, p->clients, key, sizeof client->key, client);
		if (!client->hh.tbl) {
			free(client);
			return -1;
		}
	}
	DL_APPEND2(client->entries, entry, client_prev, client_next);
	client->count++;
	entry->client = client;
	return 0;
}

static void leave_client(struct pool *p, struct pool_entry *entry)
{
	struct pool_client *client = entry->client;

	if (!client)
		return;
	DL_DELETE2(client->entries, entry, client_prev, client_next);
	entry->client = NULL;
	if (--client->count == 0) {
		HASH_DEL(p->clients, client);
		free(client);
	}
}

static void enqueue(struct pool *p, struct pool_entry *entry)
{
	entry->phase = conn_get_phase(entry->conn);
	DL_APPEND(p->queue[entry->phase], entry);
}

/* The client is known only from the balancer's header. */
static bool has_client(const struct pool_entry *entry)
{
	return conn_get_phase(entry->conn) != CONN_PHASE_PROXY;
}

int pool_add(struct pool *p, struct pool_entry *entry)
{
	entry->client = NULL;
	if (has_client(entry) && join_client(p, entry) != 0)
		return -1;
	entry->handshaking = false;
	enqueue(p, entry);
	p->open++;
	return 0;
}

static void set_handshaking(struct pool *p, struct pool_entry *entry, bool on)
{
	if (entry->handshaking == on)
		return;
	entry->handshaking = on;
	if (on) {
		DL_APPEND2(p->handshakes, entry, handshake_prev, handshake_next);
		p->handshake_count++;
	} else {
		DL_DELETE2(p->handshakes, entry, handshake_prev, handshake_next);
		p->handshake_count--;
	}
}

int pool_update(struct pool *p, struct pool_entry *entry)
{
	enum conn_phase was = entry->phase;

	set_handshaking(p, entry, conn_is_handshaking(entry->conn));
	if (conn_get_phase(entry->conn) == was)
		return 0;
	DL_DELETE(p->queue[was], entry);
	enqueue(p, entry);
	if (was == CONN_PHASE_PROXY)
		return join_client(p, entry);
	if (entry->client) {
		DL_DELETE2(entry->client->entries, entry, client_prev, client_next);
		DL_APPEND2(entry->client->entries, entry, client_prev, client_next);
	}
	return 0;
}

void pool_remove(struct pool *p, struct pool_entry *entry)
{
	set_handshaking(p, entry, false);
	leave_client(p, entry);
	DL_DELETE(p->queue[entry->phase], entry);
	p->open--;
}

/* Every queue is ordered by the start of the phase, so only the heads compete. */
static struct pool_entry *longest_waiting(const struct pool *p)
{
	struct pool_entry *oldest = NULL;

	for (int q = 0; q < CONN_PHASES; q++) {
		struct pool_entry *head = p->queue[q];

		if (head && (!oldest || conn_since(head->conn) < conn_since(oldest->conn)))
			oldest = head;
	}
	return oldest;
}

struct pool_entry *pool_excess(const struct pool *p, const struct pool_entry *latest,
    enum limits_kind *which)
{
	const struct limits *l = p->limits;

	if (latest->client && latest->client->count > l->per_client) {
		*which = LIMITS_PER_CLIENT;
		return latest->client->entries;
	}
	if (p->handshake_count > l->handshakes) {
		*which = LIMITS_HANDSHAKES;
		return p->handshakes;
	}
	if (p->open > l->connections) {
		*which = LIMITS_CONNECTIONS;
		return longest_waiting(p);
	}
	return NULL;
}

struct pool_entry *pool_expired(const struct pool *p, uint64_t now_ms)
{
	for (int q = 0; q < CONN_PHASES; q++) {
		if (p->queue[q] && conn_deadline(p->queue[q]->conn) <= now_ms)
			return p->queue[q];
	}
	return NULL;
}

struct pool_entry *pool_any(const struct pool *p)
{
	for (int q = 0; q < CONN_PHASES; q++) {
		if (p->queue[q])
			return p->queue[q];
	}
	return NULL;
}
