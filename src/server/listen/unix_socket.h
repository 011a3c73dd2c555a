/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_UNIX_SOCKET_H
#define HELLO_SERVER_LISTEN_UNIX_SOCKET_H

#include <sys/types.h>

#include "base/outcome.h"

/* A listening socket with a path, and what the path was when it was bound. */
struct unix_socket {
	int fd;
	const char *path;
	dev_t device;
	ino_t inode;
};

/*
 * socket, bind, listen at this path, which must outlive the socket. A socket
 * that somebody answers at is left alone; a stale one is replaced. Who may
 * connect is up to the folder and the umask (unix(7)). The folder is locked
 * meanwhile, so that of two servers that find the same stale socket one wins.
 * Blocks for a second at most. Returns 0, or -1 with OC_LISTEN.
 */
int unix_socket_listen(const char *path, int backlog, struct unix_socket *out, struct outcome *oc);

/*
 * Would unix_socket_listen succeed? Changes nothing. Returns 0, or -1 with
 * OC_LISTEN, whose sys_errno is EADDRINUSE when somebody answers there.
 */
int unix_socket_check(const char *path, struct outcome *oc);

/*
 * Remove the path, if it is still that of this socket. Call it while the socket
 * listens: nobody takes the path over from one that answers. Does not close.
 * Returns 0, or -1 with OC_LISTEN when it could not be removed.
 */
int unix_socket_remove(const struct unix_socket *u, struct outcome *oc);

#endif
