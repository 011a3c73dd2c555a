/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/session/session.h"
#include "client/step/icmp.h"
#include "client/step/socket.h"

/* RFC 8305 section 5: the head start of each attempt over the next. */
enum { STAGGER_MS = 250 };

/*
 * All attempts of one step: attempt i connects to address i of the session. polls[i].fd is its
 * socket, or -1, which poll ignores, once the attempt has failed: then errors[i] is the reason, and
 * notices[i] may hold an ICMP message about it.
 */
struct race {
	const struct session *s;
	size_t started, running;
	uint64_t next_ms; /* when the next attempt begins */
	struct pollfd polls[SESSION_ADDRS_MAX];
	int errors[SESSION_ADDRS_MAX];
	bool local[SESSION_ADDRS_MAX];       /* the attempt failed before a packet was sent */
	bool turned_away[SESSION_ADDRS_MAX]; /* ICMP rejected the attempt: notices[i] */
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
	/* After a failure the next attempt begins at once. */
	r->next_ms = 0;
}

static void start_next(struct race *r)
{
	const unsigned segment = r->s->options->hello.segment;
	size_t i = r->started++;

	r->polls[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	r->running++;
	r->next_ms = clock_ms() + STAGGER_MS;
	if (socket_connect(&r->s->addrs[i], segment, &r->polls[i].fd) == IO_FAILED) {
		r->local[i] = true;
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
			icmp_receive(r->polls[i].fd, &r->notices[i]);
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

/* Append what is known of one attempt. */
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
		snprintf(text + len, max, "%s%s %s, reported by %s over ICMP: %s", separator, peer,
		    verb, addr_format_host(&r->notices[i].from, from), r->notices[i].meaning);
	else if (r->local[i])
		snprintf(text + len, max, "%s%s %s, reported by this machine: %s", separator, peer,
		    verb, strerror(r->errors[i]));
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
		outcome_advise(oc, "a firewall rule does this: check the rules of %s",
		    addr_format_host(&r->notices[i].from, from));
	else if (r->turned_away[i])
		outcome_advise(oc,
		    "check the routes of %s, or a firewall rule that imitates this error: "
		    "traceroute -n %s shows the path",
		    addr_format_host(&r->notices[i].from, from), host);
	else if (code == OC_CONNECT_REFUSED)
		outcome_advise(oc,
		    "is the %s running, and is this its port? "
		    "ss -ltn 'sport = :%u' there shows it",
		    who, (unsigned)addr_port(to));
	else if (code == OC_CONNECT_TIMEOUT)
		outcome_advise(oc,
		    "a firewall that drops packets looks like this; "
		    "tcpdump -n tcp port %u on the %s shows whether they arrive",
		    (unsigned)addr_port(to), who);
	else if (code == OC_CONNECT_UNREACHABLE && r->errors[i] == EHOSTUNREACH)
		outcome_advise(oc,
		    "is %s up? It does not answer its neighbours: ip neighbour show %s", host,
		    host);
	else if (r->errors[i] == EINVAL && addr_is_link_local(to))
		outcome_advise(oc,
		    "a link-local address needs its interface, as in %s%%eth0; "
		    "ip -6 address lists them",
		    host);
	else if (r->errors[i] == EMFILE)
		outcome_advise(oc,
		    "this process has reached its limit of open files: ulimit -n raises it");
	else if (code == OC_CONNECT_UNREACHABLE)
		outcome_advise(oc,
		    "this machine cannot reach the address; ip route get %s "
		    "shows the route",
		    host);
}

static int explain(const struct race *r, struct outcome *oc)
{
	char text[OUTCOME_TEXT_MAX] = "";
	size_t nearest = 0;

	for (size_t i = 0; i < r->started; i++) {
		add_attempt(text, r, i);
		/* A smaller code comes from nearer to the server: "refused" is its own answer. */
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
