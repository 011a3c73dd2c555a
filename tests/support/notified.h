/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_NOTIFIED_H
#define HELLO_TESTS_NOTIFIED_H

/*
 * A service manager that listens: bind a datagram socket of a name that begins
 * so ("@", or a folder with a slash), put it into NOTIFY_SOCKET and return it.
 * Replaces the one before.
 */
const char *notified_begin(const char *first);

/* The next message, or "" when there is none. Valid until the next call. */
const char *notified_next(void);

/* The manager is gone: its name is nobody's any more. */
void notified_end(void);

#endif
