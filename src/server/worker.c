/* SPDX-License-Identifier: MIT */
#include "server/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <utlist.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/sock.h"
#include "server/conn.h"

/* How exactly deadlines are kept, and how long a full descriptor table is left alone. */
static const struct timeval tick_time = { 0, 100000 }, pause_time = { 0, 100000 };

/* Taken from one listener in one go, so that open connections get their turn. */
enum { ACCEPT_BATCH = 64 };

struct worker;

/* One open connection, in the queue of its phase, and of the handshakes if it is in one. */
struct client {
	struct worker *worker;
	struct conn *conn;
	enum conn_phase phase;
	enum conn_want want;
	bool handshaking;
	struct event event;
	struct client *prev, *next;
	struct client *handshake_prev, *handshake_next;
};

struct worker {
	const struct worker_job *job;
	struct conn_limits limits;
	struct event_base *base;
	struct event accept[SERVER_LISTEN_MAX];
	struct event terminate, master, tick, resume, drain_end;
	/*
	 * One first-in-first-out queue per phase: all in it have the same time to
	 * live, so the first one is always the first to expire.
	 */
	struct client *queue[CONN_PHASES];
	struct client *handshakes; /* the one that began first at the head */
	size_t open, handshake_count;
	bool paused, draining;
};

static void on_client(evutil_socket_t fd, short events, void *arg);

static void log_connection(const struct conn_record *r)
{
	struct log_line line;
	char peer[ADDR_TEXT_MAX];

	if (!log_wants(LEVEL_INFO))
		return;
	log_begin(&line, LEVEL_INFO);
	log_field(&line, "peer", "%s", addr_format(&r->peer, peer));
	log_field(&line, "outcome", "%s", outcome_name(r->code));
	if (r->facts.protocol[0]) {
		log_field(&line, "protocol", "%s", r->facts.protocol);
		log_field(&line, "cipher", "%s", r->facts.cipher);
		log_field(&line, "group", "%s", r->facts.group);
	}
	if (r->failure)
		log_field(&line, "detail", "%s", r->failure->detail);
	log_field(&line, "received", "%llu", (unsigned long long)r->received);
	log_field(&line, "sent", "%llu", (unsigned long long)r->sent);
	log_field(&line, "handshake_ms", "%u", r->phase_ms[PHASE_HANDSHAKE]);
	log_field(&line, "greeting_ms", "%u", r->phase_ms[PHASE_GREETING]);
	log_field(&line, "linger_ms", "%u", r->phase_ms[PHASE_LINGER]);
	log_end(&line);
}

static void leave_when_idle(struct worker *w)
{
	if (w->draining && w->open == 0)
		event_base_loopbreak(w->base);
}

static void enqueue(struct client *c)
{
	c->phase = conn_get_phase(c->conn);
	DL_APPEND(c->worker->queue[c->phase], c);
	if (!event_pending(&c->worker->tick, EV_TIMEOUT, NULL))
		event_add(&c->worker->tick, &tick_time);
}

static void join_handshakes(struct client *c)
{
	DL_APPEND2(c->worker->handshakes, c, handshake_prev, handshake_next);
	c->worker->handshake_count++;
	c->handshaking = true;
}

static void leave_handshakes(struct client *c)
{
	if (!c->handshaking)
		return;
	DL_DELETE2(c->worker->handshakes, c, handshake_prev, handshake_next);
	c->worker->handshake_count--;
	c->handshaking = false;
}

static void client_free(struct client *c)
{
	struct worker *w = c->worker;

	event_del(&c->event);
	leave_handshakes(c);
	DL_DELETE(w->queue[c->phase], c);
	log_connection(conn_get_record(c->conn));
	conn_free(c->conn);
	free(c);
	w->open--;
	leave_when_idle(w);
}

static void watch(struct client *c, enum conn_want want)
{
	short events = want == CONN_WANT_WRITE ? EV_WRITE : EV_READ;

	if (c->want == want)
		return;
	event_del(&c->event);
	event_assign(&c->event, c->worker->base, conn_fd(c->conn), (short)(events | EV_PERSIST),
	    on_client, c);
	event_add(&c->event, NULL);
	c->want = want;
}

static void close_client(struct client *c, enum outcome_code code, const char *why)
{
	conn_abort(c->conn, clock_ms(), code, why);
	client_free(c);
}

/* Half-open handshakes are what a hostile peer can make expensive: the oldest makes room. */
static void count_handshake(struct client *c)
{
	struct worker *w = c->worker;

	if (conn_is_handshaking(c->conn) == c->handshaking)
		return;
	if (c->handshaking) {
		leave_handshakes(c);
		return;
	}
	join_handshakes(c);
	if (w->handshake_count > w->job->options->max_handshakes)
		close_client(w->handshakes, OC_LIMIT_REACHED, "too many handshakes in flight");
}

static void step(struct client *c)
{
	enum conn_want want = conn_step(c->conn, clock_ms());

	if (want == CONN_WANT_FREE) {
		client_free(c);
		return;
	}
	watch(c, want);
	if (conn_get_phase(c->conn) != c->phase) {
		DL_DELETE(c->worker->queue[c->phase], c);
		enqueue(c);
	}
	count_handshake(c);
}

static void on_client(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	step(arg);
}

