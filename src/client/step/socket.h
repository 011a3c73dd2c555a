/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_SOCKET_H
#define HELLO_CLIENT_STEP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "net/addr.h"

/*
 * The client's half of the tutorial's calls. Every descriptor is non-blocking and close-on-exec and
 * belongs to the caller; only socket_wait blocks.
 */

/*
 * Make a socket and connect it in the background. With segment, neither end sends longer TCP
 * segments (tcp(7), TCP_MAXSEG); 0: as long as the path allows. Until it is connected, the kernel
 * keeps its ICMP errors (MSG_ERRQUEUE). Returns IO_DONE, IO_WANT_WRITE (wait, then call
 * socket_connect_result), or IO_FAILED with errno set and no descriptor.
 */
enum io socket_connect(const struct addr *to, unsigned segment, int *fd);

/* After the socket became writable: 0, or the errno of the attempt. */
int socket_connect_result(int fd);

/*
 * The same for UDP, without a packet: only a connected socket gets the errors of its peer. With
 * whole, packets that are too long for the path are not cut in pieces, but fail with EMSGSIZE.
 * Returns 0, or -1 with errno set and no descriptor.
 */
int socket_connect_udp(const struct addr *to, bool whole, int *fd);

/* The socket's pending error, or 0. */
int socket_error(int fd);

/* From now on a stray ICMP message does not end the connection. */
void socket_settle(int fd);

/* What the path of a connected UDP socket carries, as far as the kernel knows; 0: unknown. */
unsigned socket_path_mtu(int fd);

/* The OC_CONNECT_* for an errno of connect(2). */
enum outcome_code socket_connect_code(int sys_errno);

/*
 * Block until fd is ready for IO_WANT_READ or IO_WANT_WRITE (never for IO_WANT_TIME), or clock_ms()
 * reaches deadline_ms. Returns IO_DONE, or IO_FAILED with errno; errno is ETIMEDOUT after the
 * deadline, even if fd is ready: a peer that always has more must not outlive the deadline.
 */
enum io socket_wait(int fd, enum io want, uint64_t deadline_ms);

#endif
