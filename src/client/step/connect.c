/* SPDX-License-Identifier: MIT */
#include "client/session/session.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/step/icmp.h"
#include "base/clock.h"
#include "client/step/socket.h"

/* RFC 8305 section 5: the head start of each attempt over the next. */
enum { STAGGER_MS = 250 };

/*
 * All attempts of one step: number i goes to address i of the session. Of those
 * that run polls[i].fd is the socket; it is -1, which poll ignores, once an
 * attempt has failed: errors[i] is why, notices[i] an ICMP message about it.
 */
struct race {
	const struct session *s;
	size_t started, running;
	uint64_t next_ms; /* when the next attempt begins */
	struct pollfd polls[SESSION_ADDRS_MAX];
	int errors[SESSION_ADDRS_MAX];
	bool local[SESSION_ADDRS_MAX];       /* it failed before a packet left */
	bool turned_away[SESSION_ADDRS_MAX]; /* by ICMP: notices[i] */
	struct icmp_notice notices[SESSION_ADDRS_MAX];
};

static void lose(struct race *r, size_t i, int error)
{
	if (r->polls[i].fd >= 0) {
		r->turned_away[i] = icmp_receive(r->polls[i].fd, &r->notices[i]);
		close(r->polls[i].fd);
	}
	r->polls[i].fd = -1;
	r->errors[i] = error;
	r->running--;
	/* Nobody waits for an attempt that has failed. */
	r->next_ms = 0;
}

