/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_LISTENING_H
#define HELLO_TESTS_LISTENING_H

/*
 * Sockets of the peers in tests, each on any free port. They return the descriptor and write its
 * port, or return -1 with errno. The caller closes the descriptor.
 */

/* A TCP listener on 127.0.0.1, closed on exec. */
int listen_on_loopback(unsigned *port);

/* A UDP socket on this numeric address; flags: SOCK_NONBLOCK or 0. */
int bind_udp(const char *address, int flags, unsigned *port);

#endif
