/* SPDX-License-Identifier: MIT */
#include "server/process/datagram_clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* uthash's default hash function falls through in a switch, which clang warns about. */
#define HASH_FUNCTION(keyptr, keylen, hashv) HASH_SAX(keyptr, keylen, hashv)
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/conn/conn_dtls.h"
#include "server/conn/conn_log.h"

/* Denied datagrams may come from anywhere and at any rate: one log line in this time. */
enum { DENIED_PAUSE_MS = 1000 };

struct key {
	int32_t fd;
	uint32_t scope;
	uint16_t family, port;
	unsigned char address[16];
};

/* Apart from the client, so that only this file knows the table. */
struct datagram_link {
	struct key key;
	struct datagram_client *client;
	UT_hash_handle hh;
};

struct datagram_clients {
	const struct worker_job *job;
	struct pool pool;
	struct datagram_link *table;
	uint64_t denied_ms; /* when a denied datagram was last logged; 0: never */
	bool refusing;
};

struct datagram_clients *datagram_clients_new(const struct worker_job *job)
{
	struct datagram_clients *all = calloc(1, sizeof *all);

	if (!all)
		return NULL;
	all->job = job;
	all->pool.limits = job->limits;
	return all;
}

void datagram_clients_free(struct datagram_clients *all)
{
	free(all);
}

const struct worker_job *datagram_clients_job(const struct datagram_clients *all)
{
	return all->job;
}

static struct key make_key(const struct udp_path *path)
{
	struct key key;

	/* No byte of a key may be undefined. */
	memset(&key, 0, sizeof key);
	key.fd = path->fd;
	key.family = path->peer.ss.any.sa_family;
	key.port = addr_port(&path->peer);
	if (key.family == AF_INET6) {
		key.scope = path->peer.ss.v6.sin6_scope_id;
		memcpy(key.address, &path->peer.ss.v6.sin6_addr, sizeof key.address);
	} else {
		memcpy(key.address, &path->peer.ss.v4.sin_addr, sizeof path->peer.ss.v4.sin_addr);
	}
	return key;
}

struct datagram_client *datagram_clients_find(const struct datagram_clients *all,
    const struct udp_path *path)
{
	struct key key = make_key(path);
	struct datagram_link *found;

	HASH_FIND(hh, all->table, &key, sizeof key, found);
	return found ? found->client : NULL;
}

void datagram_clients_count(struct datagram_clients *all, enum counters_datagram what)
{
	all->job->counters->work->datagram[what]++;
}

static void show_gauges(const struct datagram_clients *all)
{
	if (!all->job->gauges)
		return;
	all->job->gauges->open = all->pool.open;
	all->job->gauges->handshakes = all->pool.handshake_count;
}

/* Enters it into the table. Returns 0, or -1 if out of memory. */
static int link_client(struct datagram_clients *all, struct datagram_client *c)
{
	struct datagram_link *link = calloc(1, sizeof *link);

	if (!link)
		return -1;
	link->key = make_key(&c->path);
	link->client = c;
	HASH_ADD(hh, all->table, key, sizeof link->key, link);
	if (!link->hh.tbl) {
		free(link);
		return -1;
	}
	c->link = link;
	return 0;
}

static void unlink_client(struct datagram_clients *all, struct datagram_client *c)
{
	if (c->link)
		HASH_DEL(all->table, c->link);
	free(c->link);
	c->link = NULL;
}

/* A connection has ended; what it still sends on its way out needs the table. */
static void destroy(struct datagram_clients *all, struct datagram_client *c)
{
	conn_free(c->entry.conn);
	unlink_client(all, c);
	c->release(c);
}

/* Ends the record of the connection, and frees the client. */
static void remove_client(struct datagram_clients *all, struct datagram_client *c)
{
	pool_remove(&all->pool, &c->entry);
	show_gauges(all);
	counters_add(all->job->counters, conn_get_record(c->entry.conn));
	conn_log_write(conn_get_record(c->entry.conn));
	destroy(all, c);
}