static void start_next(struct race *r)
{
	size_t i = r->started++;

	r->polls[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	r->running++;
	r->next_ms = clock_ms() + STAGGER_MS;
	if (socket_connect(&r->s->addrs[i], &r->polls[i].fd) == IO_FAILED) {
		r->local[i] = true;
		lose(r, i, errno);
	}
}

/* Until an attempt ends or the next may begin. */
static int wait_for_news(struct race *r, uint64_t deadline_ms)
{
	uint64_t now = clock_ms(), until = deadline_ms, left;

	if (r->started < r->s->addr_count && r->next_ms < until)
		until = r->next_ms;
	left = until > now ? until - now : 0;
	return poll(r->polls, r->started, left > INT_MAX ? INT_MAX : (int)left);
}

/* The first attempt that has connected, or -1 when there is none yet. */
static int find_winner(struct race *r)
{
	for (size_t i = 0; i < r->started; i++) {
		int error;

		if (r->polls[i].fd < 0 || !r->polls[i].revents)
			continue;
		error = socket_connect_result(r->polls[i].fd);
		if (error == 0 && (r->polls[i].revents & POLLOUT))
			return (int)i;
		/* ICMP need not end the attempt; read the message, or poll would return at once. */
		if (error == 0)
			icmp_receive(r->polls[i].fd, &r->notices[i]);
		else
			lose(r, i, error);
	}
	return -1;
}

/* Returns the winner's number, or -1. All other attempts have ended then. */
static int run(struct race *r, uint64_t deadline_ms)
{
	int winner = -1;

	do {
		if (r->started < r->s->addr_count && clock_ms() >= r->next_ms)
			start_next(r);
		else if (r->running == 0)
			break;
		else if (wait_for_news(r, deadline_ms) > 0)
			winner = find_winner(r);
	} while (winner < 0 && clock_ms() < deadline_ms);
	for (size_t i = 0; i < r->started; i++) {
		if (r->polls[i].fd >= 0 && (int)i != winner)
			lose(r, i, ETIMEDOUT);
	}
	return winner;
}

/* What is known of one attempt, in words: at most where it ended. */
static void add_attempt(char text[OUTCOME_TEXT_MAX], const struct race *r, size_t i)
{
	size_t len = strlen(text), max = OUTCOME_TEXT_MAX - len;
	const char *separator = len > 0 ? "; " : "";
	char peer[ADDR_TEXT_MAX], from[ADDR_TEXT_MAX];
	const char *verb = "failed";

	if (socket_connect_code(r->errors[i]) == OC_CONNECT_REFUSED)
		verb = "refused";
	else if (socket_connect_code(r->errors[i]) == OC_CONNECT_TIMEOUT)
		verb = "timed out";
	else if (socket_connect_code(r->errors[i]) == OC_CONNECT_UNREACHABLE)
		verb = "unreachable";
	addr_format(&r->s->addrs[i], peer);
	if (r->turned_away[i])
		snprintf(text + len, max, "%s%s %s, says %s by ICMP: %s", separator, peer, verb,
		    addr_format_host(&r->notices[i].from, from), r->notices[i].meaning);
	else if (r->local[i])
		snprintf(text + len, max, "%s%s %s, says this machine: %s", separator, peer, verb,
		    strerror(r->errors[i]));
	else if (r->errors[i] == ECONNREFUSED || r->errors[i] == ETIMEDOUT)
		snprintf(text + len, max, "%s%s %s", separator, peer, verb);
	else
		snprintf(text + len, max, "%s%s %s (%s)", separator, peer, verb,
		    strerror(r->errors[i]));
}

static void advise(const struct race *r, size_t i, struct outcome *oc)
{
	const struct addr *to = &r->s->addrs[i];
	const char *who = r->s->through_proxy ? "proxy" : "server";
	enum outcome_code code = socket_connect_code(r->errors[i]);
	char host[ADDR_TEXT_MAX], from[ADDR_TEXT_MAX];

	addr_format_host(to, host);
	if (r->turned_away[i] && r->notices[i].rule)
		outcome_advise(oc, "a firewall's rule does this: look at those of %s",
		    addr_format_host(&r->notices[i].from, from));
	else if (r->turned_away[i])
		outcome_advise(oc,
		    "look at the routes of %s, or at a rule that pretends: "
		    "traceroute -n %s shows the way there",
		    addr_format_host(&r->notices[i].from, from), host);
	else if (code == OC_CONNECT_REFUSED)
		outcome_advise(oc,
		    "is the %s running, and is it this port? "
		    "ss -ltn 'sport = :%u' there tells",
		    who, (unsigned)addr_port(to));
	else if (code == OC_CONNECT_TIMEOUT)
		outcome_advise(oc,
		    "a firewall that drops looks like this; does it arrive? "
		    "tcpdump -n tcp port %u on the %s tells",
		    (unsigned)addr_port(to), who);
	else if (code == OC_CONNECT_UNREACHABLE && r->errors[i] == EHOSTUNREACH)
		outcome_advise(oc,
		    "is %s up? It does not answer its neighbours: ip neighbour show %s", host,
		    host);
	else if (r->errors[i] == EINVAL && addr_is_link_local(to))
		outcome_advise(oc,
		    "a link-local address needs its interface, as in %s%%eth0; "
		    "ip -6 address shows which there are",
		    host);
	else if (r->errors[i] == EMFILE)
		outcome_advise(oc, "this process may open no more: ulimit -n raises that");
	else if (code == OC_CONNECT_UNREACHABLE)
		outcome_advise(oc,
		    "there is no way there from this machine; ip route get %s "
		    "shows its routes",
		    host);
}

static int explain(const struct race *r, struct outcome *oc)
{
	char text[OUTCOME_TEXT_MAX] = "";
	size_t nearest = 0;

	for (size_t i = 0; i < r->started; i++) {
		add_attempt(text, r, i);
		/* The codes are in this order: "refused" came from the server itself. */
		if (socket_connect_code(r->errors[i]) < socket_connect_code(r->errors[nearest]))
			nearest = i;
	}
	outcome_set(oc, socket_connect_code(r->errors[nearest]), "%s", text);
	if (oc)
		oc->sys_errno = r->errors[nearest];
	advise(r, nearest, oc);
	return -1;
}

int step_connect(struct session *s, struct outcome *oc)
{
	struct race race = { .s = s };
	int winner = run(&race, s->connect_deadline_ms);

	s->tried = race.started;
	if (winner < 0)
		return explain(&race, oc);
	s->peer = s->addrs[winner];
	s->fd = race.polls[winner].fd;
	phases_mark(&s->phases, PHASE_CONNECT);
	return 0;
}
