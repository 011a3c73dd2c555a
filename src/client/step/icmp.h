/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_STEP_ICMP_H
#define HELLO_CLIENT_STEP_ICMP_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

/*
 * What on the way rejected a connection attempt, and in which words (RFC 792,
 * RFC 1812, RFC 4443). errno has less: "No route to host" comes from a router
 * without a route as well as from a firewall with a rule.
 */
struct icmp_notice {
	struct addr from;    /* the router, the firewall, or the host itself */
	const char *meaning; /* "administratively prohibited"; static */
	bool rule;           /* only a firewall rule sends this */
};

/*
 * Read the first ICMP error that came for this attempt of sock_connect. Does not
 * block. Returns false where there is none, or the system reports none.
 */
bool icmp_receive(int fd, struct icmp_notice *out);

/*
 * Read one error as the kernel hands it over: a struct sock_extended_err and behind it
 * the address of who sent the ICMP message (ip(7), SO_EE_OFFENDER), which may be cut.
 * Pure. Returns false where it is no ICMP error.
 */
bool icmp_read(const void *bytes, size_t size, struct icmp_notice *out);

#endif