static void close_client(struct datagram_clients *all, struct datagram_client *c,
    enum outcome_code code, const char *why)
{
	conn_abort(c->entry.conn, clock_ms(), code, why);
	remove_client(all, c);
}

/*
 * At a limit the connection that has waited longest is closed; that may be c itself. Returns
 * whether c still exists.
 */
static bool keep_limits(struct datagram_clients *all, struct datagram_client *c)
{
	struct pool_entry *excess;
	enum limits_kind which;
	char why[64];

	show_gauges(all);
	while ((excess = pool_excess(&all->pool, &c->entry, &which))) {
		all->job->counters->work->limit[which]++;
		snprintf(why, sizeof why, "closed at the limit --%s", limits_name(which));
		close_client(all, (struct datagram_client *)excess, OC_LIMIT_REACHED, why);
		if (excess == &c->entry)
			return false;
	}
	return true;
}

bool datagram_clients_step(struct datagram_clients *all, struct datagram_client *c)
{
	if (conn_step(c->entry.conn, clock_ms()) == CONN_WANT_FREE) {
		remove_client(all, c);
		return false;
	}
	if (pool_update(&all->pool, &c->entry) == 0)
		return keep_limits(all, c);
	close_client(all, c, OC_INTERNAL, "out of memory");
	return false;
}

void datagram_clients_add(struct datagram_clients *all, struct datagram_client *c)
{
	struct datagram_client *before = datagram_clients_find(all, &c->path);

	if (before)
		close_client(all, before, OC_HANDSHAKE_CLOSED,
		    "the client began another connection from the same port");
	c->link = NULL;
	if (c->entry.conn && pool_add(&all->pool, &c->entry) == 0) {
		if (link_client(all, c) == 0) {
			datagram_clients_step(all, c);
			return;
		}
		pool_remove(&all->pool, &c->entry);
	}
	log_at(LEVEL_ERROR, "out of memory: dropped a connection");
	destroy(all, c);
}

static void deny(struct datagram_clients *all, const struct addr *peer)
{
	struct outcome oc = OUTCOME_NONE;
	struct conn_record record;
	uint64_t now = clock_ms();

	datagram_clients_count(all, COUNTERS_DATAGRAM_DENIED);
	if (all->denied_ms && now - all->denied_ms < DENIED_PAUSE_MS)
		return;
	all->denied_ms = now;
	conn_record_init(&record, peer);
	outcome_set(&oc, OC_CLIENT_DENIED, "not admitted by --allow and --deny");
	conn_record_fail(&record, "hello", &oc);
	conn_log_write(&record);
	conn_record_free(&record);
}

bool datagram_clients_admit(struct datagram_clients *all, const struct addr *peer)
{
	if (access_permits(all->job->access, peer))
		return true;
	deny(all, peer);
	return false;
}

void datagram_clients_refuse(struct datagram_clients *all)
{
	all->refusing = true;
}

bool datagram_clients_refuses(const struct datagram_clients *all)
{
	return all->refusing;
}

void datagram_clients_tick(struct datagram_clients *all, uint64_t now_ms)
{
	struct pool_entry *late;

	for (struct pool_entry *e = all->pool.handshakes; e; e = e->handshake_next)
		conn_dtls_retransmit(e->conn);
	while ((late = pool_expired(&all->pool, now_ms)))
		datagram_clients_step(all, (struct datagram_client *)late);
}

size_t datagram_clients_open(const struct datagram_clients *all)
{
	return all->pool.open;
}

void datagram_clients_step_lingering(struct datagram_clients *all)
{
	struct pool_entry *e = all->pool.queue[CONN_PHASE_LINGER], *next;

	for (; e; e = next) {
		next = e->next;
		datagram_clients_step(all, (struct datagram_client *)e);
	}
}

void datagram_clients_end(struct datagram_clients *all, const char *why)
{
	struct pool_entry *open;

	while ((open = pool_any(&all->pool)))
		close_client(all, (struct datagram_client *)open, OC_SHUTDOWN, why);
}
