/* SPDX-License-Identifier: MIT */
#include "server/process/quic_clients.h"

#ifdef HELLO_QUIC

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/conn/conn_quic.h"
#include "server/conn/conn_states.h"
#include "server/process/quic_retries.h"
#include "tls/quic_packet.h"
#include "tls/quic_server.h"

struct quic_client {
	struct datagram_client common; /* first: a pointer to it is cast to this one */
	struct tls_conn *tls;          /* of the connection, which owns it */
	struct quic_retries_use use;
};

/* One of the sockets. */
struct place {
	struct quic_clients *all;
	struct tls_quic_listener *listener;
	struct quic_retries *retries;
	int fd;
};

struct quic_clients {
	struct datagram_clients *all;
	const struct worker_job *job;
	struct conn_plan plan;
	struct place place[LISTENERS_MAX];
	size_t count;
	struct udp_path from; /* of the datagram that is processed */
	const void *in;
	size_t in_len;
	size_t answered;      /* bytes sent to its sender, who has no connection yet */
	bool silent;          /* send no Retry: another worker does */
};

/* ---- datagrams ------------------------------------------------------------------------------ */

static bool is_same(const struct addr *a, const struct addr *b)
{
	char one[ADDR_TEXT_MAX], other[ADDR_TEXT_MAX];

	return strcmp(addr_format(a, one), addr_format(b, other)) == 0;
}

/* To a client, or the answer to a datagram of nobody's. */
static void send_datagram(void *arg, const struct addr *peer, const void *bytes, size_t len)
{
	struct place *p = arg;
	struct quic_clients *q = p->all;
	struct udp_path to = { .fd = p->fd, .peer = *peer };
	struct quic_client *c = (struct quic_client *)datagram_clients_find(q->all, &to);

	if (quic_packet_is_retry(bytes, len)) {
		if (q->silent)
			return;
		quic_retries_add(p->retries, bytes, len, q->in, q->in_len);
		datagram_clients_count(q->all, COUNTERS_DATAGRAM_RETRY);
	}
	if (c)
		tls_quic_count_sent(c->tls, len, udp_socket_send(&c->common.path, bytes, len));
	else if (q->from.fd == p->fd && is_same(&q->from.peer, peer) &&
	    udp_socket_send(&q->from, bytes, len) == 0)
		q->answered += len;
}

static void release(struct datagram_client *c)
{
	quic_retries_end(&((struct quic_client *)c)->use);
	free(c);
}

static void begin(struct place *p, const struct udp_path *from, struct tls_conn *tls)
{
	struct quic_clients *q = p->all;
	struct quic_client *c = calloc(1, sizeof *c);

	datagram_clients_count(q->all, COUNTERS_DATAGRAM_ACCEPTED);
	if (!c) {
		log_at(LEVEL_ERROR, "out of memory: dropped a connection");
		tls_conn_free(tls);
		return;
	}
	c->common.path = *from;
	c->common.release = release;
	c->tls = tls;
	quic_retries_begin(p->retries, &c->use, q->in, q->in_len);
	tls_quic_count_sent(tls, q->answered, 0);
	c->common.entry.conn =
	    conn_quic_new(q->job->service, &q->plan, tls, &from->peer, clock_ms());
	datagram_clients_add(q->all, &c->common);
}

static struct place *find_place(struct quic_clients *q, int fd)
{
	size_t i = 0;

	while (i + 1 < q->count && q->place[i].fd != fd)
		i++;
	return &q->place[i];
}

/* Its sender has no connection. Returns whether it may be processed. */
static bool may_begin(struct quic_clients *q, enum quic_packet_start start,
    const struct addr *peer, bool relayed)
{
	if (start == QUIC_PACKET_NO_START || (relayed && start != QUIC_PACKET_TOKEN))
		return false;
	if (datagram_clients_refuses(q->all) && !relayed) {
		datagram_clients_count(q->all, COUNTERS_DATAGRAM_IGNORED);
		return false;
	}
	return datagram_clients_admit(q->all, peer);
}

