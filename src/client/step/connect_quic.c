/* SPDX-License-Identifier: MIT */
#include "client/step/connect_quic.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/step/connect_failure.h"
#include "client/step/handshake.h"
#include "client/step/icmp.h"
#include "client/step/socket.h"
#include "tls/quic.h"

/* How long TCP has to answer, if UDP failed at once. */
enum { COMPARE_MS = 1000 };

/*
 * All attempts of one step: attempt i is a connection to address i of the session, tls[i] on the
 * socket polls[i].fd; or the fd is -1 once it has failed, and attempts[i] has the reason. Nothing
 * is read from a socket until its attempt has won.
 */
struct quic_race {
	struct session *s;
	size_t started, running;
	uint64_t next_ms; /* when the next attempt begins */
	struct pollfd polls[SESSION_ADDRS_MAX];
	struct tls_conn *tls[SESSION_ADDRS_MAX];
	struct connect_attempt attempts[SESSION_ADDRS_MAX];
	struct outcome failed; /* not the network's fault: it ends the race */
	uint64_t compare_ms;   /* when to ask TCP as well */
	int tcp;               /* a connection to the first address; -1: none */
	int tcp_error;         /* its failure, if there is no socket; 0: not tried yet */
};

static void lose(struct quic_race *r, size_t i, int error)
{
	struct connect_attempt *a = &r->attempts[i];

	tls_conn_free(r->tls[i]);
	r->tls[i] = NULL;
	if (r->polls[i].fd >= 0) {
		a->turned_away = icmp_receive(r->polls[i].fd, &a->notice);
		a->mtu = error == EMSGSIZE ? socket_path_mtu(r->polls[i].fd) : 0;
		close(r->polls[i].fd);
	}
	r->polls[i].fd = -1;
	a->error = error;
	r->running--;
	/* After a failure the next attempt begins at once. */
	r->next_ms = 0;
}

/* Send the first packet, or repeat it when that is due. */
static void send_hello(struct quic_race *r, size_t i)
{
	struct outcome failed = OUTCOME_NONE;
	const int ret = tls_quic_send(r->tls[i], &failed);
	int error = tls_quic_errno(r->tls[i]);

	if (ret == 0 && error == 0)
		return;
	if (error == 0 && failed.code == OC_HANDSHAKE_TIMEOUT)
		error = ETIMEDOUT;
	else if (error == 0)
		r->failed = failed;
	lose(r, i, error ? error : EPROTO);
}

