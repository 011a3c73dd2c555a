/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_WORKER_SOCKETS_H
#define HELLO_SERVER_PROCESS_WORKER_SOCKETS_H

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The master's ends of the workers' status sockets: ready bytes and signs of
 * life come in, and the master's death goes out as end-of-file. Zeroed: none.
 * poll is for ppoll(2); pid[i] is whose poll[i] is. Listeners are watched among
 * them, and stay their owner's.
 */
enum { WORKER_SOCKETS_LISTENER = 0 }; /* in place of a pid */

struct worker_sockets {
	struct pollfd *poll;
	pid_t *pid;
	size_t count;
};

/*
 * Takes fd, unless it is a listener. Returns 0, or -1 when out of memory, and fd
 * stays the caller's.
 */
int worker_sockets_add(struct worker_sockets *p, int fd, short events, pid_t pid);

/* Closes it; the last one moves into its place. */
void worker_sockets_remove(struct worker_sockets *p, size_t i);

/* Before listeners are closed. */
void worker_sockets_forget_listeners(struct worker_sockets *p);

/* Close and release all. Idempotent. */
void worker_sockets_free(struct worker_sockets *p);

#endif
