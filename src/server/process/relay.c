/* SPDX-License-Identifier: MIT */
#include "server/process/relay.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A listener is known by its place in the set, which all processes have alike. */
struct head {
	uint32_t kind, listener;
	struct udp_path path;
};

static void send_parts(int fd, const struct head *head, const void *bytes, size_t len)
{
	struct iovec parts[2] = { { (void *)head, sizeof *head }, { (void *)bytes, len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = len > 0 ? 2 : 1 };

	(void)sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void relay_send(int fd, enum relay_kind kind)
{
	struct head head;

	memset(&head, 0, sizeof head);
	head.kind = kind;
	send_parts(fd, &head, NULL, 0);
}

void relay_send_datagram(int fd, const struct listener_set *listeners,
    const struct udp_path *from, const void *bytes, size_t len)
{
	struct head head;

	memset(&head, 0, sizeof head);
	head.kind = RELAY_DATAGRAM;
	head.path = *from;
	while (head.listener < listeners->count &&
	    listeners->item[head.listener].fd != from->fd)
		head.listener++;
	send_parts(fd, &head, bytes, len);
}

static bool is_address(const struct addr *a)
{
	sa_family_t family = a->ss.any.sa_family;

	return (family == AF_INET && a->len == sizeof a->ss.v4) ||
	    (family == AF_INET6 && a->len == sizeof a->ss.v6);
}

/* Copies nothing else than what a datagram from outside could have. */
static bool read_path(const struct head *head, const struct listener_set *listeners,
    struct udp_path *out)
{
	if (head->listener >= listeners->count || !is_address(&head->path.peer) ||
	    (head->path.local.len > 0 && !is_address(&head->path.local)))
		return false;
	*out = head->path;
	out->fd = listeners->item[head->listener].fd;
	return true;
}

enum relay_kind relay_receive(int fd, const struct listener_set *listeners, void *buf, size_t max,
    size_t *len, struct udp_path *from)
{
	struct head head;
	struct iovec parts[2] = { { &head, sizeof head }, { buf, max } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return RELAY_NOTHING;
	if (n <= 0)
		return RELAY_END;
	if ((size_t)n < sizeof head || message.msg_flags & MSG_TRUNC)
		return RELAY_NOTHING;
	*len = (size_t)n - sizeof head;
	switch (head.kind) {
	case RELAY_ASK:
	case RELAY_GIVEN:
		return head.kind;
	case RELAY_DATAGRAM:
		return read_path(&head, listeners, from) ? RELAY_DATAGRAM : RELAY_NOTHING;
	default:
		return RELAY_NOTHING;
	}
}
