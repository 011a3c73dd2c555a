/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "client/session/session.h"

/*
 * getaddrinfo cannot be interrupted: with a silent name server it blocks for as long as resolv.conf
 * allows. So it runs in a thread of its own, which is abandoned at the deadline. Both threads hold
 * the query, and the last one to release it frees it.
 */
struct query {
	pthread_mutex_t lock;
	pthread_cond_t done;
	int holders;
	bool finished;
	char host[ADDR_HOST_MAX], port[ADDR_PORT_MAX];
	int family;
	int error, sys_errno; /* getaddrinfo's answer, and errno for EAI_SYSTEM */
	struct addrinfo *found;
};

static struct query *new_query(const struct session *s)
{
	struct query *q = calloc(1, sizeof *q);
	pthread_condattr_t attr;

	if (!q)
		return NULL;
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	/* The clock of clock_ms(), so that a step of the time of day does not matter. */
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->done, &attr);
	pthread_condattr_destroy(&attr);
	q->family = s->options->family;
	memcpy(q->host, s->dial.host, sizeof q->host);
	memcpy(q->port, s->dial.port, sizeof q->port);
	return q;
}

/* Called with the lock held; unlocks it. */
static void release(struct query *q)
{
	bool last = --q->holders == 0;

	pthread_mutex_unlock(&q->lock);
	if (!last)
		return;
	if (q->found)
		freeaddrinfo(q->found);
	pthread_cond_destroy(&q->done);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void *run_query(void *arg)
{
	struct query *q = arg;
	/* No AI_ADDRCONFIG: it hides ::1 and 127.0.0.1 if only loopback is up. */
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICSERV,
		.ai_family = q->family,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found = NULL;
	int error = getaddrinfo(q->host, q->port, &hints, &found);
	int sys_errno = errno;

	pthread_mutex_lock(&q->lock);
	q->error = error;
	q->sys_errno = sys_errno;
	q->found = error == 0 ? found : NULL;
	q->finished = true;
	pthread_cond_signal(&q->done);
	release(q);
	return NULL;
}

static int start_query(struct query *q)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	q->holders = 2;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, run_query, q);
	pthread_attr_destroy(&attr);
	if (error != 0)
		q->holders = 1;
	return error;
}

/* Called with the lock held. */
static bool wait_for(struct query *q, uint64_t deadline_ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000,
	};

	while (!q->finished && pthread_cond_timedwait(&q->done, &q->lock, &until) == 0)
		;
	return q->finished;
}

static bool is_known(const struct session *s, const struct addrinfo *ai)
{
	for (size_t i = 0; i < s->addr_count; i++) {
		if (s->addrs[i].len == ai->ai_addrlen &&
		    memcmp(&s->addrs[i].ss, ai->ai_addr, ai->ai_addrlen) == 0)
			return true;
	}
	return false;
}

static void add_address(struct session *s, const struct addrinfo *ai)
{
	struct addr *a;

	/* glibc returns 127.0.0.1 twice when /etc/hosts also names localhost for ::1. */
	if (is_known(s, ai))
		return;
	if (s->addr_count == SESSION_ADDRS_MAX) {
		s->addr_left_out++;
		return;
	}
	a = &s->addrs[s->addr_count++];
	memcpy(&a->ss, ai->ai_addr, ai->ai_addrlen);
	a->len = ai->ai_addrlen;
}

static const struct addrinfo *next_of(const struct addrinfo *ai, int family)
{
	while (ai && ai->ai_family != family)
		ai = ai->ai_next;
	return ai;
}

/*
 * Keep the resolver's order (RFC 6724) within each family, but alternate the families, so that a
 * broken family costs one attempt and not all of them (RFC 8305 section 4).
 */
static void add_alternating(struct session *s, const struct addrinfo *found)
{
	int families[2] = { found->ai_family, found->ai_family == AF_INET ? AF_INET6 : AF_INET };
	const struct addrinfo *next[2] = { found, next_of(found, families[1]) };
	int turn = 0;

	while (next[0] || next[1]) {
		if (next[turn]) {
			add_address(s, next[turn]);
			next[turn] = next_of(next[turn]->ai_next, families[turn]);
		}
		turn = !turn;
	}
}

