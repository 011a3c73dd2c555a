/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/socket.h>

#include "client/session/session.h"
#include "net/proxy_protocol.h"
#include "net/sock.h"

/* One send is enough: every empty socket has room for the longest header. */
int step_announce(struct session *s, struct outcome *oc)
{
	unsigned char header[PROXY_PROTOCOL_V1_MAX];
	struct addr here;
	size_t len;
	ssize_t n;

	if (!s->options->announce)
		return 0;
	if (sock_local(s->fd, &here, oc) != 0)
		return -1;
	len = proxy_protocol_write(s->options->announce_version, &here, &s->peer, header);
	do
		n = send(s->fd, header, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return 0;
	return outcome_set_errno(oc, OC_HANDSHAKE_RESET,
	    "the connection broke while the PROXY protocol header was sent");
}
