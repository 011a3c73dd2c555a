/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_CIDR_H
#define HELLO_SERVER_LISTEN_CIDR_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "base/outcome.h"

/* A block of addresses in the notation of RFC 4632 section 3.1 and RFC 4291 section 2.3. */
struct cidr {
	sa_family_t family;
	unsigned bits; /* of the prefix */
	unsigned char prefix[sizeof(struct in6_addr)];
};

/*
 * "192.0.2.0/24", "2001:db8::/32"; without a length it is one address. An
 * IPv4-mapped block is one of IPv4. Bits set behind the prefix are refused: they
 * are a slip of whoever wrote them. option is named in the message. Returns 0, or
 * -1 with OC_USAGE.
 */
int cidr_parse(const char *option, const char *text, struct cidr *out, struct outcome *oc);

/* Is the address in the block? Families never mix: see addr_unmap. */
bool cidr_contains(const struct cidr *block, const struct addr *a);

/* In any of count blocks? */
bool cidr_any_contains(const struct cidr *blocks, size_t count, const struct addr *a);

#endif
