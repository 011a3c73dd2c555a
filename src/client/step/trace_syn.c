/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/step/icmp.h"
#include "client/step/trace.h"
#include "client/step/trace_socket.h"

/*
 * A larger TTL begins a little later: once a SYN has arrived at the peer, no more are needed, and
 * the peer gets few connections.
 */
enum { STAGGER_MS = 20 };

/* The kernel repeats a lost packet after 200 ms and a round trip; wait for two repetitions. */
enum { WAIT_MS = 600, WAIT_ROUND_TRIPS = 3 };

struct syns {
	const struct trace_path *path;
	struct trace *t;
	unsigned round, last; /* last: the largest TTL of this round */
	unsigned begun, open; /* SYNs that were sent, that wait for an answer */
	uint64_t began_us[TRACE_HOPS_MAX];
	struct pollfd polls[TRACE_HOPS_MAX];
};

unsigned trace_wait_ms(const struct trace_path *p)
{
	return WAIT_MS + WAIT_ROUND_TRIPS * (p->rtt_us / 1000);
}

static void record_router(struct trace_hop *hop, const struct addr *from)
{
	if (from->len == 0)
		return;
	if (hop->from.len == 0)
		hop->from = *from;
	else
		hop->several |=
		    hop->from.len != from->len || memcmp(&hop->from.ss, &from->ss, from->len) != 0;
}

static void settle(struct syns *s, unsigned i, enum trace_answer answer)
{
	struct trace_hop *hop = &s->t->hops[i];
	uint64_t took_us = clock_us() - s->began_us[i];

	hop->syn[s->round] = answer;
	if (answer > TRACE_SILENT && (hop->us == 0 || took_us < hop->us))
		hop->us = took_us;
	if (s->polls[i].fd >= 0)
		trace_socket_reset(s->polls[i].fd, s->path->to.ss.any.sa_family);
	s->polls[i].fd = -1;
	s->open--;
	/* What is farther away than the peer does not exist. */
	if ((answer == TRACE_ANSWERED || answer == TRACE_RESET) && i + 1 < s->last)
		s->last = i + 1;
}

static void settle_by_icmp(struct syns *s, unsigned i, const struct icmp_notice *notice)
{
	if (notice->expired) {
		record_router(&s->t->hops[i], &notice->from);
		settle(s, i, TRACE_EXPIRED);
		return;
	}
	s->t->rejecter = notice->from;
	s->t->rejection = notice->meaning;
	settle(s, i, TRACE_REJECTED);
}

/* An ICMP error waits in the queue even where connect(2) goes on. */
static void read_answer(struct syns *s, unsigned i)
{
	struct icmp_notice notice;
	int error = 0;
	socklen_t len = sizeof error;

	if (icmp_receive(s->polls[i].fd, &notice)) {
		settle_by_icmp(s, i, &notice);
		return;
	}
	if (getsockopt(s->polls[i].fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error == 0 && (s->polls[i].revents & POLLOUT))
		settle(s, i, TRACE_ANSWERED);
	else if (error == ECONNREFUSED || error == ECONNRESET)
		settle(s, i, TRACE_RESET);
	else if (error == EHOSTUNREACH)
		settle(s, i, TRACE_EXPIRED);
	else if (error != 0)
		settle(s, i, TRACE_REJECTED);
}

static void begin_next(struct syns *s)
{
	unsigned i = s->begun++;

	s->began_us[i] = clock_us();
	s->polls[i].events = POLLOUT;
	s->polls[i].fd = trace_socket_connect(&s->path->to, (int)i + 1);
	s->open++;
	if (s->polls[i].fd < 0)
		settle(s, i, TRACE_UNTRIED);
}

static bool is_over(const struct syns *s, uint64_t now_ms, uint64_t until_ms)
{
	bool all = s->begun >= s->last && s->open == 0;

	return all || now_ms >= s->path->deadline_ms || (s->begun >= s->last && now_ms >= until_ms);
}

static void wait_for_answers(struct syns *s, uint64_t now_ms, uint64_t until_ms)
{
	unsigned begun = s->begun;

	if (until_ms > s->path->deadline_ms)
		until_ms = s->path->deadline_ms;
	if (until_ms <= now_ms || poll(s->polls, begun, (int)(until_ms - now_ms)) <= 0)
		return;
	for (unsigned i = 0; i < begun; i++) {
		if (s->polls[i].fd >= 0 && s->polls[i].revents)
			read_answer(s, i);
	}
}

static void run_round(struct syns *s)
{
	uint64_t now_ms = clock_ms(), next_ms = now_ms, until_ms = now_ms;

	s->begun = s->open = 0;
	memset(s->polls, 0, sizeof s->polls);
	while (!is_over(s, now_ms, until_ms)) {
		if (s->begun < s->last && now_ms >= next_ms) {
			begin_next(s);
			next_ms = now_ms + STAGGER_MS;
			until_ms = now_ms + trace_wait_ms(s->path);
		}
		wait_for_answers(s, now_ms, s->begun < s->last ? next_ms : until_ms);
		now_ms = clock_ms();
	}
	for (unsigned i = 0; i < s->begun; i++) {
		if (s->polls[i].fd >= 0)
			/* Less than the whole wait proves nothing. */
			settle(s, i, now_ms >= until_ms ? TRACE_SILENT : TRACE_UNTRIED);
	}
}

void trace_send_syns(const struct trace_path *p, struct trace *t)
{
	struct syns s = { .path = p, .t = t, .last = TRACE_HOPS_MAX };

	for (; s.round < TRACE_ROUNDS && clock_ms() < p->deadline_ms; s.round++)
		run_round(&s);
}
