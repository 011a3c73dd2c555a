/* SPDX-License-Identifier: MIT */
#include "server/conn/conn.h"

#include <stdlib.h>
#include <unistd.h>

#include "server/conn/conn_states.h"
#include "tls/facts.h"

/* A connection over datagrams has none of its own. */
static void close_socket(int fd)
{
	if (fd >= 0)
		close(fd);
}

struct conn *conn_new(const struct service *service, const struct conn_plan *plan, int fd,
    const struct addr *peer, uint64_t now_ms)
{
	struct conn *c = calloc(1, sizeof *c);

	if (!c) {
		close_socket(fd);
		return NULL;
	}
	c->service = service;
	c->plan = plan;
	c->fd = fd;
	c->state = CONN_HELLO;
	c->now_ms = c->entered_ms = now_ms;
	conn_record_init(&c->record, peer);
	return c;
}

struct conn *conn_new_accepted(const struct service *service, const struct conn_plan *plan,
    struct tls_conn *tls, const struct addr *peer, uint64_t now_ms)
{
	struct conn *c = conn_new(service, plan, -1, peer, now_ms);

	if (!c || (service->asks_clients && conn_record_ask(&c->record, NULL) != 0)) {
		tls_conn_free(tls);
		conn_free(c);
		return NULL;
	}
	c->tls = tls;
	c->state = CONN_HANDSHAKE;
	return c;
}

int conn_expect_proxy(struct conn *c, const struct access *access)
{
	c->proxy = proxy_header_new(access, &c->record.peer);
	if (!c->proxy)
		return -1;
	c->state = CONN_PROXY;
	return 0;
}

void conn_peer_finished(struct conn *c)
{
	c->finished = true;
}

/*
 * After a failure the peer gets the reason, and time to read it, unless its connection
 * broke or it sent nothing at all. After its FIN it may still read.
 */
static void fail(struct conn *c, struct outcome *oc)
{
	bool silent = c->tls && !tls_conn_heard(c->tls);
	bool ending = c->state == CONN_CLOSE_NOTIFY || c->state == CONN_ALERT;
	bool told = c->tls && !silent && !tls_conn_is_broken(c->tls) && !ending;
	bool asked = c->state != CONN_REQUEST || c->request || tls_facts_is_within_record(c->tls);

	conn_record_spot_check(oc, silent, !asked);
	conn_record_failure(c, oc);
	conn_enter(c, told ? CONN_ALERT : CONN_DONE);
}

/* No time to wait: one attempt to send what run_alert would send. */
static void part(struct conn *c)
{
	if (c->tls)
		c->plan->states[CONN_ALERT].run(c, NULL);
	conn_enter(c, CONN_DONE);
}

/* The phase has lasted too long. */
static void expire(struct conn *c)
{
	const struct conn_state_row *state = &c->plan->states[c->state];
	struct outcome oc = OUTCOME_NONE;

	if (state->late(c, c->plan->ms[state->phase], &oc) == IO_DONE)
		return;
	conn_record_failure(c, &oc);
	part(c);
}

enum conn_want conn_step(struct conn *c, uint64_t now_ms)
{
	struct outcome oc = OUTCOME_NONE;

	c->now_ms = now_ms;
	if (c->state != CONN_DONE && now_ms >= conn_deadline(c))
		expire(c);
	while (c->state != CONN_DONE) {
		enum io io = c->plan->states[c->state].run(c, &oc);

		if (io == IO_WANT_READ)
			return CONN_WANT_READ;
		if (io == IO_WANT_WRITE)
			return CONN_WANT_WRITE;
		if (io == IO_WANT_TIME)
			return CONN_WANT_TIME;
		if (io != IO_DONE)
			fail(c, &oc);
	}
	conn_drop_tls(c);
	return CONN_WANT_FREE;
}

void conn_abort(struct conn *c, uint64_t now_ms, enum outcome_code code, const char *why)
{
	struct outcome oc = OUTCOME_NONE;

	c->now_ms = now_ms;
	if (c->state == CONN_DONE)
		return;
	if (c->state != CONN_LINGER) {
		outcome_set(&oc, code, "%s", why);
		conn_record_failure(c, &oc);
	}
	part(c);
	conn_drop_tls(c);
}

int conn_fd(const struct conn *c)
{
	return c->fd;
}

enum conn_phase conn_get_phase(const struct conn *c)
{
	return c->plan->states[c->state].phase;
}

uint64_t conn_since(const struct conn *c)
{
	return c->entered_ms;
}

uint64_t conn_deadline(const struct conn *c)
{
	return c->entered_ms + c->plan->ms[conn_get_phase(c)];
}

bool conn_is_handshaking(const struct conn *c)
{
	return c->tls && conn_get_phase(c) == CONN_PHASE_HANDSHAKE;
}

const struct conn_record *conn_get_record(const struct conn *c)
{
	return &c->record;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	conn_drop_tls(c);
	close_socket(c->fd);
	proxy_header_free(c->proxy);
	conn_record_free(&c->record);
	free(c);
}
