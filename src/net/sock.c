/* SPDX-License-Identifier: MIT */
#include "net/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

static int set_option(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof on);
}

static int set_listener_options(int fd, sa_family_t family)
{
	if (family == AF_UNIX)
		return 0;
	/* SO_REUSEADDR: a restart need not wait for old connections in TIME_WAIT. */
	if (set_option(fd, SOL_SOCKET, SO_REUSEADDR) != 0 ||
	    set_option(fd, IPPROTO_TCP, TCP_NODELAY) != 0)
		return -1;
	return family == AF_INET6 ? set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) : 0;
}

int sock_open_listener(const struct sockaddr *at, socklen_t len, int backlog)
{
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int saved;

	if (fd < 0)
		return -1;
	if (set_listener_options(fd, at->sa_family) == 0 && bind(fd, at, len) == 0 &&
	    listen(fd, backlog) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int sock_listen(const struct addr *at, int backlog, int *fd, struct outcome *oc)
{
	char text[ADDR_TEXT_MAX];
	int new_fd = sock_open_listener(&at->ss.any, at->len, backlog);

	if (new_fd < 0) {
		outcome_set_errno(oc, OC_LISTEN, "cannot listen on %s", addr_format(at, text));
		if (errno == EADDRINUSE)
			outcome_advise(oc,
			    "ss -ltnp 'sport = :%u' shows who has the port; "
			    "or choose another",
			    (unsigned)addr_port(at));
		else if (errno == EADDRNOTAVAIL)
			outcome_advise(oc, "ip address shows the addresses of this machine");
		else if (errno == EACCES)
			outcome_advise(oc,
			    "ports below 1024 need a privilege; choose a higher one");
		return -1;
	}
	*fd = new_fd;
	return 0;
}

int sock_local(int fd, struct addr *out, struct outcome *oc)
{
	struct addr local = { .len = sizeof local.ss };

	if (getsockname(fd, &local.ss.any, &local.len) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "getsockname");
	addr_settle(&local);
	*out = local;
	return 0;
}

int sock_adopt_listener(int fd, struct outcome *oc)
{
	int listening = 0, type = 0, domain = 0, flags = fcntl(fd, F_GETFL);
	socklen_t len = sizeof(int);

	if (flags < 0 || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0)
		return outcome_set_errno(oc, OC_LISTEN, "descriptor %d is no socket", fd);
	if (!listening || type != SOCK_STREAM ||
	    (domain != AF_UNIX && domain != AF_INET && domain != AF_INET6))
		return outcome_set(oc, OC_LISTEN, "descriptor %d is no listening stream socket",
		    fd);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    (domain != AF_UNIX && set_option(fd, IPPROTO_TCP, TCP_NODELAY) != 0))
		return outcome_set_errno(oc, OC_LISTEN, "cannot adopt descriptor %d", fd);
	return 0;
}

/* Errors of the connection that waited, not of the listener: accept(2). */
static int peer_left(int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
		return 1;
	default:
		return 0;
	}
}

enum io sock_accept(int listen_fd, int *fd, struct addr *peer)
{
	int new_fd;

	do {
		peer->len = sizeof peer->ss;
		new_fd =
		    accept4(listen_fd, &peer->ss.any, &peer->len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (new_fd < 0 && peer_left(errno));
	if (new_fd < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? IO_WANT_READ : IO_FAILED;
	addr_settle(peer);
	*fd = new_fd;
	return IO_DONE;
}

/*
 * Let the kernel keep what ICMP says of a connection attempt, for whoever asks
 * with MSG_ERRQUEUE: ip(7), IP_RECVERR. What is not there is not missed.
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

enum io sock_connect(const struct addr *to, int *fd)
{
	int new_fd = socket(to->ss.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int saved;

	if (new_fd < 0)
		return IO_FAILED;
	set_option(new_fd, IPPROTO_TCP, TCP_NODELAY);
	keep_errors(new_fd, to->ss.any.sa_family, true);
	if (connect(new_fd, &to->ss.any, to->len) == 0) {
		*fd = new_fd;
		return IO_DONE;
	}
	if (errno == EINPROGRESS) {
		*fd = new_fd;
		return IO_WANT_WRITE;
	}
	saved = errno;
	close(new_fd);
	errno = saved;
	return IO_FAILED;
}

int sock_connect_result(int fd)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	/* From now on a stray ICMP message is to be outlived, as by any connection. */
	if (error == 0)
		keep_errors(fd, AF_UNSPEC, false);
	return error;
}

enum io sock_wait(int fd, enum io want, uint64_t deadline_ms)
{
	struct pollfd p = { .fd = want == IO_WANT_TIME ? -1 : fd,
		.events = want == IO_WANT_WRITE ? POLLOUT : POLLIN };

	for (;;) {
		uint64_t now = clock_ms();
		uint64_t left = deadline_ms > now ? deadline_ms - now : 0;
		int n;

		/* Before poll: a peer whose data is always there must not outlive the deadline. */
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

void sock_finish(int fd)
{
	/* The only failure is a peer that is gone, which the next read tells better. */
	(void)shutdown(fd, SHUT_WR);
}

enum io sock_drain(int fd)
{
	enum { ROUNDS = 16 };
	char discarded[4096];

	/* Bounded: a peer that sends without end must not hold everybody else up. */
	for (int i = 0; i < ROUNDS; i++) {
		ssize_t n = recv(fd, discarded, sizeof discarded, 0);

		if (n == 0)
			return IO_EOF;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return IO_WANT_READ;
		if (n < 0 && errno != EINTR)
			return IO_FAILED;
	}
	return IO_WANT_READ;
}

enum outcome_code sock_connect_code(int sys_errno)
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