/* Has the peer answered? Only then its error, which the caller has read, comes too late. */
static bool has_datagram(int fd)
{
	char byte;

	return recv(fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

static void start_next(struct quic_race *r)
{
	struct session *s = r->s;
	size_t i = r->started++;

	r->polls[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	r->running++;
	r->next_ms = clock_ms() + CONNECT_STAGGER_MS;
	if (socket_connect_udp(&s->addrs[i], &r->polls[i].fd) != 0) {
		r->attempts[i].local = true;
		lose(r, i, errno);
		return;
	}
	r->tls[i] = tls_quic_new_client(s->ctx, r->polls[i].fd, &s->addrs[i],
	    s->sni[0] ? s->sni : NULL, s->verdict.uri ? NULL : s->verify_name, &s->verdict,
	    &r->failed);
	if (!r->tls[i] || handshake_prepare(s, r->tls[i], &r->failed) != 0) {
		lose(r, i, EPROTO);
		return;
	}
	tls_quic_shape(r->tls[i], s->options->hello.datagram, s->options->hello.unknown_version);
	send_hello(r, i);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Wait until an answer comes, a packet is due again, or the next attempt may begin. */
static void wait_for_attempts(struct quic_race *r, uint64_t deadline_ms)
{
	uint64_t now = clock_ms(), until = deadline_ms, left;

	if (r->started < r->s->addr_count)
		until = earlier(until, r->next_ms);
	if (r->tcp < 0 && !r->tcp_error)
		until = earlier(until, r->compare_ms);
	for (size_t i = 0; i < r->started; i++) {
		if (r->polls[i].fd >= 0)
			until = earlier(until, tls_conn_timer(r->tls[i]));
	}
	left = until > now ? until - now : 0;
	(void)poll(r->polls, r->started, left > INT_MAX ? INT_MAX : (int)left);
}

static void repeat_hellos(struct quic_race *r)
{
	for (size_t i = 0; i < r->started; i++) {
		if (r->polls[i].fd >= 0 && !r->polls[i].revents &&
		    tls_conn_timer(r->tls[i]) <= clock_ms())
			send_hello(r, i);
	}
}

/* The first attempt that has an answer, or -1: none yet. */
static int find_winner(struct quic_race *r)
{
	for (size_t i = 0; i < r->started; i++) {
		int error;

		if (r->polls[i].fd < 0 || !r->polls[i].revents)
			continue;
		error = socket_error(r->polls[i].fd);
		if (has_datagram(r->polls[i].fd))
			return (int)i;
		if (error)
			lose(r, i, error);
		else
			/* An unread message makes poll return at once. */
			icmp_receive(r->polls[i].fd, &r->attempts[i].notice);
	}
	return -1;
}

/* ---- the same over TCP ---------------------------------------------------------------------- */

static void start_comparison(struct quic_race *r)
{
	if (r->tcp >= 0 || r->tcp_error)
		return;
	if (socket_connect(&r->s->addrs[0], 0, &r->tcp) == IO_FAILED) {
		r->tcp = -1;
		r->tcp_error = errno;
	}
}

static void compare_with_tcp(struct quic_race *r, struct outcome *oc)
{
	const unsigned port = (unsigned)addr_port(&r->s->addrs[0]);
	struct pollfd p = { .fd = r->tcp, .events = POLLOUT };
	const bool refused = oc->code == OC_CONNECT_REFUSED;
	const bool silent = oc->code == OC_CONNECT_TIMEOUT;
	uint64_t now = clock_ms();
	uint64_t deadline_ms = earlier(now + COMPARE_MS, r->s->connect_deadline_ms);
	char at[ADDR_TEXT_MAX];
	int error = r->tcp_error;

	/* It may have answered long ago, so look even if there is no time left. */
	if (r->tcp >= 0 && poll(&p, 1, deadline_ms > now ? (int)(deadline_ms - now) : 0) == 1)
		error = socket_connect_result(r->tcp);
	else if (r->tcp >= 0)
		error = ETIMEDOUT;
	addr_format_host(&r->s->addrs[0], at);
	if (error == 0)
		outcome_append(oc, "; TCP port %u of %s accepts connections", port, at);
	else if (socket_connect_code(error) == OC_CONNECT_REFUSED)
		outcome_append(oc, "; TCP port %u of %s is closed%s", port, at,
		    refused ? ", too" : "");
	else if (error == ETIMEDOUT)
		outcome_append(oc, "; TCP port %u of %s did not answer%s", port, at,
		    silent ? " either" : "");
	else
		outcome_append(oc, "; TCP port %u of %s failed, too (%s)", port, at,
		    strerror(error));
}

static int explain(struct quic_race *r, struct outcome *oc)
{
	const struct session *s = r->s;

	if (r->failed.code != OC_OK)
		return outcome_report(oc, &r->failed);
	start_comparison(r);
	connect_explain(s, r->attempts, r->started, oc);
	compare_with_tcp(r, oc);
	return -1;
}

/* ---- the step ------------------------------------------------------------------------------- */

/* Returns the winner's number, or -1. Ends all other attempts. */
static int run(struct quic_race *r, uint64_t deadline_ms)
{
	int winner = -1;

	do {
		if (r->started < r->s->addr_count && clock_ms() >= r->next_ms) {
			start_next(r);
			continue;
		}
		if (r->running == 0)
			break;
		if (clock_ms() >= r->compare_ms)
			start_comparison(r);
		wait_for_attempts(r, deadline_ms);
		winner = find_winner(r);
		repeat_hellos(r);
	} while (winner < 0 && r->failed.code == OC_OK && clock_ms() < deadline_ms);
	for (size_t i = 0; i < r->started; i++) {
		if (r->polls[i].fd >= 0 && (int)i != winner)
			lose(r, i, ETIMEDOUT);
	}
	return winner;
}

int connect_over_quic(struct session *s, struct outcome *oc)
{
	uint64_t now = clock_ms(), deadline_ms = s->connect_deadline_ms;
	struct quic_race race = { .s = s, .tcp = -1, .failed = OUTCOME_NONE };
	int winner;

	race.compare_ms = deadline_ms > now ? now + (deadline_ms - now) / 2 : now;
	winner = run(&race, deadline_ms);
	s->tried = race.started;
	if (winner < 0)
		explain(&race, oc);
	if (race.tcp >= 0)
		close(race.tcp);
	if (winner < 0)
		return -1;
	s->peer = s->addrs[winner];
	s->fd = race.polls[winner].fd;
	s->tls = race.tls[winner];
	socket_settle(s->fd);
	phases_mark(&s->phases, PHASE_CONNECT);
	return 0;
}
