/* SPDX-License-Identifier: MIT */
#include "server/listen/udp_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server/listen/socket.h"

/* Room for one control message with either structure. */
union control {
	struct cmsghdr align;
	char v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static int set_option(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof on);
}

/* Without SO_REUSEADDR: two UDP sockets could have the same port then. */
static int set_options(int fd, sa_family_t family)
{
	if (family == AF_INET)
		return set_option(fd, IPPROTO_IP, IP_PKTINFO);
	return set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) |
	    set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

static int open_socket(const struct addr *at)
{
	int fd = socket(at->ss.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int saved;

	if (fd < 0)
		return -1;
	if (set_options(fd, at->ss.any.sa_family) == 0 && bind(fd, &at->ss.any, at->len) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int udp_socket_open(const struct addr *at, int *fd, struct outcome *oc)
{
	int new_fd = open_socket(at);

	if (new_fd < 0)
		return socket_fail_listen(at, true, oc);
	*fd = new_fd;
	return 0;
}

static void read_local(struct msghdr *message, struct udp_path *from)
{
	from->local = (struct addr){ .len = 0 };
	from->interface = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			/* Of a broadcast this is the address that may answer it. */
			from->local.ss.v4.sin_addr = info.ipi_spec_dst;
			from->local.ss.v4.sin_family = AF_INET;
			from->local.len = sizeof from->local.ss.v4;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			from->local.ss.v6.sin6_addr = info.ipi6_addr;
			from->local.ss.v6.sin6_family = AF_INET6;
			from->local.len = sizeof from->local.ss.v6;
			if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
				from->interface = info.ipi6_ifindex;
		}
	}
}

ssize_t udp_socket_receive(int fd, void *buf, size_t max, struct udp_path *from)
{
	struct iovec into = { .iov_base = buf, .iov_len = max };
	union control control;
	struct msghdr message = { .msg_name = &from->peer.ss,
		.msg_namelen = sizeof from->peer.ss,
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t n;

	/* No byte of a path may be undefined: another process may get it. */
	memset(from, 0, sizeof *from);
	do
		n = recvmsg(fd, &message, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	from->fd = fd;
	from->peer.len = message.msg_namelen;
	read_local(&message, from);
	return message.msg_flags & MSG_TRUNC ? (ssize_t)max + 1 : n;
}

static size_t write_local(const struct udp_path *to, struct cmsghdr *c)
{
	if (to->local.ss.any.sa_family == AF_INET) {
		struct in_pktinfo info = { .ipi_spec_dst = to->local.ss.v4.sin_addr };

		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof info);
		memcpy(CMSG_DATA(c), &info, sizeof info);
		return CMSG_SPACE(sizeof info);
	} else {
		struct in6_pktinfo info = { .ipi6_addr = to->local.ss.v6.sin6_addr,
			.ipi6_ifindex = to->interface };

		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof info);
		memcpy(CMSG_DATA(c), &info, sizeof info);
		return CMSG_SPACE(sizeof info);
	}
}

/* The path may be narrower than we think: the library then tries smaller datagrams. */
static bool is_loss(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EMSGSIZE;
}

int udp_socket_send(const struct udp_path *to, const void *bytes, size_t len)
{
	struct iovec from = { .iov_base = (void *)bytes, .iov_len = len };
	union control control;
	struct msghdr message = { .msg_name = (void *)&to->peer.ss,
		.msg_namelen = to->peer.len,
		.msg_iov = &from,
		.msg_iovlen = 1 };
	ssize_t n;

	memset(&control, 0, sizeof control);
	if (to->local.len > 0) {
		message.msg_control = &control;
		message.msg_controllen = write_local(to, &control.align);
	}
	do
		n = sendmsg(to->fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n >= 0 || is_loss(errno) ? 0 : errno;
}
