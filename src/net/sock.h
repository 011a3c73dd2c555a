/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_SOCK_H
#define HELLO_NET_SOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "net/addr.h"

/* Operations on a connected socket, for both ends. None of them blocks. */

/* The address a socket is bound to, which shows the port that replaced port 0. */
int sock_local(int fd, struct addr *out, struct outcome *oc);

/* Sends FIN: we write no more, but still read. See shutdown(2). */
void sock_finish(int fd);

/*
 * Reads and discards data, a bounded amount per call, and adds the bytes to *drained.
 * IO_WANT_READ: more data may follow or is already there. IO_EOF: the peer sent FIN.
 * IO_FAILED: errno has the reason, usually ECONNRESET. finished: the FIN is known to be
 * there, so the end is behind the last data, which saves a recv(2).
 */
enum io sock_drain(int fd, bool finished, uint64_t *drained);

#endif
