/* SPDX-License-Identifier: MIT */
#include "support/listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int refuse(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

int listen_on_loopback(unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(fd, SOMAXCONN) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return refuse(fd);
	*port = ntohs(at.sin_port);
	return fd;
}

int bind_udp(const char *address, int flags, unsigned *port)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_DGRAM };
	struct sockaddr_storage at;
	socklen_t len = sizeof at;
	struct addrinfo *found;
	int fd;

	if (getaddrinfo(address, "0", &hints, &found) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	fd = socket(found->ai_family, SOCK_DGRAM | flags, 0);
	if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		fd = refuse(fd);
	freeaddrinfo(found);
	if (fd >= 0)
		*port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port :
							 ((struct sockaddr_in *)&at)->sin_port);
	return fd;
}
