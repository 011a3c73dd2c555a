/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_SOCKET_H
#define HELLO_CLIENT_STEP_SOCKET_H

#include <stdint.h>

#include "net/addr.h"
#include "base/outcome.h"

/*
 * The client's half of the tutorial's calls. Every descriptor made here is
 * non-blocking and close-on-exec and belongs to the caller; only socket_wait blocks.
 */

/*
 * socket, and a connect that goes on in the background. Until it has connected
 * the kernel keeps what ICMP says of it (MSG_ERRQUEUE).
 * Returns IO_DONE, IO_WANT_WRITE (wait, then ask socket_connect_result) or
 * IO_FAILED with errno set and no descriptor.
 */
enum io socket_connect(const struct addr *to, int *fd);

/* After the socket became writable: 0, or the errno of the attempt. */
int socket_connect_result(int fd);

/* The OC_CONNECT_* that an errno of connect(2) stands for. */
enum outcome_code socket_connect_code(int sys_errno);

/*
 * Block until fd is ready for what an operation asked for (IO_WANT_READ or
 * IO_WANT_WRITE; with IO_WANT_TIME for nothing) or clock_ms() reaches deadline_ms.
 * Returns IO_DONE, or IO_FAILED with errno, ETIMEDOUT when late, even if it is
 * ready: a peer that always has more must not outlive the deadline.
 */
enum io socket_wait(int fd, enum io want, uint64_t deadline_ms);

#endif
