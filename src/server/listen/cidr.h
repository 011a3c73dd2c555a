/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_CIDR_H
#define HELLO_SERVER_LISTEN_CIDR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"

/* A block of addresses in the notation of RFC 4632 section 3.1 and RFC 4291 section 2.3. */
struct cidr {
	sa_family_t family;
	unsigned bits; /* length of the prefix, in bits */
	unsigned char prefix[sizeof(struct in6_addr)];
};

/*
 * "192.0.2.0/24", "2001:db8::/32"; an address without a length is a block of one. An
 * IPv4-mapped block becomes an IPv4 block. Bits set after the prefix are rejected as a
 * typing error. option is named in the message. Returns 0, or -1 with OC_USAGE.
 */
int cidr_parse(const char *option, const char *text, struct cidr *out, struct outcome *oc);

/* Is the address in the block? The families are never mixed: see addr_unmap. */
bool cidr_contains(const struct cidr *block, const struct addr *a);

/* Is it in any of count blocks? */
bool cidr_any_contains(const struct cidr *blocks, size_t count, const struct addr *a);

#endif
