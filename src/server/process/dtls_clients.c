/* SPDX-License-Identifier: MIT */
#include "server/process/dtls_clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* uthash's default hash function falls through in a switch, which clang warns about. */
#define HASH_FUNCTION(keyptr, keylen, hashv) HASH_SAX(keyptr, keylen, hashv)
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/conn/conn_datagram.h"
#include "server/conn/conn_log.h"
#include "server/conn/conn_states.h"
#include "server/conn/pool.h"
#include "tls/dtls.h"

/* Denied datagrams may come from anywhere and at any rate: one log line in this time. */
enum { DENIED_PAUSE_MS = 1000 };

struct key {
	int32_t fd;
	uint32_t scope;
	uint16_t family, port;
	unsigned char address[16];
};

/* The pool's entry comes first, so that each can be found from the other. */
struct dtls_client {
	struct pool_entry entry;
	struct key key;
	struct udp_path path;
	struct tls_datagram wire;
	unsigned char random[TLS_DTLS_RANDOM]; /* of its ClientHello */
	UT_hash_handle hh;
};

struct dtls_clients {
	const struct worker_job *job;
	struct conn_plan plan;
	struct pool pool;
	struct dtls_client *table;
	struct dtls_client *candidate; /* for the next ClientHello, until one has a valid cookie */
	struct tls_conn *candidate_tls;
	uint64_t denied_ms;            /* when a denied datagram was last logged; 0: never */
	bool refusing;
};

struct dtls_clients *dtls_clients_new(const struct worker_job *job)
{
	struct dtls_clients *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->job = job;
	d->pool.limits = job->limits;
	conn_datagram_plan(job->conn, &d->plan);
	return d;
}

static void free_candidate(struct dtls_clients *d)
{
	tls_conn_free(d->candidate_tls);
	d->candidate_tls = NULL;
	if (d->candidate)
		tls_datagram_free(&d->candidate->wire);
	free(d->candidate);
	d->candidate = NULL;
}

