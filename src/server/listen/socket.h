/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_SOCKET_H
#define HELLO_SERVER_LISTEN_SOCKET_H

#include <stdbool.h>

#include "base/outcome.h"
#include "net/addr.h"

/*
 * The server's half of the tutorial's calls. Every descriptor from here is non-blocking
 * and close-on-exec and belongs to the caller; none of these functions blocks.
 */

/*
 * socket, bind, listen. An IPv6 listener accepts IPv6 only. Nagle's algorithm is off,
 * and accepted sockets inherit that (tcp(7)). Returns 0, or -1 with OC_LISTEN.
 */
int socket_listen(const struct addr *at, int backlog, int *fd, struct outcome *oc);

/*
 * Fills in OC_LISTEN with errno, after this address could not be bound, and with what to do.
 * Returns -1.
 */
int socket_fail_listen(const struct addr *at, bool udp, struct outcome *oc);

/*
 * The three calls themselves, for any family. Returns the descriptor, or -1
 * with errno.
 */
int socket_open_listener(const struct sockaddr *at, socklen_t len, int backlog);

/*
 * Sets up an inherited listening stream socket like one of ours. Returns 0, or -1 with
 * OC_LISTEN if it is not one (SO_ACCEPTCONN, socket(7)).
 */
int socket_adopt_listener(int fd, struct outcome *oc);

/*
 * accept. IO_WANT_READ: the queue is empty. IO_FAILED: errno has the reason; EMFILE,
 * ENFILE, ENOBUFS and ENOMEM mean "stop accepting for a while". Skips clients that
 * disconnected while they waited (accept(2), Error handling). An IPv4 client of a
 * listener for both families gets its IPv4 address: addr_unmap.
 */
enum io socket_accept(int listen_fd, int *fd, struct addr *peer);

#endif
