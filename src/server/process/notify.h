/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_NOTIFY_H
#define HELLO_SERVER_PROCESS_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/outcome.h"

/*
 * Notifies the service manager, by the protocol of sd_notify(3): datagrams of
 * VARIABLE=value lines to the socket that NOTIFY_SOCKET names. Master only. It needs no
 * library: the manual page of sd_notify describes the whole protocol.
 */
struct notify {
	int fd; /* -1: no service manager */
	struct sockaddr_un to;
	socklen_t to_len;
};

/* Longest message; a longer one is cut at the end of its last line. */
enum { NOTIFY_TEXT_MAX = 1024 };

/*
 * Reads and unsets NOTIFY_SOCKET, a path or @NAME of the abstract namespace, and
 * creates the socket now, because it may not be permitted later. Without the variable
 * there is no service manager, which is no error. Returns 0, or -1 with OC_INTERNAL if
 * the manager cannot be reached; *n then notifies nobody.
 */
int notify_open(struct notify *n, struct outcome *oc);

/*
 * Sends one message, such as "READY=1\nSTATUS=serving". Waits at most a second for a
 * manager that does not read. Returns 0, also without a service manager, or -1 with
 * OC_INTERNAL.
 */
int notify_send(const struct notify *n, struct outcome *oc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Idempotent. */
void notify_close(struct notify *n);

#endif
