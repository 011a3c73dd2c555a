/* SPDX-License-Identifier: MIT */
#include "server/conn/conn_states.h"

#include <stdlib.h>
#include <string.h>

#include "net/sock.h"
#include "server/conn/request.h"
#include "server/service/ticket.h"
#include "tls/facts.h"

static conn_run run_proxy, run_hello, run_early_greeting, run_early_close, run_finished,
    run_handshake, run_request, run_greeting, run_close_notify, run_alert;
static conn_late late_proxy, late_handshake, late_request, late_greeting, late_linger;

const struct conn_state_row conn_states[CONN_STATES] = {
	[CONN_PROXY] = { run_proxy, late_proxy, CONN_PHASE_PROXY, "proxy" },
	[CONN_HELLO] = { run_hello, late_handshake, CONN_PHASE_HANDSHAKE, "hello" },
	[CONN_EARLY_GREETING] = { run_early_greeting, late_handshake, CONN_PHASE_HANDSHAKE,
	    "early" },
	[CONN_EARLY_CLOSE] = { run_early_close, late_handshake, CONN_PHASE_HANDSHAKE, "early" },
	[CONN_FINISHED] = { run_finished, late_handshake, CONN_PHASE_HANDSHAKE, "handshake" },
	[CONN_HANDSHAKE] = { run_handshake, late_handshake, CONN_PHASE_HANDSHAKE, "handshake" },
	[CONN_REQUEST] = { run_request, late_request, CONN_PHASE_REQUEST, "request" },
	[CONN_GREETING] = { run_greeting, late_greeting, CONN_PHASE_GREETING, "greeting" },
	[CONN_CLOSE_NOTIFY] = { run_close_notify, late_greeting, CONN_PHASE_GREETING, "close" },
	[CONN_ALERT] = { run_alert, late_greeting, CONN_PHASE_GREETING, "close" },
	[CONN_LINGER] = { conn_discard, late_linger, CONN_PHASE_LINGER, "linger" },
	[CONN_DONE] = { .phase = CONN_PHASE_LINGER },
};

void conn_plan_vary(const struct conn_plan *plan, struct conn_state_row states[CONN_STATES],
    struct conn_plan *out)
{
	memcpy(states, conn_states, sizeof conn_states);
	*out = *plan;
	out->states = states;
}

enum io conn_enter(struct conn *c, enum conn_state next)
{
	const struct conn_state_row *states = c->plan->states;
	enum conn_phase phase = states[c->state].phase;

	if (next == CONN_DONE || states[next].phase != phase) {
		c->record.phase_ms[phase] = (unsigned)(c->now_ms - c->entered_ms);
		c->entered_ms = c->now_ms;
	}
	c->state = next;
	return IO_DONE;
}

void conn_drop_tls(struct conn *c)
{
	if (!c->tls)
		return;
	conn_record_add_tls(&c->record, c->tls);
	tls_conn_free(c->tls);
	c->tls = NULL;
	free(c->request);
	c->request = NULL;
	reply_free(&c->answer);
}

void conn_record_failure(struct conn *c, const struct outcome *oc)
{
	conn_record_fail(&c->record, c->plan->states[c->state].name, oc);
}

static int begin_tls(struct conn *c, struct outcome *oc)
{
	if (c->service->asks_clients && conn_record_ask(&c->record, oc) != 0)
		return -1;
	c->tls = tls_conn_new_server(c->service->tls, c->fd, c->record.client, oc);
	return c->tls ? 0 : -1;
}

/* Writes the reply in this state. */
static enum io begin_greeting(struct conn *c, enum conn_state next, struct outcome *oc)
{
	const struct reply_about about = { c->service, &c->record.peer, c->tls };

	return reply_greeting(&about, &c->answer, oc) == 0 ? conn_enter(c, next) : IO_FAILED;
}

static enum io run_proxy(struct conn *c, struct outcome *oc)
{
	bool more;
	enum io io = proxy_header_read(c->proxy, c->fd, &c->record, &more, oc);

	if (io != IO_DONE)
		return io;
	conn_enter(c, CONN_HELLO);
	/*
	 * The TLS state is not created before the client's first byte, just as without
	 * a balancer.
	 */
	return more ? IO_DONE : IO_WANT_READ;
}

/*
 * Here the paths divide. First path, for TLS 1.3: the greeting goes out with our first
 * flight, so the client gets it a round trip earlier than from a server that waits for
 * its Finished. Second path: the tutorial's order; also for HTTP, where the client
 * speaks first, and if a client certificate is required, because the client must be
 * verified before it gets any data.
 */
static enum io run_hello(struct conn *c, struct outcome *oc)
{
	enum io io;

	if (!c->tls && begin_tls(c, oc) != 0)
		return IO_FAILED;
	io = tls_conn_read_hello(c->tls, oc);
	if (io != IO_DONE)
		return io;
	if (tls_facts_is_http(c->tls))
		c->record.alpn = "http/1.1";
	else if (!c->service->asks_clients && tls_conn_may_write_early(c->tls))
		return begin_greeting(c, CONN_EARLY_GREETING, oc);
	return conn_enter(c, CONN_HANDSHAKE);
}

/* The client's Finished is at least a round trip away. */
static enum io await_finished(struct conn *c)
{
	conn_enter(c, CONN_FINISHED);
	return tls_conn_await(c->tls);
}

