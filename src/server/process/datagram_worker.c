/* SPDX-License-Identifier: MIT */
#include "server/process/datagram_worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_output.h"
#include "server/confine/confine.h"
#include "server/listen/udp_socket.h"
#include "server/process/datagram_clients.h"
#include "server/process/dtls_clients.h"
#include "server/process/quic_clients.h"
#include "server/process/relay.h"
#include "tls/datagram.h"

/* Precision of deadlines and retransmissions. */
enum { TICK_MS = 100 };

/* Datagrams taken from one socket at a time, so that the others get their turn. */
enum { RECEIVE_BATCH = 64 };

/* A predecessor that is stuck does not answer; its connections are lost anyway. */
enum { HANDOVER_MAX_MS = 5000 };

/*
 * A worker that has handed over its listeners still gets clients that have a token of its Retry.
 * They answer it within a round trip, or after a loss a second later.
 */
enum { LATE_CLIENTS_MS = 3000 };

/* The descriptors before the listeners in the array for ppoll. */
enum { MASTER, SUCCESSOR, PREDECESSOR, FIRST_LISTENER };

struct datagram_worker {
	const struct worker_job *job;
	struct datagram_clients *clients;
	struct dtls_clients *dtls;
	struct quic_clients *quic; /* NULL: no listener is for it */
	struct pollfd poll[FIRST_LISTENER + LISTENERS_MAX];
	bool waiting;  /* the predecessor still reads the listeners */
	bool asked;    /* the successor wants to read them */
	bool given;    /* it does */
	bool draining;
	uint64_t tick_ms; /* not before */
	uint64_t handover_end_ms, late_end_ms, drain_end_ms, beat_ms; /* UINT64_MAX: never */
	unsigned char buffer[TLS_DATAGRAM_MAX];
};

static volatile sig_atomic_t terminated;

static void on_terminate(int number)
{
	(void)number;
	terminated = 1;
}

