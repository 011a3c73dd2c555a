/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_WORKER_SOCKETS_H
#define HELLO_SERVER_PROCESS_WORKER_SOCKETS_H

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The master's ends of the workers' status sockets: ready bytes and heartbeats arrive,
 * and the master's death shows as end-of-file at the other end. All zero: none. poll is
 * for ppoll(2); pid[i] is the worker of poll[i]. The listeners are in the same array,
 * but still belong to their owner.
 */
enum { WORKER_SOCKETS_LISTENER = 0 }; /* replaces a pid for a listener */

struct worker_sockets {
	struct pollfd *poll;
	pid_t *pid;
	size_t count;
};

/*
 * Takes ownership of fd, unless it is a listener. Returns 0, or -1 if out of memory,
 * and the caller keeps fd.
 */
int worker_sockets_add(struct worker_sockets *p, int fd, short events, pid_t pid);

/* Closes it; the last one moves into its place. */
void worker_sockets_remove(struct worker_sockets *p, size_t i);

/* Removes the listeners, before they are closed. */
void worker_sockets_forget_listeners(struct worker_sockets *p);

/* Closes and releases all. Idempotent. */
void worker_sockets_free(struct worker_sockets *p);

#endif
