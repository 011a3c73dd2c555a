/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_SOCK_H
#define HELLO_NET_SOCK_H

#include "net/addr.h"
#include "base/outcome.h"

/* What both ends do with a connected socket. None of these functions blocks. */

/* The address a socket is bound to: tells the port that port 0 became. */
int sock_local(int fd, struct addr *out, struct outcome *oc);

/* Say that we send no more (FIN), but still read: shutdown(2). */
void sock_finish(int fd);

/*
 * Read and discard what is there, a bounded amount at a time. IO_WANT_READ: more
 * may come, or is there already. IO_EOF: the peer is done. IO_FAILED: errno, usually ECONNRESET.
 */
enum io sock_drain(int fd);

#endif
