/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_TRACE_SOCKET_H
#define HELLO_CLIENT_STEP_TRACE_SOCKET_H

#include "net/addr.h"

/*
 * The calls of --trace: sockets whose packets may pass only some routers (ip(7), IP_TTL; ipv6(7),
 * IPV6_UNICAST_HOPS), and which report ICMP errors (IP_RECVERR). No privileges are needed.
 */

/* The TTL that the system gives to every packet. */
enum { TRACE_TTL_ORDINARY = -1 };

/*
 * Begin to connect with this TTL. Returns a descriptor, which may be connected already, or -1 with
 * errno. Does not block.
 */
int trace_socket_connect(const struct addr *to, int ttl);

/* From now on, packets of a connected socket have this TTL, and ICMP errors are its errors. */
int trace_socket_limit(int fd, sa_family_t family, int ttl);

/*
 * Close the connection with a reset that passes all routers, so that the peer does not keep it. If
 * a packet did not reach the peer, the reset does not fit: the peer then asks, and this system
 * resets the connection for good (RFC 5961 section 3.2).
 */
void trace_socket_reset(int fd, sa_family_t family);

/*
 * Something on the path reset this connection, and the peer may not know. Begin a new one between
 * the same addresses and ports: the peer then asks, and this system resets both. Returns the
 * descriptor for trace_socket_reset after a round trip, or -1.
 */
int trace_socket_again(const struct addr *from, const struct addr *to);

#endif