enum quic_clients_fate quic_clients_take(struct quic_clients *q, const struct udp_path *from,
    const void *bytes, size_t len, bool relayed)
{
	struct place *p = find_place(q, from->fd);
	struct quic_client *c = (struct quic_client *)datagram_clients_find(q->all, from);
	enum quic_packet_start start = quic_packet_starts(bytes, len);
	struct tls_conn *begun;

	if (start == QUIC_PACKET_WRONG ||
	    (start == QUIC_PACKET_TOKEN &&
		!quic_retries_permits(p->retries, c ? &c->use : NULL, bytes, len)))
		return QUIC_CLIENTS_FOREIGN;
	if (!c && !may_begin(q, start, &from->peer, relayed))
		return start == QUIC_PACKET_NO_START || relayed ? QUIC_CLIENTS_FOREIGN
								 : QUIC_CLIENTS_TAKEN;
	q->from = *from;
	q->in = bytes;
	q->in_len = len;
	q->answered = 0;
	q->silent = relayed || datagram_clients_refuses(q->all);
	begun = tls_quic_listener_take(p->listener, c ? c->tls : NULL, &from->peer, bytes, len);
	if (begun)
		begin(p, from, begun);
	else if (c)
		datagram_clients_step(q->all, &c->common);
	q->from.fd = -1;
	if (begun || c)
		return QUIC_CLIENTS_TAKEN;
	if (start == QUIC_PACKET_VERSIONED)
		datagram_clients_count(q->all, COUNTERS_DATAGRAM_IGNORED);
	if (start != QUIC_PACKET_TOKEN)
		return QUIC_CLIENTS_TAKEN;
	return relayed ? QUIC_CLIENTS_FOREIGN : QUIC_CLIENTS_ANSWERED;
}

/* ---- time ----------------------------------------------------------------------------------- */

uint64_t quic_clients_timer(const struct quic_clients *q)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < q->count; i++) {
		uint64_t at = tls_quic_listener_timer(q->place[i].listener);

		if (at < next)
			next = at;
	}
	return next;
}

void quic_clients_tick(struct quic_clients *q)
{
	for (size_t i = 0; i < q->count; i++)
		tls_quic_listener_tick(q->place[i].listener);
	datagram_clients_step_lingering(q->all);
}

/* ---- the set of listeners ------------------------------------------------------------------- */

struct quic_clients *quic_clients_new(struct datagram_clients *all, struct outcome *oc)
{
	struct quic_clients *q = calloc(1, sizeof *q);
	const struct listener_set *set = datagram_clients_job(all)->listeners;

	if (!q) {
		outcome_set(oc, OC_INTERNAL, "out of memory for the QUIC listeners");
		return NULL;
	}
	q->all = all;
	q->job = datagram_clients_job(all);
	q->from.fd = -1;
	conn_quic_plan(q->job->conn, &q->plan);
	for (size_t i = 0; i < set->count; i++) {
		struct place *p = &q->place[q->count];

		if (set->item[i].kind != LISTENER_QUIC)
			continue;
		*p = (struct place){ .all = q, .fd = set->item[i].fd };
		q->count++;
		p->retries = quic_retries_new();
		if (!p->retries)
			outcome_set(oc, OC_INTERNAL, "out of memory for a QUIC listener");
		else
			p->listener = tls_quic_listener_new(q->job->service->quic,
			    send_datagram, p, oc);
		if (!p->listener) {
			quic_clients_free(q);
			return NULL;
		}
	}
	return q;
}

void quic_clients_free(struct quic_clients *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->count; i++) {
		tls_quic_listener_free(q->place[i].listener);
		quic_retries_free(q->place[i].retries);
	}
	free(q);
}

#else

struct quic_clients *quic_clients_new(struct datagram_clients *all, struct outcome *oc)
{
	(void)all;
	outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
	return NULL;
}

enum quic_clients_fate quic_clients_take(struct quic_clients *q, const struct udp_path *from,
    const void *bytes, size_t len, bool relayed)
{
	(void)q;
	(void)from;
	(void)bytes;
	(void)len;
	(void)relayed;
	return QUIC_CLIENTS_FOREIGN;
}

uint64_t quic_clients_timer(const struct quic_clients *q)
{
	(void)q;
	return UINT64_MAX;
}

void quic_clients_tick(struct quic_clients *q)
{
	(void)q;
}

void quic_clients_free(struct quic_clients *q)
{
	(void)q;
}

#endif
