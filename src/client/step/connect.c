/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/session/session.h"
#include "client/step/connect_failure.h"
#include "client/step/connect_udp.h"
#include "client/step/icmp.h"
#include "client/step/socket.h"

/*
 * All attempts of one step: attempt i connects to address i of the session. polls[i].fd is its
 * socket, or -1, which poll ignores, once the attempt has failed: then attempts[i] has the reason.
 */
struct race {
	const struct session *s;
	size_t started, running;
	uint64_t next_ms; /* when the next attempt begins */
	struct pollfd polls[SESSION_ADDRS_MAX];
	struct connect_attempt attempts[SESSION_ADDRS_MAX];
};

static void lose(struct race *r, size_t i, int error)
{
	if (r->polls[i].fd >= 0) {
		r->attempts[i].turned_away =
		    icmp_receive(r->polls[i].fd, &r->attempts[i].notice);
		close(r->polls[i].fd);
	}
	r->polls[i].fd = -1;
	r->attempts[i].error = error;
	r->running--;
	/* After a failure the next attempt begins at once. */
	r->next_ms = 0;
}

static void start_next(struct race *r)
{
	const unsigned segment = r->s->options->hello.segment;
	size_t i = r->started++;

	r->polls[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	r->running++;
	r->next_ms = clock_ms() + CONNECT_STAGGER_MS;
	if (socket_connect(&r->s->addrs[i], segment, &r->polls[i].fd) == IO_FAILED) {
		r->attempts[i].local = true;
		lose(r, i, errno);
	}
}

/* Wait until an attempt ends or the next one may begin. */
static int wait_for_attempts(struct race *r, uint64_t deadline_ms)
{
	uint64_t now = clock_ms(), until = deadline_ms, left;

	if (r->started < r->s->addr_count && r->next_ms < until)
		until = r->next_ms;
	left = until > now ? until - now : 0;
	return poll(r->polls, r->started, left > INT_MAX ? INT_MAX : (int)left);
}

/* The first attempt that has connected, or -1: none yet. */
static int find_winner(struct race *r)
{
	for (size_t i = 0; i < r->started; i++) {
		int error;

		if (r->polls[i].fd < 0 || !r->polls[i].revents)
			continue;
		error = socket_connect_result(r->polls[i].fd);
		if (error == 0 && (r->polls[i].revents & POLLOUT))
			return (int)i;
		/* ICMP may not end the attempt, but an unread message makes poll return at once. */
		if (error == 0)
			icmp_receive(r->polls[i].fd, &r->attempts[i].notice);
		else
			lose(r, i, error);
	}
	return -1;
}

/* Returns the winner's number, or -1. Ends all other attempts. */
static int run(struct race *r, uint64_t deadline_ms)
{
	int winner = -1;

	do {
		if (r->started < r->s->addr_count && clock_ms() >= r->next_ms)
			start_next(r);
		else if (r->running == 0)
			break;
		else if (wait_for_attempts(r, deadline_ms) > 0)
			winner = find_winner(r);
	} while (winner < 0 && clock_ms() < deadline_ms);
	for (size_t i = 0; i < r->started; i++) {
		if (r->polls[i].fd >= 0 && (int)i != winner)
			lose(r, i, ETIMEDOUT);
	}
	return winner;
}

static int connect_over_tcp(struct session *s, struct outcome *oc)
{
	struct race race = { .s = s };
	int winner = run(&race, s->connect_deadline_ms);

	s->tried = race.started;
	if (winner < 0)
		return connect_explain(s, race.attempts, race.started, oc);
	s->peer = s->addrs[winner];
	s->fd = race.polls[winner].fd;
	phases_mark(&s->phases, PHASE_CONNECT);
	return 0;
}

int step_connect(struct session *s, struct outcome *oc)
{
	return s->service->transport == OVER_TCP ? connect_over_tcp(s, oc)
						 : connect_over_udp(s, oc);
}
