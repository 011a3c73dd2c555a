/* SPDX-License-Identifier: MIT */
#include "tls/udp_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

/* Headers of IP and UDP: without them, empty datagrams would cost nothing. */
enum { HEADERS = 48 };

void udp_wire_init(struct udp_wire *d, struct tls_buffer *wire)
{
	memset(d, 0, sizeof *d);
	d->wire = wire;
	d->turn_left = UDP_WIRE_PER_TURN;
}

void udp_wire_allow(struct udp_wire *d, size_t bytes)
{
	d->ceiling = d->spent + bytes;
}

void udp_wire_begin_turn(struct udp_wire *d, unsigned receives)
{
	d->turn_left = receives;
}

static void look_at(struct udp_wire *d, const void *bytes, size_t len)
{
	struct tls_buffer *w = d->wire;

	if (w->received == 0)
		w->opening = w->sent;
	if (w->head_len == 0) {
		w->head_len = len < TLS_BUFFER_HEAD ? len : TLS_BUFFER_HEAD;
		memcpy(w->head, bytes, w->head_len);
	}
	w->received += len;
	d->received++;
	d->spent += len + HEADERS;
	d->echoed |=
	    d->first_len > 0 && len >= d->first_len && memcmp(bytes, d->first, d->first_len) == 0;
}

static ssize_t receive(int fd, void *to, size_t max)
{
	ssize_t n;

	do
		n = recv(fd, to, max, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

static bool is_empty(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK;
}

ssize_t udp_wire_receive(struct udp_wire *d, void *to, size_t max)
{
	struct tls_buffer *w = d->wire;
	ssize_t n;

	if (d->spent >= d->ceiling)
		w->sated = true;
	if (w->sated || d->turn_left == 0)
		return -1;
	n = receive(w->fd, to, max);
	/* An error is told before the datagrams that came before it, often an alert. */
	if (n < 0 && !is_empty(errno)) {
		if (!w->recv_errno)
			w->recv_errno = errno;
		n = receive(w->fd, to, max);
	}
	if (n < 0)
		return -1;
	d->turn_left--;
	look_at(d, to, (size_t)n);
	return n;
}

void udp_wire_send(struct udp_wire *d, const void *bytes, size_t len)
{
	struct tls_buffer *w = d->wire;
	ssize_t n;

	if (d->first_len == 0) {
		d->first_len = len < sizeof d->first ? len : sizeof d->first;
		memcpy(d->first, bytes, d->first_len);
	}
	do
		n = send(w->fd, bytes, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		w->sent += (uint64_t)n;
	else if (!is_empty(errno) && errno != ENOBUFS && !w->send_errno)
		w->send_errno = errno;
}

bool udp_wire_is_foreign(const struct udp_wire *d, bool possible, const char *protocol,
    struct outcome *oc)
{
	char bytes[4 * TLS_BUFFER_HEAD + 1];
	struct text text;

	if (d->echoed) {
		outcome_set(oc, OC_NOT_TLS, "the peer sends our own packets back");
		outcome_advise(oc, "this is a UDP echo service: check the port");
		return true;
	}
	if (d->received == 0 || possible)
		return false;
	text_begin(&text, bytes, sizeof bytes);
	text_add_bytes(&text, d->wire->head, d->wire->head_len, "\"");
	if (bytes[0])
		outcome_set(oc, OC_NOT_TLS,
		    "the peer answers, but not in %s: its first bytes are \"%s\"", protocol, bytes);
	else
		outcome_set(oc, OC_NOT_TLS, "the peer answers with empty datagrams");
	outcome_advise(oc, "check the port; ss -lunp on the server shows which service uses it");
	return true;
}
