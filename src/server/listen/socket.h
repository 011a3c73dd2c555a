/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_SOCKET_H
#define HELLO_SERVER_LISTEN_SOCKET_H

#include "net/addr.h"
#include "base/outcome.h"

/*
 * The server's half of the tutorial's calls. Every descriptor made here is
 * non-blocking and close-on-exec and belongs to the caller; none of these
 * functions blocks.
 */

/*
 * socket, bind, listen. An IPv6 listener takes IPv6 only. Nagle's algorithm is
 * off, and accepted sockets inherit that (tcp(7)).
 * Returns 0, or -1 with OC_LISTEN.
 */
int socket_listen(const struct addr *at, int backlog, int *fd, struct outcome *oc);

/*
 * The three calls themselves, for any family. Returns the descriptor, or -1
 * with errno.
 */
int socket_open_listener(const struct sockaddr *at, socklen_t len, int backlog);

/*
 * Make a listening stream socket that somebody else opened behave as one of
 * ours. Returns 0, or -1 with OC_LISTEN when it is none (SO_ACCEPTCONN, socket(7)).
 */
int socket_adopt_listener(int fd, struct outcome *oc);

/*
 * accept. IO_WANT_READ: nobody waits. IO_FAILED: errno says why; EMFILE,
 * ENFILE, ENOBUFS and ENOMEM mean "stop accepting for a while". Peers that left
 * while they waited are passed over (accept(2), Error handling). The peer of a
 * listener for both families is IPv4 if it came so: addr_unmap.
 */
enum io socket_accept(int listen_fd, int *fd, struct addr *peer);

#endif