static void client_new(struct worker *w, int fd, const struct addr *peer)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c) {
		close(fd);
	} else if (!(c->conn = conn_new(w->job->service, &w->limits, fd, peer, clock_ms()))) {
		free(c);
		c = NULL;
	}
	if (!c) {
		log_at(LEVEL_ERROR, "out of memory: a connection was dropped");
		return;
	}
	c->worker = w;
	c->want = CONN_WANT_READ;
	event_assign(&c->event, w->base, fd, EV_READ | EV_PERSIST, on_client, c);
	event_add(&c->event, NULL);
	w->open++;
	enqueue(c);
}

static void set_accepting(struct worker *w, bool on)
{
	for (size_t i = 0; i < w->job->listeners->count; i++) {
		if (on)
			event_add(&w->accept[i], NULL);
		else
			event_del(&w->accept[i]);
	}
}

/*
 * Descriptors or memory are used up, and a readable listener would make the
 * loop spin: look again a little later. Clients wait in the queue meanwhile.
 */
static void pause_accepting(struct worker *w)
{
	if (!w->paused)
		log_at(LEVEL_WARNING, "accept: %s; %zu connections are open, new ones wait",
		    strerror(errno), w->open);
	w->paused = true;
	set_accepting(w, false);
	event_add(&w->resume, &pause_time);
}

/* Returns false when the listener's queue is empty or cannot be taken from now. */
static bool accept_one(struct worker *w, int listen_fd)
{
	struct addr peer;
	int fd;

	switch (sock_accept(listen_fd, &fd, &peer)) {
	case IO_DONE:
		w->paused = false;
		client_new(w, fd, &peer);
		return true;
	case IO_FAILED:
		if (!w->draining)
			pause_accepting(w);
		return false;
	default:
		return false;
	}
}

static void on_accept(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH && accept_one(w, fd); i++)
		;
}

static void on_resume(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)events;
	if (!w->draining)
		set_accepting(w, true);
}

/* Expiry frees connections, but none that a callback of this round still holds. */
static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;
	uint64_t now = clock_ms();

	(void)fd;
	(void)events;
	for (int q = 0; q < CONN_PHASES; q++) {
		while (w->queue[q] && conn_deadline(w->queue[q]->conn) <= now)
			step(w->queue[q]);
	}
	if (w->open > 0)
		event_add(&w->tick, &tick_time);
}

static void on_drain_end(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)events;
	for (int q = 0; q < CONN_PHASES; q++) {
		while (w->queue[q])
			close_client(w->queue[q], OC_SHUTDOWN, "the drain timeout was over");
	}
}

static void drain(struct worker *w, const char *why)
{
	unsigned ms = w->job->options->drain_ms;
	struct timeval end = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };

	if (w->draining)
		return;
	w->draining = true;
	set_accepting(w, false);
	event_add(&w->drain_end, &end);
	/*
	 * Whoever is in the queue has a connection already, and shall be greeted.
	 * Bounded, because on a reload the queue stays open and new ones join it.
	 */
	for (size_t i = 0; i < w->job->listeners->count; i++) {
		for (int n = 0; n < SOMAXCONN && accept_one(w, w->job->listeners->item[i].fd); n++)
			;
	}
	listener_set_close(w->job->listeners);
	log_at(LEVEL_DEBUG, "%s: draining %zu connections", why, w->open);
	leave_when_idle(w);
}

static void on_terminate(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	drain(arg, "told to leave");
}

static void on_master(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)events;
	event_del(&w->master);
	if (!w->draining)
		log_at(LEVEL_ERROR, "the master is gone: this worker drains and leaves");
	drain(w, "the master is gone");
}

static int set_up(struct worker *w)
{
	const struct worker_job *job = w->job;
	const struct server_options *o = job->options;

	w->limits.ms[PHASE_HANDSHAKE] = o->handshake_ms;
	w->limits.ms[PHASE_GREETING] = o->greeting_ms;
	w->limits.ms[PHASE_LINGER] = o->linger_ms;
	w->base = event_base_new();
	if (!w->base)
		return -1;
	for (size_t i = 0; i < job->listeners->count; i++)
		event_assign(&w->accept[i], w->base, job->listeners->item[i].fd,
		    EV_READ | EV_PERSIST, on_accept, w);
	evtimer_assign(&w->tick, w->base, on_tick, w);
	evtimer_assign(&w->resume, w->base, on_resume, w);
	evtimer_assign(&w->drain_end, w->base, on_drain_end, w);
	event_assign(&w->master, w->base, job->status_fd, EV_READ | EV_PERSIST, on_master, w);
	evsignal_assign(&w->terminate, w->base, SIGTERM, on_terminate, w);
	if (event_add(&w->master, NULL) != 0 || event_add(&w->terminate, NULL) != 0)
		return -1;
	set_accepting(w, true);
	return 0;
}

/* The terminal's signals go to the whole process group; the master decides what they mean. */
static void set_signals(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void tear_down(struct worker *w)
{
	event_del(&w->terminate);
	event_del(&w->master);
	event_del(&w->tick);
	event_del(&w->resume);
	event_del(&w->drain_end);
	event_base_free(w->base);
}

_Noreturn void worker_main(const struct worker_job *job)
{
	struct worker w = { .job = job };

	log_role("worker-%u.%u", job->generation, job->slot);
	if (set_up(&w) != 0) {
		log_at(LEVEL_ERROR, "no event loop: %s", strerror(errno));
		exit(outcome_status(OC_INTERNAL));
	}
	set_signals();
	if (write(job->status_fd, "r", 1) == 1)
		event_base_dispatch(w.base);
	tear_down(&w);
	exit(outcome_status(OC_OK));
}
