/* SPDX-License-Identifier: MIT */
#include "server/process/dtls_clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/conn/conn_dtls.h"
#include "server/conn/conn_states.h"
#include "tls/dtls.h"

struct dtls_client {
	struct datagram_client common; /* first: a pointer to it is cast to this one */
	struct tls_datagram wire;
	unsigned char random[TLS_DTLS_RANDOM]; /* of its ClientHello */
};

struct dtls_clients {
	struct datagram_clients *all;
	const struct worker_job *job;
	struct conn_plan plan;
	struct dtls_client *candidate; /* for the next ClientHello, until one has a valid cookie */
	struct tls_conn *candidate_tls;
};

struct dtls_clients *dtls_clients_new(struct datagram_clients *all)
{
	struct dtls_clients *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->all = all;
	d->job = datagram_clients_job(all);
	conn_dtls_plan(d->job->conn, &d->plan);
	return d;
}

static void release(struct datagram_client *c)
{
	struct dtls_client *own = (struct dtls_client *)c;

	tls_datagram_free(&own->wire);
	free(own);
}

static void free_candidate(struct dtls_clients *d)
{
	tls_conn_free(d->candidate_tls);
	d->candidate_tls = NULL;
	if (d->candidate)
		release(&d->candidate->common);
	d->candidate = NULL;
}

void dtls_clients_free(struct dtls_clients *d)
{
	if (!d)
		return;
	free_candidate(d);
	free(d);
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
		d->candidate->common.release = release;
		tls_datagram_init(&d->candidate->wire, send_datagram, &d->candidate->common.path);
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
	c->common.entry.conn = conn_dtls_new(d->job->service, &d->plan, tls, &c->wire,
	    &c->common.path.peer, clock_ms());
	datagram_clients_add(d->all, &c->common);
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
	d->candidate->common.path = *from;
	if (random)
		memcpy(d->candidate->random, random, TLS_DTLS_RANDOM);
	tls_datagram_give(&d->candidate->wire, bytes, len);
	switch (tls_dtls_listen(d->candidate_tls)) {
	case IO_DONE:
		datagram_clients_count(d->all, COUNTERS_DATAGRAM_ACCEPTED);
		admit(d);
		break;
	case IO_WANT_READ:
		datagram_clients_count(d->all, tls_conn_sent(d->candidate_tls) > 0
			? COUNTERS_DATAGRAM_COOKIE : COUNTERS_DATAGRAM_IGNORED);
		break;
	default:
		datagram_clients_count(d->all, COUNTERS_DATAGRAM_IGNORED);
		free_candidate(d);
	}
}

static void step(struct dtls_clients *d, struct dtls_client *c)
{
	/* The bytes are the worker's, and are overwritten by the next datagram. */
	if (datagram_clients_step(d->all, &c->common))
		tls_datagram_drop(&c->wire);
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
	struct dtls_client *c = (struct dtls_client *)datagram_clients_find(d->all, from);
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
	if (datagram_clients_refuses(d->all))
		datagram_clients_count(d->all, COUNTERS_DATAGRAM_IGNORED);
	else if (datagram_clients_admit(d->all, &from->peer))
		listen_to(d, from, bytes, len);
	return true;
}
