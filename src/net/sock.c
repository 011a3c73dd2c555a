/* SPDX-License-Identifier: MIT */
#include "net/sock.h"

#include <errno.h>
#include <sys/socket.h>

int sock_local(int fd, struct addr *out, struct outcome *oc)
{
	struct addr local = { .len = sizeof local.ss };

	if (getsockname(fd, &local.ss.any, &local.len) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "getsockname");
	addr_settle(&local);
	*out = local;
	return 0;
}

void sock_finish(int fd)
{
	/* It fails only if the peer is gone; the next read reports that better. */
	(void)shutdown(fd, SHUT_WR);
}

enum io sock_drain(int fd, bool finished, uint64_t *drained)
{
	enum { ROUNDS = 16 };
	char discarded[4096];

	/* Bounded, so that a peer that sends without end cannot block other connections. */
	for (int i = 0; i < ROUNDS; i++) {
		ssize_t n = recv(fd, discarded, sizeof discarded, 0);

		if (n == 0)
			return IO_EOF;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return IO_WANT_READ;
		if (n < 0 && errno != EINTR)
			return IO_FAILED;
		if (n > 0)
			*drained += (uint64_t)n;
		if (n > 0 && n < (ssize_t)sizeof discarded && finished)
			return IO_EOF;
	}
	return IO_WANT_READ;
}
