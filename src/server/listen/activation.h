/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_ACTIVATION_H
#define HELLO_SERVER_LISTEN_ACTIVATION_H

#include <stddef.h>

#include "base/outcome.h"

/* More than any unit passes; also a limit on LISTEN_FDS. */
enum { ACTIVATION_MAX = 64 };

/*
 * The sockets from the service manager, by the protocol of sd_listen_fds(3): LISTEN_PID
 * is our pid, LISTEN_FDS their number, counted from descriptor 3 on, LISTEN_FDNAMES
 * their names. The first caller gets them, so acquire by name before acquiring the
 * rest. Master only, before the first fork.
 */
struct activation {
	struct {
		int fd;
		const char *name;
	} item[ACTIVATION_MAX];
	size_t given, count; /* all descriptors; those that are not acquired yet */
	char *names;
};

/*
 * Closes all descriptors except 0, 1, 2 and the inherited sockets, so that other open
 * files do not reach a process that talks to peers. Call it before this program opens
 * anything.
 */
void activation_close_others(void);

/*
 * Reads and unsets the three variables, and sets close-on-exec on the sockets. If there
 * are none, or they are for another process, the set is empty. Returns 0, or -1 with
 * OC_LISTEN if the variables contradict each other or the open descriptors.
 */
int activation_open(struct activation *a, struct outcome *oc);

/*
 * Acquires the sockets with this name, or with "" all that are left: at most max, in
 * their original order. Each must be a listening stream socket; it is set up like one
 * of ours, and the caller closes it. Returns 0, or -1 with OC_LISTEN and nothing
 * acquired: none there (the message lists those that are), more than max, or one that
 * is not a listener. option is for the message.
 */
int activation_acquire(struct activation *a, const char *option, const char *name, int *fds,
    size_t max, size_t *count, struct outcome *oc);

/*
 * Closes one that was not acquired. Returns its name, valid until activation_close, or
 * NULL if none is left.
 */
const char *activation_discard(struct activation *a);

/* Closes all that are left; idempotent. */
void activation_close(struct activation *a);

#endif
