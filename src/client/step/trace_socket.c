/* SPDX-License-Identifier: MIT */
#include "client/step/trace_socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

/* Linux alone reports ICMP errors of TCP this way. */
#ifndef IP_RECVERR
#define IP_RECVERR 0
#define IPV6_RECVERR 0
#endif

int trace_socket_limit(int fd, sa_family_t family, int ttl)
{
	int on = 1;

	if (family == AF_INET6) {
		if (IPV6_RECVERR)
			setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
		return setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof ttl);
	}
	if (IP_RECVERR)
		setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
	return setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
}

static int open_socket(const struct addr *to)
{
	int fd = socket(to->ss.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

/* Returns fd, or closes it and returns -1 with errno. */
static int begin(int fd, const struct addr *to)
{
	int saved;

	if (connect(fd, &to->ss.any, to->len) == 0 || errno == EINPROGRESS)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int trace_socket_connect(const struct addr *to, int ttl)
{
	int fd = open_socket(to);

	if (fd < 0)
		return -1;
	if (trace_socket_limit(fd, to->ss.any.sa_family, ttl) == 0)
		return begin(fd, to);
	close(fd);
	return -1;
}

void trace_socket_reset(int fd, sa_family_t family)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)trace_socket_limit(fd, family, TRACE_TTL_ORDINARY);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
}

int trace_socket_again(const struct addr *from, const struct addr *to)
{
	int fd = open_socket(to), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, &from->ss.any, from->len) == 0)
		return begin(fd, to);
	close(fd);
	return -1;
}
