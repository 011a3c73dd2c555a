/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_SOCK_H
#define HELLO_NET_SOCK_H

#include <stdint.h>

#include "net/addr.h"
#include "base/outcome.h"

/*
 * The tutorial's calls. Every descriptor made here is non-blocking and
 * close-on-exec and belongs to the caller; none of these functions blocks,
 * except sock_wait.
 */

/*
 * socket, bind, listen. An IPv6 listener takes IPv6 only. Nagle's algorithm is
 * off, and accepted sockets inherit that (tcp(7)).
 * Returns 0, or -1 with OC_LISTEN.
 */
int sock_listen(const struct addr *at, int backlog, int *fd, struct outcome *oc);

/*
 * The three calls themselves, for any family. Returns the descriptor, or -1
 * with errno.
 */
int sock_open_listener(const struct sockaddr *at, socklen_t len, int backlog);

/*
 * Make a listening stream socket that somebody else opened behave as one of
 * ours. Returns 0, or -1 with OC_LISTEN when it is none (SO_ACCEPTCONN, socket(7)).
 */
int sock_adopt_listener(int fd, struct outcome *oc);

/* The address a socket is bound to: tells the port that port 0 became. */
int sock_local(int fd, struct addr *out, struct outcome *oc);

/*
 * accept. IO_WANT_READ: nobody waits. IO_FAILED: errno says why; EMFILE,
 * ENFILE, ENOBUFS and ENOMEM mean "stop accepting for a while". Peers that left
 * while they waited are passed over (accept(2), Error handling). The peer of a
 * listener for both families is IPv4 if it came so: addr_unmap.
 */
enum io sock_accept(int listen_fd, int *fd, struct addr *peer);

/*
 * socket, and a connect that goes on in the background. Until it has connected
 * the kernel keeps what ICMP says of it (MSG_ERRQUEUE).
 * Returns IO_DONE, IO_WANT_WRITE (wait, then ask sock_connect_result) or
 * IO_FAILED with errno set and no descriptor.
 */
enum io sock_connect(const struct addr *to, int *fd);

/* After the socket became writable: 0, or the errno of the attempt. */
int sock_connect_result(int fd);

/*
 * Block until fd is ready for what an operation asked for (IO_WANT_READ or
 * IO_WANT_WRITE; with IO_WANT_TIME for nothing) or clock_ms() reaches deadline_ms.
 * Returns IO_DONE, or IO_FAILED with errno, ETIMEDOUT when late, even if it is
 * ready: a peer that always has more must not outlive the deadline.
 */
enum io sock_wait(int fd, enum io want, uint64_t deadline_ms);

/* Say that we send no more (FIN), but still read: shutdown(2). */
void sock_finish(int fd);

/*
 * Read and discard what is there, a bounded amount at a time. IO_WANT_READ: more
 * may come, or is there already. IO_EOF: the peer is done. IO_FAILED: errno, usually ECONNRESET.
 */
enum io sock_drain(int fd);

/* The OC_CONNECT_* that an errno of connect(2) stands for. */
enum outcome_code sock_connect_code(int sys_errno);

#endif
