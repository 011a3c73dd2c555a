/* SPDX-License-Identifier: MIT */
#include "server/conn/conn.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/sock.h"
#include "tls/closing.h"
#include "tls/facts.h"
#include "tls/ticket.h"
#include "server/conn/reply.h"
#include "zoo/misbehave.h"
#include "server/conn/proxy_header.h"
#include "server/conn/request.h"

struct conn {
	const struct service *service;
	const struct conn_limits *limits;
	int fd;
	enum conn_state state;
	bool greeted; /* early */
	bool failed;  /* see TLS_CLOSING_FAILED */
	uint64_t now_ms, entered_ms;
	struct tls_conn *tls;            /* from the first byte to the linger */
	struct proxy_header *proxy;      /* NULL: not from a balancer */
	struct http1_parser *request; /* from its first byte to the answer */
	struct reply answer;         /* what is said, until all of it is */
	struct conn_record record;
};

/*
 * Each state answers IO_DONE when it has moved the connection on, or what has
 * to be waited for. A failure is left in *oc and answered with IO_FAILED.
 */
static enum io run_proxy(struct conn *c, struct outcome *oc);
static enum io run_hello(struct conn *c, struct outcome *oc);
static enum io run_early_greeting(struct conn *c, struct outcome *oc);
static enum io run_handshake(struct conn *c, struct outcome *oc);
static enum io run_request(struct conn *c, struct outcome *oc);
static enum io run_pause(struct conn *c, struct outcome *oc);
static enum io run_greeting(struct conn *c, struct outcome *oc);
static enum io run_close_notify(struct conn *c, struct outcome *oc);
static enum io run_linger(struct conn *c, struct outcome *oc);

static const struct state {
	enum io (*run)(struct conn *c, struct outcome *oc);
	enum conn_phase phase;
	const char *name; /* in the log */
} states[CONN_STATES] = {
	[CONN_PROXY] = { run_proxy, CONN_PHASE_PROXY, "proxy" },     /* not a byte more */
	[CONN_HELLO] = { run_hello, CONN_PHASE_HANDSHAKE, "hello" }, /* the ClientHello  */
	[CONN_EARLY_GREETING] = { run_early_greeting, CONN_PHASE_HANDSHAKE,
	    "early" }, /* 0.5-RTT data */
	[CONN_HANDSHAKE] = { run_handshake, CONN_PHASE_HANDSHAKE,
	    "handshake" },                                                   /* SSL_do_handshake */
	[CONN_REQUEST] = { run_request, CONN_PHASE_REQUEST, "request" },     /* SSL_read         */
	[CONN_PAUSE] = { run_pause, CONN_PHASE_REQUEST, "pause" },           /* bad misbehave */
	[CONN_GREETING] = { run_greeting, CONN_PHASE_GREETING, "greeting" }, /* SSL_write        */
	[CONN_CLOSE_NOTIFY] = { run_close_notify, CONN_PHASE_GREETING,
	    "close" },                                               /* SSL_shutdown     */
	[CONN_LINGER] = { run_linger, CONN_PHASE_LINGER, "linger" }, /* recv to the end  */
};