void dtls_clients_free(struct dtls_clients *d)
{
	if (!d)
		return;
	free_candidate(d);
	free(d);
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

static struct dtls_client *find(const struct dtls_clients *d, const struct udp_path *path)
{
	struct key key = make_key(path);
	struct dtls_client *found;

	HASH_FIND(hh, d->table, &key, sizeof key, found);
	return found;
}

static void count(struct dtls_clients *d, enum counters_datagram what)
{
	d->job->counters->work->datagram[what]++;
}

static void show_gauges(const struct dtls_clients *d)
{
	if (!d->job->gauges)
		return;
	d->job->gauges->open = d->pool.open;
	d->job->gauges->handshakes = d->pool.handshake_count;
}

static void client_free(struct dtls_clients *d, struct dtls_client *c)
{
	pool_remove(&d->pool, &c->entry);
	HASH_DEL(d->table, c);
	show_gauges(d);
	counters_add(d->job->counters, conn_get_record(c->entry.conn));
	conn_log_write(conn_get_record(c->entry.conn));
	conn_free(c->entry.conn);
	tls_datagram_free(&c->wire);
	free(c);
}

static void close_client(struct dtls_clients *d, struct dtls_client *c, enum outcome_code code,
    const char *why)
{
	conn_abort(c->entry.conn, clock_ms(), code, why);
	client_free(d, c);
}

/* At a limit the connection that has waited longest is closed; that may be c itself. */
static void keep_limits(struct dtls_clients *d, struct dtls_client *c)
{
	struct pool_entry *excess;
	enum limits_kind which;
	char why[64];

	show_gauges(d);
	while ((excess = pool_excess(&d->pool, &c->entry, &which))) {
		d->job->counters->work->limit[which]++;
		snprintf(why, sizeof why, "closed at the limit --%s", limits_name(which));
		close_client(d, (struct dtls_client *)excess, OC_LIMIT_REACHED, why);
		if (excess == &c->entry)
			return;
	}
}

static void step(struct dtls_clients *d, struct dtls_client *c)
{
	if (conn_step(c->entry.conn, clock_ms()) == CONN_WANT_FREE) {
		client_free(d, c);
		return;
	}
	/* The bytes are the worker's, and are overwritten by the next datagram. */
	tls_datagram_drop(&c->wire);
	if (pool_update(&d->pool, &c->entry) != 0)
		close_client(d, c, OC_INTERNAL, "out of memory");
	else
		keep_limits(d, c);
}

static int send_datagram(const void *path, const void *bytes, size_t len)
{
	return udp_socket_send(path, bytes, len);
}

static int make_candidate(struct dtls_clients *d, struct outcome *oc)
{
	if (!d->candidate) {
		d->candidate = calloc(1, sizeof *d->candidate);
		if (!d->candidate)
			return outcome_set(oc, OC_INTERNAL, "out of memory for a client");
		tls_datagram_init(&d->candidate->wire, send_datagram, &d->candidate->path);
	}
	if (!d->candidate_tls)
		d->candidate_tls =
		    tls_dtls_new_server(d->job->service->dtls, &d->candidate->wire, oc);
	return d->candidate_tls ? 0 : -1;
}

/* The candidate has returned a cookie: it becomes a client. */
static void admit(struct dtls_clients *d)
{
	struct dtls_client *c = d->candidate;
	struct tls_conn *tls = d->candidate_tls;

	d->candidate = NULL;
	d->candidate_tls = NULL;
	c->key = make_key(&c->path);
	c->entry.conn = conn_datagram_new(d->job->service, &d->plan, tls, &c->wire, &c->path.peer,
	    clock_ms());
	if (c->entry.conn && pool_add(&d->pool, &c->entry) == 0) {
		HASH_ADD(hh, d->table, key, sizeof c->key, c);
		if (c->hh.tbl) {
			step(d, c);
			return;
		}
		pool_remove(&d->pool, &c->entry);
	}
	log_at(LEVEL_ERROR, "out of memory: dropped a connection");
	conn_free(c->entry.conn);
	tls_datagram_free(&c->wire);
	free(c);
}

/* RFC 6347 section 4.2.8: only now that the new ClientHello has a cookie. */
static void leave_for_another(struct dtls_clients *d, const struct udp_path *from)
{
	struct dtls_client *before = find(d, from);

	if (before)
		close_client(d, before, OC_HANDSHAKE_CLOSED,
		    "the client began another connection from the same port");
}

static void listen_to(struct dtls_clients *d, const struct udp_path *from, const void *bytes,
    size_t len)
{
	struct outcome oc = OUTCOME_NONE;
	const unsigned char *random = tls_dtls_random(bytes, len);

	if (make_candidate(d, &oc) != 0) {
		log_outcome(LEVEL_ERROR, "dropped a datagram", &oc);
		return;
	}
	d->candidate->path = *from;
	if (random)
		memcpy(d->candidate->random, random, TLS_DTLS_RANDOM);
	tls_datagram_give(&d->candidate->wire, bytes, len);
	switch (tls_dtls_listen(d->candidate_tls)) {
	case IO_DONE:
		count(d, COUNTERS_DATAGRAM_ACCEPTED);
		leave_for_another(d, from);
		admit(d);
		break;
	case IO_WANT_READ:
		count(d, tls_conn_sent(d->candidate_tls) > 0 ? COUNTERS_DATAGRAM_COOKIE
							     : COUNTERS_DATAGRAM_IGNORED);
		break;
	default:
		count(d, COUNTERS_DATAGRAM_IGNORED);
		free_candidate(d);
	}
}

/* Nothing is answered: the address may be another's. */
static void deny(struct dtls_clients *d, const struct addr *peer)
{
	struct outcome oc = OUTCOME_NONE;
	struct conn_record record;
	uint64_t now = clock_ms();

	count(d, COUNTERS_DATAGRAM_DENIED);
	if (d->denied_ms && now - d->denied_ms < DENIED_PAUSE_MS)
		return;
	d->denied_ms = now;
	conn_record_init(&record, peer);
	outcome_set(&oc, OC_CLIENT_DENIED, "not admitted by --allow and --deny");
	conn_record_fail(&record, "hello", &oc);
	conn_log_write(&record);
	conn_record_free(&record);
}

/* Does the datagram begin another connection than this client's? */
static bool is_another(const struct dtls_client *c, const void *bytes, size_t len)
{
	const unsigned char *random = tls_dtls_random(bytes, len);

	return random && memcmp(random, c->random, TLS_DTLS_RANDOM) != 0;
}

bool dtls_clients_take(struct dtls_clients *d, const struct udp_path *from,
    const void *bytes, size_t len)
{
	struct dtls_client *c = find(d, from);
	bool hello = tls_dtls_is_hello(bytes, len);

	/*
	 * A client that begins anew at the same port has left its old connection, even if
	 * that did not get far. A ClientHello that the network repeats is not another one.
	 */
	if (c && !is_another(c, bytes, len)) {
		tls_datagram_give(&c->wire, bytes, len);
		step(d, c);
		return true;
	}
	if (!hello)
		return false;
	if (d->refusing)
		count(d, COUNTERS_DATAGRAM_IGNORED);
	else if (!access_permits(d->job->access, &from->peer))
		deny(d, &from->peer);
	else
		listen_to(d, from, bytes, len);
	return true;
}

void dtls_clients_refuse(struct dtls_clients *d)
{
	d->refusing = true;
}

void dtls_clients_tick(struct dtls_clients *d, uint64_t now_ms)
{
	struct pool_entry *late;

	for (struct pool_entry *e = d->pool.handshakes; e; e = e->handshake_next)
		conn_datagram_retransmit(e->conn);
	while ((late = pool_expired(&d->pool, now_ms)))
		step(d, (struct dtls_client *)late);
}

size_t dtls_clients_open(const struct dtls_clients *d)
{
	return d->pool.open;
}

void dtls_clients_end(struct dtls_clients *d, const char *why)
{
	struct pool_entry *open;

	while ((open = pool_any(&d->pool)))
		close_client(d, (struct dtls_client *)open, OC_SHUTDOWN, why);
}
