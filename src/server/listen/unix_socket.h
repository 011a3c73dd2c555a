/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_UNIX_SOCKET_H
#define HELLO_SERVER_LISTEN_UNIX_SOCKET_H

#include <sys/types.h>

#include "base/outcome.h"

/* A listening socket with a path, and the file's identity when it was bound. */
struct unix_socket {
	int fd;
	const char *path;
	dev_t device;
	ino_t inode;
};

/*
 * socket, bind, listen at this path, which must outlive the socket. A socket that a
 * process answers on is left alone; a stale one is replaced. The folder's mode and the
 * umask decide who may connect (unix(7)). The folder is locked meanwhile, so that one
 * of two servers that find the same stale socket wins. Blocks for at most a second.
 * Returns 0, or -1 with OC_LISTEN.
 */
int unix_socket_listen(const char *path, int backlog, struct unix_socket *out, struct outcome *oc);

/*
 * Would unix_socket_listen succeed? Changes nothing. Returns 0, or -1 with OC_LISTEN,
 * whose sys_errno is EADDRINUSE if a process answers there.
 */
int unix_socket_check(const char *path, struct outcome *oc);

/*
 * Removes the path, if it still belongs to this socket. Call it while the socket
 * listens: nobody takes over a path that still answers. Does not close. Returns 0, or
 * -1 with OC_LISTEN if it could not be removed.
 */
int unix_socket_remove(const struct unix_socket *u, struct outcome *oc);

#endif
