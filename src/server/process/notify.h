/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_NOTIFY_H
#define HELLO_SERVER_PROCESS_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/outcome.h"

/*
 * The way to the service manager, by the protocol of sd_notify(3): datagrams of
 * VARIABLE=value lines to the socket that NOTIFY_SOCKET names. Master only, and
 * no library: the manual page of sd_notify shows that this is all of it.
 */
struct notify {
	int fd; /* -1: nobody wants to be told */
	struct sockaddr_un to;
	socklen_t to_len;
};

/* Longest message; what does not fit is cut, the end of its last line. */
enum { NOTIFY_TEXT_MAX = 1024 };

/*
 * Read and unset NOTIFY_SOCKET, a path or @NAME of the abstract namespace, and
 * make the socket now: later it may not be permitted. Without the variable
 * there is nobody to tell, which is fine. Returns 0, or -1 with OC_INTERNAL when there is
 * somebody that we cannot reach; *n then tells nobody.
 */
int notify_open(struct notify *n, struct outcome *oc);

/*
 * Send one message, such as "READY=1\nSTATUS=serving". Waits at most a second
 * for a manager that does not read. Returns 0, also when there is nobody to
 * tell, or -1 with OC_INTERNAL.
 */
int notify_send(const struct notify *n, struct outcome *oc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Idempotent. */
void notify_close(struct notify *n);

#endif
