/* SPDX-License-Identifier: MIT */
#include "server/process/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_output.h"
#include "server/confine/confine.h"
#include "server/conn/conn.h"
#include "server/conn/conn_log.h"
#include "server/conn/pool.h"
#include "server/listen/socket.h"

/* Precision of the deadlines, and the pause of accepting when descriptors are used up. */
static const struct timeval tick_time = { 0, 100000 }, pause_time = { 0, 100000 };

/* Connections accepted from one listener at a time, so that open connections get their turn. */
enum { ACCEPT_BATCH = 64 };

/* A backend of libevent that cannot tell the peer's FIN ignores EV_CLOSED. */
enum { READ_EVENTS = EV_READ | EV_CLOSED };

struct worker;

/* One open connection. The pool's entry comes first, so that each can be found from the other. */
struct client {
	struct pool_entry entry;
	struct worker *worker;
	enum conn_want want;
	struct event event;
};

struct worker {
	const struct worker_job *job;
	struct event_base *base;
	struct event accept[LISTENERS_MAX];
	struct event terminate, master, tick, resume, drain_end, beat;
	struct pool pool;
	bool paused, draining;
};

static void on_client(evutil_socket_t fd, short events, void *arg);

static void leave_when_idle(struct worker *w)
{
	if (w->draining && w->pool.open == 0)
		event_base_loopbreak(w->base);
}

static void show_gauges(const struct worker *w)
{
	if (!w->job->gauges)
		return;
	w->job->gauges->open = w->pool.open;
	w->job->gauges->handshakes = w->pool.handshake_count;
}

static struct client *client_at(struct pool_entry *entry)
{
	return (struct client *)entry;
}

static void client_free(struct client *c)
{
	struct worker *w = c->worker;

	event_del(&c->event);
	pool_remove(&w->pool, &c->entry);
	show_gauges(w);
	counters_add(w->job->counters, conn_get_record(c->entry.conn));
	conn_log_write(conn_get_record(c->entry.conn));
	conn_free(c->entry.conn);
	free(c);
	leave_when_idle(w);
}

static void watch(struct client *c, enum conn_want want)
{
	short events = want == CONN_WANT_WRITE ? EV_WRITE : READ_EVENTS;

	if (c->want == want)
		return;
	event_del(&c->event);
	c->want = want;
	/* The tick handles its deadline. */
	if (want == CONN_WANT_TIME)
		return;
	event_assign(&c->event, c->worker->base, conn_fd(c->entry.conn),
	    (short)(events | EV_PERSIST), on_client, c);
	event_add(&c->event, NULL);
}

static void close_client(struct client *c, enum outcome_code code, const char *why)
{
	conn_abort(c->entry.conn, clock_ms(), code, why);
	client_free(c);
}

/* At a limit the connection that has waited longest is closed; that may be c itself. */
static void keep_limits(struct client *c)
{
	struct worker *w = c->worker;
	struct pool_entry *excess;
	enum limits_kind which;
	char why[64];

	show_gauges(w);
	while ((excess = pool_excess(&w->pool, &c->entry, &which))) {
		w->job->counters->work->limit[which]++;
		snprintf(why, sizeof why, "closed at the limit --%s", limits_name(which));
		close_client(client_at(excess), OC_LIMIT_REACHED, why);
		if (excess == &c->entry)
			return;
	}
}

static void step(struct client *c)
{
	enum conn_want want = conn_step(c->entry.conn, clock_ms());

	if (want == CONN_WANT_FREE) {
		client_free(c);
		return;
	}
	watch(c, want);
	if (pool_update(&c->worker->pool, &c->entry) != 0)
		close_client(c, OC_INTERNAL, "out of memory");
	else
		keep_limits(c);
}

static void on_client(evutil_socket_t fd, short events, void *arg)
{
	struct client *c = arg;

	(void)fd;
	if (events & EV_CLOSED)
		conn_peer_finished(c->entry.conn);
	step(c);
}

/* Takes ownership of fd. NULL if out of memory. */
static struct client *client_new(struct worker *w, int fd, const struct addr *peer, bool balancer)
{
	const struct access *access = w->job->access;
	struct client *c = calloc(1, sizeof *c);

	if (!c) {
		close(fd);
		return NULL;
	}
	c->entry.conn = conn_new(w->job->service, w->job->conn, fd, peer, clock_ms());
	if (!c->entry.conn || (balancer && conn_expect_proxy(c->entry.conn, access) != 0) ||
	    pool_add(&w->pool, &c->entry) != 0) {
		conn_free(c->entry.conn);
		free(c);
		return NULL;
	}
	c->worker = w;
	c->want = CONN_WANT_READ;
	event_assign(&c->event, w->base, fd, READ_EVENTS | EV_PERSIST, on_client, c);
	return c;
}

