/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ICMP_H
#define HELLO_CLIENT_STEP_ICMP_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

/*
 * Who rejected a connection attempt by ICMP, and why (RFC 792, RFC 1812, RFC 4443). errno has less
 * detail: "No route to host" may come from a router without a route or from a firewall rule.
 */
struct icmp_notice {
	struct addr from;    /* the router, the firewall, or the host itself */
	const char *meaning; /* "administratively prohibited"; static */
	bool rule;           /* only a firewall rule sends this */
	bool expired;        /* the packet passed as many routers as its TTL allowed */
};

/*
 * Read the first ICMP error for this attempt of socket_connect. Does not block. Returns false when
 * there is none, or the system does not report any.
 */
bool icmp_receive(int fd, struct icmp_notice *out);

/*
 * Parse one error as the kernel provides it: a struct sock_extended_err, followed by the address of
 * the sender of the ICMP message (ip(7), SO_EE_OFFENDER), which may be cut. Pure. Returns false if
 * it is not an ICMP error.
 */
bool icmp_read(const void *bytes, size_t size, struct icmp_notice *out);

#endif
