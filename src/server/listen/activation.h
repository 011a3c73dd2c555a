/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_ACTIVATION_H
#define HELLO_SERVER_LISTEN_ACTIVATION_H

#include <stddef.h>

#include "base/outcome.h"

/* More than any unit hands over; also a bound on what LISTEN_FDS may claim. */
enum { ACTIVATION_MAX = 64 };

/*
 * The descriptors that the service manager handed over, by the protocol of
 * sd_listen_fds(3): LISTEN_PID is us, LISTEN_FDS tells how many there are from 3 on,
 * LISTEN_FDNAMES what they are called. Who asks first gets them, so take by
 * name before taking the rest. Master only, before the first fork.
 */
struct activation {
	struct {
		int fd;
		const char *name;
	} item[ACTIVATION_MAX];
	size_t given, count; /* all; those that nobody has taken yet */
	char *names;
};

/*
 * Close all descriptors but 0, 1, 2 and what was handed over: whatever else the
 * starter left open must not reach a process that talks to peers. To be called
 * before this program opens anything.
 */
void activation_close_others(void);

/*
 * Read and unset the three variables; what was handed over is closed on exec
 * from now on. Nothing handed over, or to another process, is an empty one.
 * Returns 0, or -1 with OC_LISTEN when the variables contradict each other or
 * what is open.
 */
int activation_open(struct activation *a, struct outcome *oc);

/*
 * Take what has this name, or with "" all that is left: at most max descriptors, in
 * the order they were handed over. Each is a listening stream socket and
 * behaves as one of ours; the caller closes it.
 * Returns 0, or -1 with OC_LISTEN and nothing taken: none there (says what there
 * is), more than max, or one that is no listener. option is for the message.
 */
int activation_take(struct activation *a, const char *option, const char *name, int *fds,
    size_t max, size_t *count, struct outcome *oc);

/*
 * Close one that nobody asked for. Returns its name, which lasts until
 * activation_close, or NULL when there is none left.
 */
const char *activation_discard(struct activation *a);

/* Close all that is left; idempotent. */
void activation_close(struct activation *a);

#endif