/* Blocked except in ppoll, so that no signal comes between the check and the wait. */
static void set_signals(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct sigaction terminate = { .sa_handler = on_terminate };
	sigset_t blocked;

	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGUSR1, &ignore, NULL);
	sigaction(SIGTERM, &terminate, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static bool is_reading(const struct datagram_worker *w)
{
	return !w->waiting && !w->given;
}

static bool is_quic(const struct datagram_worker *w, int fd)
{
	const struct listener_set *set = w->job->listeners;
	size_t i = 0;

	while (i < set->count && set->item[i].fd != fd)
		i++;
	return i < set->count && set->item[i].kind == LISTENER_QUIC;
}

/* Returns whether it is of no connection here. */
static bool is_foreign(struct datagram_worker *w, const struct udp_path *from, size_t len,
    bool relayed, bool *answered)
{
	enum quic_clients_fate fate;

	*answered = false;
	if (!is_quic(w, from->fd))
		return !dtls_clients_take(w->dtls, from, w->buffer, len);
	fate = quic_clients_take(w->quic, from, w->buffer, len, relayed);
	*answered = fate == QUIC_CLIENTS_ANSWERED;
	return fate != QUIC_CLIENTS_TAKEN;
}

static void take(struct datagram_worker *w, const struct udp_path *from, size_t len,
    bool relayed)
{
	bool answered;

	if (!is_foreign(w, from, len, relayed, &answered))
		return;
	if (w->poll[PREDECESSOR].fd >= 0)
		relay_send_datagram(w->poll[PREDECESSOR].fd, w->job->listeners, from, w->buffer,
		    len);
	else if (!answered)
		w->job->counters->work->datagram[COUNTERS_DATAGRAM_IGNORED]++;
}

static void receive(struct datagram_worker *w, int fd)
{
	struct udp_path from;

	for (int i = 0; i < RECEIVE_BATCH; i++) {
		ssize_t len = udp_socket_receive(fd, w->buffer, sizeof w->buffer, &from);

		if (len < 0)
			return;
		if ((size_t)len <= sizeof w->buffer)
			take(w, &from, (size_t)len, false);
	}
}

/* Not while the predecessor still reads: the successor would believe that nobody does. */
static void give_if_asked(struct datagram_worker *w)
{
	if (!w->asked || w->waiting)
		return;
	w->given = true;
	w->asked = false;
	relay_send(w->poll[SUCCESSOR].fd, RELAY_GIVEN);
	log_at(LEVEL_DEBUG, "the successor reads the datagrams");
}

static void stop_waiting(struct datagram_worker *w)
{
	w->waiting = false;
	w->handover_end_ms = UINT64_MAX;
	give_if_asked(w);
}

static void handle_relay(struct datagram_worker *w, int which)
{
	struct udp_path from;
	size_t len;

	for (int i = 0; i < RECEIVE_BATCH; i++) {
		switch (relay_receive(w->poll[which].fd, w->job->listeners, w->buffer,
		    sizeof w->buffer, &len, &from)) {
		case RELAY_ASK:
			w->asked = w->asked || which == SUCCESSOR;
			give_if_asked(w);
			break;
		case RELAY_GIVEN:
			if (which == PREDECESSOR)
				stop_waiting(w);
			break;
		case RELAY_DATAGRAM:
			if (which == SUCCESSOR)
				take(w, &from, len, true);
			break;
		case RELAY_END:
			w->poll[which].fd = -1;
			if (which == PREDECESSOR)
				stop_waiting(w);
			return;
		default:
			return;
		}
	}
}

static void drain(struct datagram_worker *w, const char *why)
{
	if (w->draining)
		return;
	w->draining = true;
	w->drain_end_ms = clock_ms() + w->job->drain_ms;
	if (w->quic && w->given)
		w->late_end_ms = clock_ms() + LATE_CLIENTS_MS;
	datagram_clients_refuse(w->clients);
	log_at(LEVEL_DEBUG, "%s: draining %zu connections", why, datagram_clients_open(w->clients));
}

static void handle_master(struct datagram_worker *w)
{
	/* The master sends nothing: this is its end. */
	w->poll[MASTER].fd = -1;
	if (!w->draining)
		log_at(LEVEL_ERROR, "the master is gone: this worker drains and exits");
	drain(w, "the master is gone");
}

/* Sent from the loop, so that it proves more than that the process exists. */
static void beat(struct datagram_worker *w, uint64_t now)
{
	if (now < w->beat_ms)
		return;
	w->beat_ms = now + w->job->beat_ms;
	/* Full: the master does not read, and needs no more of them. */
	if (send(w->job->status_fd, "b", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		log_at(LEVEL_DEBUG, "cannot send a heartbeat: %s", strerror(errno));
}

/* It looks at each handshake: not once for each datagram, which a flood would make of it. */
static void tick(struct datagram_worker *w, uint64_t now)
{
	if (now < w->tick_ms)
		return;
	w->tick_ms = now + TICK_MS;
	datagram_clients_tick(w->clients, now);
}

static void handle_time(struct datagram_worker *w)
{
	uint64_t now = clock_ms();

	tick(w, now);
	if (w->quic && now >= quic_clients_timer(w->quic))
		quic_clients_tick(w->quic);
	beat(w, now);
	if (now >= w->handover_end_ms) {
		log_at(LEVEL_WARNING, "the previous datagram worker does not answer");
		stop_waiting(w);
	}
	if (now >= w->drain_end_ms)
		datagram_clients_end(w->clients, "the drain timeout expired");
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When something has to be done even without news. */
static uint64_t next_deadline(const struct datagram_worker *w, uint64_t now)
{
	uint64_t until = sooner(w->beat_ms, sooner(w->handover_end_ms, w->drain_end_ms));

	if (w->late_end_ms > now)
		until = sooner(until, w->late_end_ms);
	if (datagram_clients_open(w->clients) > 0)
		until = sooner(until, w->tick_ms);
	return w->quic ? sooner(until, quic_clients_timer(w->quic)) : until;
}

static void wait_for_news(struct datagram_worker *w)
{
	uint64_t now = clock_ms(), until = next_deadline(w, now), ms;
	struct timespec left;
	sigset_t none;

	/* Never 0: what a timer of the library is for may not be possible yet. */
	ms = until > now ? until - now : 1;
	left = (struct timespec){ (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	for (size_t i = 0; i < w->job->listeners->count; i++)
		w->poll[FIRST_LISTENER + i].fd =
		    is_reading(w) ? w->job->listeners->item[i].fd : -1;
	sigemptyset(&none);
	if (ppoll(w->poll, FIRST_LISTENER + w->job->listeners->count,
		until == UINT64_MAX ? NULL : &left, &none) <= 0) {
		for (size_t i = 0; i < FIRST_LISTENER + w->job->listeners->count; i++)
			w->poll[i].revents = 0;
	}
}

static void handle_news(struct datagram_worker *w)
{
	/*
	 * The successor has asked before the master sends the signal: the clients of the
	 * time between are its own.
	 */
	if (terminated && !w->draining) {
		if (w->poll[SUCCESSOR].fd >= 0)
			handle_relay(w, SUCCESSOR);
		drain(w, "SIGTERM received");
	}
	if (w->poll[MASTER].revents)
		handle_master(w);
	if (w->poll[PREDECESSOR].revents)
		handle_relay(w, PREDECESSOR);
	/* The listeners before the successor: what is read now needs no relay. */
	for (size_t i = 0; i < w->job->listeners->count; i++) {
		if (w->poll[FIRST_LISTENER + i].revents)
			receive(w, w->job->listeners->item[i].fd);
	}
	if (w->poll[SUCCESSOR].revents)
		handle_relay(w, SUCCESSOR);
}

/*
 * A predecessor may still have connections, whose datagrams the successor can only pass
 * on through this process.
 */
static bool is_done(const struct datagram_worker *w)
{
	if (!w->draining || datagram_clients_open(w->clients) > 0)
		return false;
	if (w->late_end_ms > clock_ms() && clock_ms() < w->drain_end_ms)
		return false;
	return w->poll[PREDECESSOR].fd < 0 || clock_ms() >= w->drain_end_ms;
}

/* The log lines of one pass are written together. */
static void serve(struct datagram_worker *w)
{
	log_output_gather();
	while (!is_done(w)) {
		wait_for_news(w);
		handle_news(w);
		handle_time(w);
		log_output_flush();
	}
}

static int set_up(struct datagram_worker *w, const struct worker_job *job, struct outcome *oc)
{
	memset(w, 0, sizeof *w);
	w->job = job;
	for (size_t i = 0; i < FIRST_LISTENER + LISTENERS_MAX; i++)
		w->poll[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	w->poll[MASTER].fd = job->status_fd;
	w->poll[SUCCESSOR].fd = job->successor_fd;
	w->poll[PREDECESSOR].fd = job->predecessor_fd;
	w->waiting = job->predecessor_fd >= 0;
	w->handover_end_ms = w->waiting ? clock_ms() + HANDOVER_MAX_MS : UINT64_MAX;
	w->drain_end_ms = UINT64_MAX;
	w->beat_ms = job->beat_ms > 0 ? clock_ms() + job->beat_ms : UINT64_MAX;
	w->clients = datagram_clients_new(job);
	w->dtls = w->clients ? dtls_clients_new(w->clients) : NULL;
	if (!w->dtls)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the datagram worker");
	if (job->service->quic && !(w->quic = quic_clients_new(w->clients, oc)))
		return -1;
	return 0;
}

_Noreturn void datagram_worker_main(const struct worker_job *job)
{
	static struct datagram_worker w;
	struct outcome oc = OUTCOME_NONE;

	log_role("datagrams-%u", job->generation);
	counters_keep_work(job->counters);
	set_signals();
	if (set_up(&w, job, &oc) != 0) {
		log_outcome(LEVEL_ERROR, "this worker does not serve", &oc);
		exit(outcome_status(oc.code));
	}
	/* After this nothing more can be opened. */
	if (confine_enter(job->privdrop, job->sandbox, SANDBOX_DATAGRAMS, &oc) != 0) {
		log_outcome(LEVEL_ERROR, "this worker is not confined and does not serve", &oc);
		exit(outcome_status(oc.code));
	}
	if (w.waiting)
		relay_send(w.poll[PREDECESSOR].fd, RELAY_ASK);
	if (write(job->status_fd, "r", 1) == 1)
		serve(&w);
	quic_clients_free(w.quic);
	dtls_clients_free(w.dtls);
	datagram_clients_free(w.clients);
	log_finish();
	exit(outcome_status(OC_OK));
}