static const char *family_name(int family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

static const char *family_option(int family)
{
	return family == AF_INET6 ? "-6" : "-4";
}

static int not_found(const struct session *s, struct outcome *oc)
{
	const char *host = s->dial.host;
	int family = s->options->family;

	if (family == AF_UNSPEC)
		outcome_set(oc, OC_RESOLVE_NOT_FOUND, "no address found for \"%s\"", host);
	else
		outcome_set(oc, OC_RESOLVE_NOT_FOUND,
		    "no %s address found for \"%s\", and %s allows no other", family_name(family),
		    host, family_option(family));
	outcome_advise(oc, "check the spelling; getent ahosts %s shows what this machine knows",
	    host);
	return -1;
}

static int explain(const struct query *q, const struct session *s, struct outcome *oc)
{
	switch (q->error) {
	case EAI_NONAME:
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
	case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
	case EAI_ADDRFAMILY:
#endif
		return not_found(s, oc);
	case EAI_SYSTEM:
		errno = q->sys_errno;
		return outcome_set_errno(oc, OC_RESOLVE_FAILED, "cannot resolve \"%s\"", q->host);
	default:
		return outcome_set(oc, OC_RESOLVE_FAILED, "cannot resolve \"%s\": %s", q->host,
		    gai_strerror(q->error));
	}
}

static int resolve_name(struct session *s, struct outcome *oc)
{
	struct query *q = new_query(s);
	uint64_t began_ms = clock_ms();
	int ret = -1, error;

	if (!q)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a name query");
	pthread_mutex_lock(&q->lock);
	error = start_query(q);
	if (error != 0) {
		errno = error;
		outcome_set_errno(oc, OC_INTERNAL, "cannot start a thread for the resolver");
		outcome_advise(oc,
		    "a limit of this system was reached: ulimit -a lists the limits");
	} else if (!wait_for(q, s->connect_deadline_ms)) {
		outcome_set(oc, OC_RESOLVE_FAILED,
		    "the resolver did not answer for \"%s\" in %u ms", s->dial.host,
		    (unsigned)(clock_ms() - began_ms));
	} else if (q->error != 0) {
		explain(q, s, oc);
	} else {
		add_alternating(s, q->found);
		ret = 0;
	}
	release(q);
	return ret;
}

/* The addresses of --resolve, without those of the other family. */
static int add_given(struct session *s, const struct addr *given, size_t count, struct outcome *oc)
{
	const int family = s->options->family;

	for (size_t i = 0; i < count; i++) {
		if (family == AF_UNSPEC || family == given[i].ss.any.sa_family)
			s->addrs[s->addr_count++] = given[i];
	}
	if (s->addr_count > 0)
		return 0;
	outcome_set(oc, OC_RESOLVE_NOT_FOUND,
	    "%s is an %s address, and %s allows only the other kind", s->dial.host,
	    family_name(given[0].ss.any.sa_family), family_option(family));
	outcome_advise(oc, "omit %s", family_option(family));
	return -1;
}

static int find_addresses(struct session *s, struct outcome *oc)
{
	const struct addr *given;
	struct addr literal;
	size_t count;

	given = route_answer(&s->options->route, &s->dial, &count);
	if (given)
		return add_given(s, given, count, oc);
	if (!addr_is_literal(s->dial.host))
		return resolve_name(s, oc);
	/* An IP literal is its own answer, also with a scope ("%eth0"). */
	if (addr_parse(s->dial.host, s->dial.port, &literal, oc) != 0)
		return -1;
	return add_given(s, &literal, 1, oc);
}

int step_resolve(struct session *s, struct outcome *oc)
{
	s->connect_deadline_ms = session_deadline(s, s->options->connect_ms);
	if (find_addresses(s, oc) != 0)
		return -1;
	phases_mark(&s->phases, PHASE_RESOLVE);
	return 0;
}