static enum io run_early_greeting(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_write_early(c->tls, c->answer.text, c->answer.len, oc);

	if (io != IO_DONE)
		return io;
	reply_free(&c->answer);
	return c->service->close_early ? conn_enter(c, CONN_EARLY_CLOSE) : await_finished(c);
}

static enum io run_early_close(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_close_notify(c->tls, oc);

	return io == IO_DONE ? await_finished(c) : io;
}

/* On both paths the client counts as greeted only once its Finished is verified. */
static enum io complete_handshake(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_handshake(c->tls, oc);

	if (io == IO_DONE)
		io = ticket_complete(c->tls, oc);
	if (io != IO_DONE)
		return io;
	tls_facts_get(c->tls, &c->record.facts);
	tls_conn_allow(c->tls, REQUEST_RECEIVES_MAX);
	return IO_DONE;
}

static enum io run_finished(struct conn *c, struct outcome *oc)
{
	enum io io = complete_handshake(c, oc);

	return io == IO_DONE ? conn_enter(c, CONN_CLOSE_NOTIFY) : io;
}

static enum io run_handshake(struct conn *c, struct outcome *oc)
{
	enum io io = complete_handshake(c, oc);

	if (io != IO_DONE)
		return io;
	if (c->record.alpn[0])
		return conn_enter(c, CONN_REQUEST);
	return begin_greeting(c, CONN_GREETING, oc);
}

/* A rejected request also gets a response, which says what is wrong. */
static enum io answer_request(struct conn *c, struct outcome *oc)
{
	const struct reply_about about = { c->service, &c->record.peer, c->tls };
	struct outcome bad = OUTCOME_NONE;

	if (request_judge(c->request, &bad) != 0)
		conn_record_failure(c, &bad);
	if (reply_http(&about, c->request, &c->answer, oc) != 0)
		return IO_FAILED;
	return conn_enter(c, CONN_GREETING);
}

static enum io run_request(struct conn *c, struct outcome *oc)
{
	enum io io = request_read(&c->request, c->tls, oc);

	return io == IO_DONE && c->request->status != 0 ? answer_request(c, oc) : io;
}

static enum io run_greeting(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_write(c->tls, c->answer.text, c->answer.len, oc);

	if (io != IO_DONE)
		return io;
	reply_free(&c->answer);
	return conn_enter(c, CONN_CLOSE_NOTIFY);
}

static enum tls_closing last_words(const struct conn *c)
{
	return c->answer.len > 0 ? TLS_CLOSING_CUT : TLS_CLOSING_FAILED;
}

enum io conn_close_tls(struct conn *c, enum tls_closing how, struct outcome *oc)
{
	uint64_t before = tls_conn_sent(c->tls);
	enum io io = tls_closing_send(c->tls, how, oc);
	bool sent = tls_conn_sent(c->tls) > before;

	if (io != IO_DONE)
		return io;
	/*
	 * The FIN waits for the client's Finished, because some proxies close both
	 * directions at a FIN. Only half-close: close() with unread input would send a
	 * reset, and a reset makes the peer's kernel discard a greeting that it has not
	 * delivered yet.
	 */
	sock_finish(c->fd);
	conn_drop_tls(c);
	conn_enter(c, CONN_LINGER);
	/* The peer has hardly answered yet what was sent just now: a recv would be wasted. */
	return sent ? IO_WANT_READ : IO_DONE;
}

static enum io run_close_notify(struct conn *c, struct outcome *oc)
{
	return conn_close_tls(c, TLS_CLOSING_COMPLETE, oc);
}

static enum io run_alert(struct conn *c, struct outcome *oc)
{
	return conn_close_tls(c, last_words(c), oc);
}

enum io conn_discard(struct conn *c, struct outcome *oc)
{
	enum io io = sock_drain(c->fd, c->finished, &c->discarded);

	if (io == IO_WANT_READ && c->discarded >= CONN_DISCARD_MAX)
		return IO_WANT_TIME;
	if (io == IO_FAILED) {
		outcome_set_errno(oc, OC_GREETING_RESET,
		    "the peer aborted the connection before its end");
		return IO_FAILED;
	}
	return io == IO_EOF ? conn_enter(c, CONN_DONE) : io;
}

static enum io late_proxy(struct conn *c, unsigned ms, struct outcome *oc)
{
	proxy_header_late(c->proxy, ms, oc);
	return IO_FAILED;
}

static enum io late_handshake(struct conn *c, unsigned ms, struct outcome *oc)
{
	if (c->tls)
		tls_conn_handshake_late(c->tls, ms, oc);
	else
		outcome_set(oc, OC_HANDSHAKE_TIMEOUT, "the peer sent nothing for %u ms", ms);
	return IO_FAILED;
}

/* A client that is slow with its request can still get a response (RFC 9110 section 15.5.9). */
static enum io late_request(struct conn *c, unsigned ms, struct outcome *oc)
{
	(void)ms;
	return request_late(&c->request, oc) == 0 ? answer_request(c, oc) : IO_FAILED;
}

static enum io late_greeting(struct conn *c, unsigned ms, struct outcome *oc)
{
	(void)c;
	outcome_set(oc, OC_GREETING_TIMEOUT, "the peer did not read the greeting within %u ms", ms);
	return IO_FAILED;
}

/* A lingering peer already has its greeting, so this is no failure. */
static enum io late_linger(struct conn *c, unsigned ms, struct outcome *oc)
{
	(void)c, (void)ms, (void)oc;
	return IO_FAILED;
}
