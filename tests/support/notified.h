/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_NOTIFIED_H
#define HELLO_TESTS_NOTIFIED_H

/*
 * A service manager that receives notifications: bind a datagram socket whose name begins with
 * this prefix ("@", or a folder with a slash), put it into NOTIFY_SOCKET and return it. Replaces
 * the previous one.
 */
const char *notified_begin(const char *first);

/* The next message, or "" when there is none. Valid until the next call. */
const char *notified_next(void);

/* Close the socket: nobody receives notifications any more. */
void notified_end(void);

#endif
