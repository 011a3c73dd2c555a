/* SPDX-License-Identifier: MIT */
#include "client/step/socket.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/*
 * Let the kernel keep the ICMP errors of a connection attempt for MSG_ERRQUEUE (ip(7), IP_RECVERR).
 * A failure does no harm.
 */
static void keep_errors(int fd, sa_family_t family, bool on)
{
#ifdef __linux__
	int value = on;

	if (family != AF_INET6)
		setsockopt(fd, IPPROTO_IP, IP_RECVERR, &value, sizeof value);
	if (family != AF_INET)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &value, sizeof value);
#else
	(void)fd;
	(void)family;
	(void)on;
#endif
}

static enum io give_up(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return IO_FAILED;
}

enum io socket_connect(const struct addr *to, unsigned segment, int *fd)
{
	int new_fd = socket(to->ss.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, limit = (int)segment;

	if (new_fd < 0)
		return IO_FAILED;
	setsockopt(new_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	keep_errors(new_fd, to->ss.any.sa_family, true);
	/* Only now: the SYN announces it to the peer. */
	if (limit > 0 && setsockopt(new_fd, IPPROTO_TCP, TCP_MAXSEG, &limit, sizeof limit) != 0)
		return give_up(new_fd);
	if (connect(new_fd, &to->ss.any, to->len) == 0) {
		*fd = new_fd;
		return IO_DONE;
	}
	if (errno == EINPROGRESS) {
		*fd = new_fd;
		return IO_WANT_WRITE;
	}
	return give_up(new_fd);
}

int socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof error;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

void socket_settle(int fd)
{
	keep_errors(fd, AF_UNSPEC, false);
}

int socket_connect_result(int fd)
{
	int error = socket_error(fd);

	if (error == 0)
		socket_settle(fd);
	return error;
}

static void choose_fragments(int fd, sa_family_t family, bool whole)
{
#ifdef IP_PMTUDISC_DO
	const int v4 = whole ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
	const int v6 = whole ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_WANT;

	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof v4);
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof v6);
#else
	(void)fd;
	(void)family;
	(void)whole;
#endif
}

int socket_connect_udp(const struct addr *to, bool whole, int *fd)
{
	const sa_family_t family = to->ss.any.sa_family;
	int new_fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), saved;

	if (new_fd < 0)
		return -1;
	choose_fragments(new_fd, family, whole);
	keep_errors(new_fd, family, true);
	if (connect(new_fd, &to->ss.any, to->len) == 0) {
		*fd = new_fd;
		return 0;
	}
	saved = errno;
	close(new_fd);
	errno = saved;
	return -1;
}

unsigned socket_path_mtu(int fd)
{
#ifdef IP_MTU
	int mtu = 0;
	socklen_t len = sizeof mtu;

	if (getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len) == 0 ||
	    getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len) == 0)
		return mtu > 0 ? (unsigned)mtu : 0;
#else
	(void)fd;
#endif
	return 0;
}

enum outcome_code socket_connect_code(int sys_errno)
{
	switch (sys_errno) {
	case ECONNREFUSED:
		return OC_CONNECT_REFUSED;
	case ETIMEDOUT:
		return OC_CONNECT_TIMEOUT;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EADDRNOTAVAIL:
	case EACCES:
	case EPERM:
		return OC_CONNECT_UNREACHABLE;
	default:
		return OC_CONNECT_FAILED;
	}
}

enum io socket_wait(int fd, enum io want, uint64_t deadline_ms)
{
	struct pollfd p = { .fd = want == IO_WANT_TIME ? -1 : fd,
		.events = want == IO_WANT_WRITE ? POLLOUT : POLLIN };

	for (;;) {
		uint64_t now = clock_ms();
		uint64_t left = deadline_ms > now ? deadline_ms - now : 0;
		int n;

		/* Before poll: a peer that always has data must not outlive the deadline. */
		if (left == 0) {
			errno = ETIMEDOUT;
			return IO_FAILED;
		}
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0)
			return IO_DONE;
		if (n < 0 && errno != EINTR)
			return IO_FAILED;
	}
}
