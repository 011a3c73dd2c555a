/* SPDX-License-Identifier: MIT */
#include "server/listen/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

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

int socket_open_listener(const struct sockaddr *at, socklen_t len, int backlog)
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

int socket_fail_listen(const struct addr *at, bool udp, struct outcome *oc)
{
	char text[ADDR_TEXT_MAX];

	outcome_set_errno(oc, OC_LISTEN, "cannot listen on %s%s", udp ? "UDP " : "",
	    addr_format(at, text));
	if (errno == EADDRINUSE)
		outcome_advise(oc,
		    "ss -l%cnp 'sport = :%u' shows which process has the port; or choose another",
		    udp ? 'u' : 't', (unsigned)addr_port(at));
	else if (errno == EADDRNOTAVAIL)
		outcome_advise(oc, "ip address shows the addresses of this machine");
	else if (errno == EACCES)
		outcome_advise(oc, "ports below 1024 need a privilege; choose a higher port");
	return -1;
}

int socket_listen(const struct addr *at, int backlog, int *fd, struct outcome *oc)
{
	int new_fd = socket_open_listener(&at->ss.any, at->len, backlog);

	if (new_fd < 0)
		return socket_fail_listen(at, false, oc);
	*fd = new_fd;
	return 0;
}

int socket_adopt_listener(int fd, struct outcome *oc)
{
	int listening = 0, type = 0, domain = 0, flags = fcntl(fd, F_GETFL);
	socklen_t len = sizeof(int);

	if (flags < 0 || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0)
		return outcome_set_errno(oc, OC_LISTEN, "descriptor %d is not a socket", fd);
	if (!listening || type != SOCK_STREAM ||
	    (domain != AF_UNIX && domain != AF_INET && domain != AF_INET6))
		return outcome_set(oc, OC_LISTEN, "descriptor %d is not a listening stream socket",
		    fd);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    (domain != AF_UNIX && set_option(fd, IPPROTO_TCP, TCP_NODELAY) != 0))
		return outcome_set_errno(oc, OC_LISTEN, "cannot adopt descriptor %d", fd);
	return 0;
}

/* Errors of the waiting connection, not of the listener: accept(2). */
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

enum io socket_accept(int listen_fd, int *fd, struct addr *peer)
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