struct conn *conn_new(const struct service *service, const struct conn_limits *limits, int fd,
    const struct addr *peer, uint64_t now_ms)
{
	struct conn *c = calloc(1, sizeof *c);

	if (!c) {
		close(fd);
		return NULL;
	}
	c->service = service;
	c->limits = limits;
	c->fd = fd;
	c->state = CONN_HELLO;
	c->now_ms = c->entered_ms = now_ms;
	conn_record_init(&c->record, peer);
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

static enum io enter(struct conn *c, enum conn_state next)
{
	if (next == CONN_DONE || states[next].phase != states[c->state].phase) {
		c->record.phase_ms[states[c->state].phase] = (unsigned)(c->now_ms - c->entered_ms);
		c->entered_ms = c->now_ms;
	}
	c->state = next;
	return IO_DONE;
}

/* Nothing is left to say: the TLS state, tens of KiB, goes before the wait for the peer. */
static void drop_tls(struct conn *c)
{
	if (!c->tls)
		return;
	conn_record_take(&c->record, c->tls);
	tls_conn_free(c->tls);
	c->tls = NULL;
	free(c->request);
	c->request = NULL;
	reply_free(&c->answer);
}

static void note_failure(struct conn *c, const struct outcome *oc)
{
	conn_record_fail(&c->record, states[c->state].name, oc);
}

/*
 * The peer is told what happened, and gets the time to read it, unless its connection broke or it
 * sent nothing at all. After a FIN it may still read.
 */
static void fail(struct conn *c, struct outcome *oc)
{
	bool silent = c->tls && !tls_conn_heard(c->tls);
	bool told =
	    c->tls && !silent && !tls_conn_is_broken(c->tls) && c->state < CONN_CLOSE_NOTIFY;
	bool asked = c->state != CONN_REQUEST || c->request || tls_facts_is_within_record(c->tls);

	conn_record_spot_check(oc, silent, !asked);
	note_failure(c, oc);
	c->failed = true;
	enter(c, told ? CONN_CLOSE_NOTIFY : CONN_DONE);
}

static int begin_tls(struct conn *c, struct outcome *oc)
{
	if (c->service->asks_clients && conn_record_ask(&c->record, oc) != 0)
		return -1;
	c->tls = tls_conn_new_server(c->service->tls, c->fd, c->record.client, oc);
	return c->tls ? 0 : -1;
}

static int compose_greeting(struct conn *c, struct outcome *oc)
{
	const struct reply_about about = { c->service, &c->record.peer, c->tls };

	return reply_greeting(&about, &c->answer, oc);
}

static enum io run_proxy(struct conn *c, struct outcome *oc)
{
	bool more;
	enum io io = proxy_header_read(c->proxy, c->fd, &c->record, &more, oc);

	if (io != IO_DONE)
		return io;
	enter(c, CONN_HELLO);
	/* The TLS state waits for the client's first byte, as it does without a balancer. */
	return more ? IO_DONE : IO_WANT_READ;
}

/* --misbehave: no TLS today. */
static enum io refuse_tls(struct conn *c)
{
	const struct service *s = c->service;
	struct outcome intended = OUTCOME_NONE;
	enum io io = misbehave_meet(s->misbehave, c->fd, s->greeting, s->greeting_len);

	outcome_set(&intended, OC_HANDSHAKE_FAILED, "on purpose: --misbehave %s",
	    misbehave_name(s->misbehave));
	note_failure(c, &intended);
	if (io == IO_EOF)
		sock_finish(c->fd);
	return io == IO_WANT_READ ? io : enter(c, io == IO_EOF ? CONN_LINGER : CONN_DONE);
}

/*
 * Here the two ways part. The first one, for TLS 1.3: the greeting goes with
 * our first flight, and the client has it a round trip earlier than from a
 * server that waits for its Finished. The second one is the tutorial's, that of
 * HTTP, where the client has to speak first, and that of whoever asks the client
 * for a certificate: it must pass before it is told anything.
 */
static enum io run_hello(struct conn *c, struct outcome *oc)
{
	enum io io;

	if (misbehave_has_no_tls(c->service->misbehave))
		return refuse_tls(c);
	if (!c->tls && begin_tls(c, oc) != 0)
		return IO_FAILED;
	io = tls_conn_read_hello(c->tls, oc);
	if (io != IO_DONE)
		return io;
	if (tls_facts_is_http(c->tls))
		c->record.alpn = "http/1.1";
	else if (!c->service->asks_clients && !misbehave_is_slow(c->service->misbehave) &&
	    tls_conn_may_write_early(c->tls))
		return compose_greeting(c, oc) == 0 ? enter(c, CONN_EARLY_GREETING) : IO_FAILED;
	return enter(c, CONN_HANDSHAKE);
}

static enum io run_early_greeting(struct conn *c, struct outcome *oc)
{
	enum io io = IO_DONE;

	/* close_notify may have to wait for room, and the greeting is to be said once. */
	if (!c->greeted)
		io = tls_conn_write_early(c->tls, c->answer.text, c->answer.len, oc);
	if (io != IO_DONE)
		return io;
	c->greeted = true;
	reply_free(&c->answer);
	if (c->service->close_early)
		io = tls_conn_close_notify(c->tls, oc);
	if (io != IO_DONE)
		return io;
	enter(c, CONN_HANDSHAKE);
	return tls_conn_await(c->tls);
}

static enum io begin_greeting(struct conn *c)
{
	bool slow = c->service->misbehave == MISBEHAVE_SLOW_GREETING;

	return enter(c, slow ? CONN_PAUSE : CONN_GREETING);
}

/* On either way nothing counts as greeted before the client's Finished is verified. */
static enum io run_handshake(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_handshake(c->tls, oc);

	if (io == IO_DONE)
		io = ticket_complete(c->tls, oc);
	if (io != IO_DONE)
		return io;
	tls_facts_get(c->tls, &c->record.facts);
	tls_conn_allow(c->tls, REQUEST_RECEIVES_MAX);
	if (c->greeted)
		return enter(c, CONN_CLOSE_NOTIFY);
	if (c->record.alpn[0])
		return enter(c, CONN_REQUEST);
	return compose_greeting(c, oc) == 0 ? begin_greeting(c) : IO_FAILED;
}

/* A request that is refused is answered, too, with what is wrong. */
static enum io answer_request(struct conn *c, struct outcome *oc)
{
	const struct reply_about about = { c->service, &c->record.peer, c->tls };
	struct outcome bad = OUTCOME_NONE;

	if (request_judge(c->request, &bad) != 0)
		note_failure(c, &bad);
	if (reply_http(&about, c->request, &c->answer, oc) != 0)
		return IO_FAILED;
	return begin_greeting(c);
}

static enum io run_request(struct conn *c, struct outcome *oc)
{
	enum io io = request_read(&c->request, c->tls, oc);

	return io == IO_DONE && c->request->status != 0 ? answer_request(c, oc) : io;
}

/* What the peer says meanwhile is not asked for; that it leaves is. */
static enum io run_pause(struct conn *c, struct outcome *oc)
{
	char unread[1024];
	size_t got;
	enum io io = tls_conn_read(c->tls, unread, sizeof unread, &got, oc);

	return io == IO_EOF ? enter(c, CONN_GREETING) : io;
}

static enum io run_greeting(struct conn *c, struct outcome *oc)
{
	size_t portion = misbehave_portion(c->service->misbehave, c->answer.len);
	enum io io = tls_conn_write(c->tls, c->answer.text, portion, oc);

	if (io != IO_DONE)
		return io;
	c->answer.text += portion;
	c->answer.len -= portion;
	return c->answer.len == 0 ? enter(c, CONN_CLOSE_NOTIFY) : IO_DONE;
}

static enum tls_closing ending(const struct conn *c)
{
	if (c->answer.len > 0 || c->service->misbehave == MISBEHAVE_NO_CLOSE_NOTIFY)
		return TLS_CLOSING_CUT;
	return c->failed ? TLS_CLOSING_FAILED : TLS_CLOSING_COMPLETE;
}

static enum io run_close_notify(struct conn *c, struct outcome *oc)
{
	enum io io = tls_closing_send(c->tls, ending(c), oc);

	if (io != IO_DONE)
		return io;
	/*
	 * The FIN waits for the client's Finished: there are proxies that close both directions
	 * on one. And half-close only: close() with unread input would send a reset, and a reset
	 * makes the peer's kernel throw away a greeting that it had not delivered yet.
	 */
	sock_finish(c->fd);
	drop_tls(c);
	return enter(c, CONN_LINGER);
}

static enum io run_linger(struct conn *c, struct outcome *oc)
{
	enum io io = sock_drain(c->fd);

	if (io == IO_FAILED) {
		outcome_set_errno(oc, OC_GREETING_RESET,
		    "the peer broke the connection before its end");
		return IO_FAILED;
	}
	return io == IO_EOF ? enter(c, CONN_DONE) : io;
}

/* There is no time to wait: one attempt to say what run_close_notify would. */
static void part(struct conn *c)
{
	struct outcome ignored = OUTCOME_NONE;

	c->failed = true;
	if (c->tls)
		tls_closing_send(c->tls, ending(c), &ignored);
	enter(c, CONN_DONE);
}

/* Whoever is slow with a request can still be told (RFC 9110 section 15.5.9); a pause just ends. */
static void expire_request(struct conn *c)
{
	struct outcome oc = OUTCOME_NONE;

	if (c->state == CONN_PAUSE)
		enter(c, CONN_GREETING);
	else if (request_late(&c->request, &oc) != 0 || answer_request(c, &oc) == IO_FAILED)
		fail(c, &oc);
}

/* The phase has lasted too long. A peer that lingers has had its greeting: no failure. */
static void expire(struct conn *c)
{
	enum conn_phase phase = states[c->state].phase;
	unsigned ms = c->limits->ms[phase];
	struct outcome oc = OUTCOME_NONE;

	if (c->state == CONN_PAUSE || phase == CONN_PHASE_REQUEST) {
		expire_request(c);
		return;
	}
	if (phase == CONN_PHASE_PROXY)
		proxy_header_late(c->proxy, ms, &oc);
	else if (phase == CONN_PHASE_HANDSHAKE && c->tls)
		tls_conn_handshake_late(c->tls, ms, &oc);
	else if (phase == CONN_PHASE_HANDSHAKE)
		outcome_set(&oc, OC_HANDSHAKE_TIMEOUT, "the peer sent nothing for %u ms", ms);
	else if (phase == CONN_PHASE_GREETING)
		outcome_set(&oc, OC_GREETING_TIMEOUT,
		    "the peer did not take the greeting within %u ms", ms);
	if (oc.code != OC_OK)
		note_failure(c, &oc);
	part(c);
}

enum conn_want conn_step(struct conn *c, uint64_t now_ms)
{
	struct outcome oc = OUTCOME_NONE;

	c->now_ms = now_ms;
	if (c->state != CONN_DONE && now_ms >= conn_deadline(c))
		expire(c);
	while (c->state != CONN_DONE) {
		enum io io = states[c->state].run(c, &oc);

		if (io == IO_WANT_READ)
			return CONN_WANT_READ;
		if (io == IO_WANT_WRITE)
			return CONN_WANT_WRITE;
		if (io == IO_WANT_TIME)
			return CONN_WANT_TIME;
		if (io != IO_DONE)
			fail(c, &oc);
	}
	drop_tls(c);
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
		note_failure(c, &oc);
	}
	part(c);
	drop_tls(c);
}

int conn_fd(const struct conn *c)
{
	return c->fd;
}

enum conn_state conn_get_state(const struct conn *c)
{
	return c->state;
}

enum conn_phase conn_get_phase(const struct conn *c)
{
	return c->state == CONN_DONE ? CONN_PHASE_LINGER : states[c->state].phase;
}

uint64_t conn_since(const struct conn *c)
{
	return c->entered_ms;
}

uint64_t conn_deadline(const struct conn *c)
{
	return c->entered_ms + c->limits->ms[conn_get_phase(c)];
}

bool conn_is_handshaking(const struct conn *c)
{
	return c->tls && c->state <= CONN_HANDSHAKE;
}

const struct conn_record *conn_get_record(const struct conn *c)
{
	return &c->record;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	drop_tls(c);
	close(c->fd);
	proxy_header_free(c->proxy);
	conn_record_free(&c->record);
	free(c);
}
