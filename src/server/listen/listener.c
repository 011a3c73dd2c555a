/* SPDX-License-Identifier: MIT */
#include "server/listen/listener.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/options.h"
#include "net/sock.h"
#include "server/listen/socket.h"
#include "server/listen/udp_socket.h"

int listener_take_endpoint(void *options, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	struct listen_options *o = options;

	(void)row;
	if (o->count == LISTENERS_MAX)
		return outcome_set(oc, OC_USAGE, "--listen: more than %d addresses",
		    LISTENERS_MAX);
	if (endpoint_parse("--listen", value, &o->endpoint[o->count], oc) != 0)
		return -1;
	o->count++;
	return 0;
}

/* Adds an open listener; the set closes it from now on. */
static int add(struct listener_set *set, int fd, const struct unix_socket *path, struct outcome *oc)
{
	struct listener *l = &set->item[set->count++];

	*l = (struct listener){ .fd = fd };
	if (path)
		l->path = *path;
	return sock_local(fd, &l->at, oc);
}

static int open_one(struct listener_set *set, const struct addr *at, struct outcome *oc)
{
	int fd;

	/* The kernel cuts the backlog to net.core.somaxconn. */
	if (socket_listen(at, SOMAXCONN, &fd, oc) != 0)
		return -1;
	return add(set, fd, NULL, oc);
}

static int open_path(struct listener_set *set, const char *path, struct outcome *oc)
{
	struct unix_socket bound;

	if (unix_socket_listen(path, SOMAXCONN, &bound, oc) != 0)
		return -1;
	return add(set, bound.fd, &bound, oc);
}

static int acquire_inherited(struct listener_set *set, const char *option, size_t max,
    struct activation *given, const char *name, struct outcome *oc)
{
	int fds[LISTENERS_MAX], ret = 0;
	size_t count;

	if (activation_acquire(given, option, name, fds, max, &count, oc) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		ret |= add(set, fds[i], NULL, oc);
	return ret;
}

/* Opens at most max listeners, because one endpoint may stand for several. */
static int open_endpoint(struct listener_set *set, const char *option, size_t max,
    const struct endpoint *endpoint, struct activation *given, struct outcome *oc)
{
	switch (endpoint->kind) {
	case ENDPOINT_UNIX:
		return open_path(set, endpoint->text, oc);
	case ENDPOINT_SYSTEMD:
		return acquire_inherited(set, option, max, given, endpoint->text, oc);
	default:
		return open_one(set, &endpoint->at, oc);
	}
}

static bool acquires_the_rest(const struct endpoint *endpoint)
{
	return endpoint->kind == ENDPOINT_SYSTEMD && !endpoint->text[0];
}

/* IPv6 first: if port 0 was requested, IPv4 then uses the port that IPv6 got. */
static int open_both(struct listener_set *set, const struct addr *any6, struct addr any4,
    struct outcome *oc)
{
	struct outcome v6 = OUTCOME_NONE;

	if (open_one(set, any6, &v6) == 0) {
		addr_set_port(&any4, addr_port(&set->item[0].at));
	} else if (v6.sys_errno != EAFNOSUPPORT && v6.sys_errno != EADDRNOTAVAIL) {
		/* Only a machine without IPv6 is served by IPv4 alone. */
		return outcome_report(oc, &v6);
	}
	return open_one(set, &any4, oc);
}

static int open_all(struct listener_set *set, const char *port, struct outcome *oc)
{
	enum { ATTEMPTS = 16 };
	struct addr any6, any4;

	if (addr_parse("::", port, &any6, oc) != 0 || addr_parse("0.0.0.0", port, &any4, oc) != 0)
		return -1;
	/* Port 0: a port that is free in IPv6 may be taken in IPv4; try another one. */
	for (int i = 1; i < ATTEMPTS && addr_port(&any6) == 0; i++) {
		struct outcome tried = OUTCOME_NONE;

		if (open_both(set, &any6, any4, &tried) == 0)
			return 0;
		listener_set_close(set);
		if (tried.sys_errno != EADDRINUSE)
			break;
	}
	return open_both(set, &any6, any4, oc);
}

int listener_set_open(struct listener_set *set, const struct listen_options *o,
    struct activation *given, struct outcome *oc)
{
	int ret = 0;

	set->count = 0;
	if (o->count == 0)
		ret = open_all(set, o->port, oc);
	/* In two rounds: "all the rest" is known once the named sockets are acquired. */
	for (int rest = 0; rest <= 1; rest++) {
		for (size_t i = 0; ret == 0 && i < o->count; i++) {
			if (!endpoint_is_datagram(&o->endpoint[i]) &&
			    acquires_the_rest(&o->endpoint[i]) == rest)
				ret = open_endpoint(set, "--listen", LISTENERS_MAX - set->count,
				    &o->endpoint[i], given, oc);
		}
	}
	/*
	 * A path that cannot be removed is stale at the next start, which replaces it;
	 * report the first failure.
	 */
	if (ret != 0)
		listener_set_withdraw(set, NULL);
	return ret;
}

size_t listener_count(const struct listen_options *o, enum endpoint_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < o->count; i++)
		n += o->endpoint[i].kind == kind;
	return n;
}