static void take(struct worker *w, int fd, const struct addr *peer)
{
	const struct access *access = w->job->access;
	bool balancer = access_is_balancer(access, peer);
	struct client *c = client_new(w, fd, peer, balancer);

	if (!c) {
		log_at(LEVEL_ERROR, "out of memory: dropped a connection");
		return;
	}
	if (event_add(&c->event, NULL) != 0) {
		close_client(c, OC_INTERNAL, "cannot add an event to the event loop");
		return;
	}
	if (!event_pending(&w->tick, EV_TIMEOUT, NULL))
		event_add(&w->tick, &tick_time);
	/* A balancer must be admitted to name its client: then that client is checked. */
	if (!balancer && !access_permits(access, peer))
		close_client(c, OC_CLIENT_DENIED, "not admitted by --allow and --deny");
	else
		keep_limits(c);
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
 * Descriptors or memory are used up, and a readable listener would make the loop spin:
 * try again a little later. Clients wait in the queue meanwhile.
 */
static void pause_accepting(struct worker *w)
{
	w->job->counters->work->accept_pauses++;
	if (!w->paused)
		log_at(LEVEL_WARNING, "cannot accept: %s; %zu connections are open, new ones wait",
		    strerror(errno), w->pool.open);
	w->paused = true;
	set_accepting(w, false);
	event_add(&w->resume, &pause_time);
}

/* Returns false if the listener's queue is empty or accepting is paused. */
static bool accept_one(struct worker *w, int listen_fd)
{
	struct addr peer;
	int fd;

	switch (socket_accept(listen_fd, &fd, &peer)) {
	case IO_DONE:
		w->paused = false;
		take(w, fd, &peer);
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

/* Expiry frees connections, but none that a callback of this round still uses. */
static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;
	struct pool_entry *late;
	uint64_t now = clock_ms();

	(void)fd;
	(void)events;
	while ((late = pool_expired(&w->pool, now)))
		step(client_at(late));
	if (w->pool.open > 0)
		event_add(&w->tick, &tick_time);
}

static void on_drain_end(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;
	struct pool_entry *open;

	(void)fd;
	(void)events;
	while ((open = pool_any(&w->pool)))
		close_client(client_at(open), OC_SHUTDOWN, "the drain timeout expired");
}

static void drain(struct worker *w, const char *why)
{
	unsigned ms = w->job->drain_ms;
	struct timeval end = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };

	if (w->draining)
		return;
	w->draining = true;
	set_accepting(w, false);
	event_add(&w->drain_end, &end);
	/*
	 * Clients in the queue are connected already, so they are served. Bounded,
	 * because on a reload the queue stays open and new clients join it.
	 */
	for (size_t i = 0; i < w->job->listeners->count; i++) {
		for (int n = 0; n < SOMAXCONN && accept_one(w, w->job->listeners->item[i].fd); n++)
			;
	}
	listener_set_close(w->job->listeners);
	log_at(LEVEL_DEBUG, "%s: draining %zu connections", why, w->pool.open);
	leave_when_idle(w);
}

static void on_terminate(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	drain(arg, "SIGTERM received");
}

static void on_master(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)events;
	event_del(&w->master);
	if (!w->draining)
		log_at(LEVEL_ERROR, "the master is gone: this worker drains and exits");
	drain(w, "the master is gone");
}

/* Sent from the event loop, so that it proves more than that the process exists. */
static void on_beat(evutil_socket_t fd, short events, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)events;
	/* Full: the master does not read, and needs no more of them. */
	if (send(w->job->status_fd, "b", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		log_at(LEVEL_DEBUG, "cannot send a heartbeat: %s", strerror(errno));
}

static int start_beat(struct worker *w)
{
	unsigned ms = w->job->beat_ms;
	struct timeval often = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };

	event_assign(&w->beat, w->base, -1, EV_PERSIST, on_beat, w);
	return ms > 0 ? event_add(&w->beat, &often) : 0;
}

static int set_up(struct worker *w)
{
	const struct worker_job *job = w->job;

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
	if (event_add(&w->master, NULL) != 0 || event_add(&w->terminate, NULL) != 0 ||
	    start_beat(w) != 0)
		return -1;
	set_accepting(w, true);
	return 0;
}

/* The terminal sends signals to the whole process group; only the master handles them. */
static void set_signals(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGUSR1, &ignore, NULL);
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
	event_del(&w->beat);
	event_base_free(w->base);
}

/* The log lines of one pass of the loop are written together, after its last callback. */
static void serve(struct worker *w)
{
	log_output_gather();
	while (event_base_loop(w->base, EVLOOP_ONCE) == 0 && !event_base_got_break(w->base))
		log_output_flush();
}

_Noreturn void worker_main(const struct worker_job *job)
{
	struct worker w = { .job = job, .pool.limits = job->limits };
	struct outcome oc = OUTCOME_NONE;

	log_role("worker-%u.%u", job->generation, job->slot);
	counters_keep_work(job->counters);
	if (set_up(&w) != 0) {
		log_at(LEVEL_ERROR, "cannot create the event loop: %s", strerror(errno));
		exit(outcome_status(OC_INTERNAL));
	}
	set_signals();
	/* After this nothing more can be opened. */
	if (confine_enter(job->privdrop, job->sandbox, SANDBOX_STREAMS, &oc) != 0) {
		log_outcome(LEVEL_ERROR, "this worker is not confined and does not serve", &oc);
		exit(outcome_status(oc.code));
	}
	if (write(job->status_fd, "r", 1) == 1)
		serve(&w);
	tear_down(&w);
	log_finish();
	exit(outcome_status(OC_OK));
}
