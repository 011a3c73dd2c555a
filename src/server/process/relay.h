/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_RELAY_H
#define HELLO_SERVER_PROCESS_RELAY_H

#include <stddef.h>
#include <sys/types.h>

#include "server/listen/listener.h"
#include "server/listen/udp_socket.h"

/*
 * The messages between a datagram worker and its successor, over a socket pair of
 * SOCK_SEQPACKET: the successor asks the worker to stop reading the listeners; the
 * worker answers when it has stopped; and from then on the successor passes on each
 * datagram that belongs to a connection of neither its own nor a new one.
 *
 * The other end may have been taken over by an attacker, so nothing in a message is
 * trusted except for a datagram's contents, which come from outside anyway.
 */
enum relay_kind {
	RELAY_NOTHING, /* nothing there, or not a message */
	RELAY_ASK,
	RELAY_GIVEN,
	RELAY_DATAGRAM,
	RELAY_END /* the other process has ended */
};

/* Neither blocks. A message that does not fit is lost, as a datagram may be. */
void relay_send(int fd, enum relay_kind kind);
void relay_send_datagram(int fd, const struct listener_set *listeners,
    const struct udp_path *from, const void *bytes, size_t len);

/*
 * Receives one message. A datagram of one of these listeners is written to buf, with its
 * length and its path.
 */
enum relay_kind relay_receive(int fd, const struct listener_set *listeners, void *buf, size_t max,
    size_t *len, struct udp_path *from);

#endif
