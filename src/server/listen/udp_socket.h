/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_UDP_SOCKET_H
#define HELLO_SERVER_LISTEN_UDP_SOCKET_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/outcome.h"
#include "net/addr.h"

/*
 * The server's half of the tutorial for datagrams: socket(SOCK_DGRAM), bind, recvfrom
 * and sendto. One socket serves all clients: there is nothing to accept. Descriptors are
 * non-blocking and close-on-exec and belong to the caller; nothing here blocks.
 */

/*
 * Where a datagram came from, and where an answer goes: with the address that the
 * client sent to as its source, also if the socket is bound to all addresses. Plain
 * data without a pointer, so that another process that has the socket can use it.
 */
struct udp_path {
	int fd; /* the socket */
	struct addr peer;
	struct addr local; /* without a port; len 0: unknown */
	unsigned interface; /* that a link-local address belongs to */
};

/* socket, bind. An IPv6 socket receives IPv6 only. Returns 0, or -1 with OC_LISTEN. */
int udp_socket_open(const struct addr *at, int *fd, struct outcome *oc);

/*
 * recvfrom, as recvmsg(2). Returns the length of the datagram; or -1 if none is there, or
 * with another errno than EAGAIN. A datagram longer than max has length max + 1.
 */
ssize_t udp_socket_receive(int fd, void *buf, size_t max, struct udp_path *from);

/*
 * sendto, as sendmsg(2). Returns 0, or errno. A full socket buffer, or a datagram that is
 * too long for the path, is a loss like any other in the network, and no error.
 */
int udp_socket_send(const struct udp_path *to, const void *bytes, size_t len);

#endif