size_t listener_count_datagrams(const struct listen_options *o)
{
	return listener_count(o, ENDPOINT_DTLS) + listener_count(o, ENDPOINT_QUIC);
}

bool listener_wants_streams(const struct listen_options *o)
{
	return o->count == 0 || listener_count_datagrams(o) < o->count;
}

int listener_set_open_datagrams(struct listener_set *set, const struct listen_options *o,
    struct outcome *oc)
{
	int ret = 0, fd;

	set->count = 0;
	for (size_t i = 0; ret == 0 && i < o->count; i++) {
		if (!endpoint_is_datagram(&o->endpoint[i]))
			continue;
		ret = udp_socket_open(&o->endpoint[i].at, &fd, oc);
		if (ret == 0)
			ret = add(set, fd, NULL, oc);
		if (ret == 0)
			set->item[set->count - 1].kind =
			    o->endpoint[i].kind == ENDPOINT_QUIC ? LISTENER_QUIC : LISTENER_DTLS;
	}
	if (ret != 0)
		listener_set_close(set);
	return ret;
}

int listener_set_open_one(struct listener_set *set, const char *option,
    const struct endpoint *endpoint, struct activation *given, struct outcome *oc)
{
	set->count = 0;
	if (open_endpoint(set, option, 1, endpoint, given, oc) == 0)
		return 0;
	listener_set_withdraw(set, NULL);
	return -1;
}

const char *listener_format(const struct listener *l, char buf[LISTENER_TEXT_MAX])
{
	static const char *const prefixes[] = {
		[LISTENER_STREAM] = "",
		[LISTENER_DTLS] = "dtls:",
		[LISTENER_QUIC] = "quic:",
	};
	struct sockaddr_un at = { .sun_family = AF_UNSPEC };
	socklen_t len = sizeof at;
	char text[ADDR_TEXT_MAX];

	if (l->at.ss.any.sa_family != AF_UNIX) {
		snprintf(buf, LISTENER_TEXT_MAX, "%s%s", prefixes[l->kind],
		    addr_format(&l->at, text));
		return buf;
	}
	/* The first byte of an abstract name (unix(7)) is 0, and its length marks its end. */
	if (getsockname(l->fd, (struct sockaddr *)&at, &len) != 0 ||
	    len <= offsetof(struct sockaddr_un, sun_path))
		len = offsetof(struct sockaddr_un, sun_path);
	else if (!at.sun_path[0])
		at.sun_path[0] = '@';
	snprintf(buf, LISTENER_TEXT_MAX, "unix:%.*s",
	    (int)(len - offsetof(struct sockaddr_un, sun_path)), at.sun_path);
	return buf;
}

struct listener *listener_set_find_dead(struct listener_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct pollfd p = { .fd = set->item[i].fd, .events = POLLRDHUP };

		if (poll(&p, 1, 0) > 0)
			return &set->item[i];
	}
	return NULL;
}

int listener_revive(const struct listener *l, struct outcome *oc)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	char was[LISTENER_TEXT_MAX], is[LISTENER_TEXT_MAX];
	struct listener now = { .fd = l->fd };

	listener_format(l, was);
	if (l->at.ss.any.sa_family != AF_UNIX) {
		/*
		 * This clears a shutdown that came while the socket did not listen: accepted
		 * connections would inherit it.
		 */
		(void)connect(l->fd, &nowhere, sizeof nowhere);
		/*
		 * Fails if the socket still has its port. A port that the kernel chose was
		 * released, and is bound again.
		 */
		(void)bind(l->fd, &l->at.ss.any, l->at.len);
	}
	if (l->at.ss.any.sa_family != AF_UNIX && listen(l->fd, SOMAXCONN) == 0 &&
	    sock_local(l->fd, &now.at, NULL) == 0 && strcmp(listener_format(&now, is), was) == 0)
		return 0;
	outcome_set(oc, OC_LISTEN, "%s was shut down by a process of this server, and cannot "
	    "listen again", was);
	outcome_advise(oc,
	    "restart the server; an attacker may have taken over one of its workers");
	return -1;
}

void listener_set_close(struct listener_set *set)
{
	while (set->count > 0)
		close(set->item[--set->count].fd);
}

int listener_set_withdraw(struct listener_set *set, struct outcome *oc)
{
	int ret = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (set->item[i].path.path)
			ret |= unix_socket_remove(&set->item[i].path, oc);
	}
	listener_set_close(set);
	return ret;
}
