/* SPDX-License-Identifier: MIT */
#include "server/listen/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static unsigned family_bits(sa_family_t family)
{
	return family == AF_INET6 ? 128 : 32;
}

/* Clears the bits after the prefix; returns whether any was set. */
static bool cut_to(unsigned char prefix[sizeof(struct in6_addr)], unsigned bits)
{
	bool more = false;

	for (unsigned i = 0; i < sizeof(struct in6_addr); i++) {
		unsigned kept = bits >= 8 * (i + 1) ? 8 : bits <= 8 * i ? 0 : bits - 8 * i;
		unsigned char mask = (unsigned char)(0xff00U >> kept);

		more = more || (prefix[i] & (unsigned char)~mask);
		prefix[i] &= mask;
	}
	return more;
}

static int parse_bits(const char *text, unsigned max, unsigned *bits)
{
	unsigned value = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = value * 10 + (unsigned)(*text - '0');
		if (value > max)
			return -1;
	}
	*bits = value;
	return 0;
}

/* A mapped block would match nobody: such clients are IPv4 (see addr_unmap). */
static void unmap(struct cidr *c)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (c->family != AF_INET6 || c->bits < 96 || memcmp(c->prefix, mapped, sizeof mapped) != 0)
		return;
	c->family = AF_INET;
	c->bits -= 96;
	memmove(c->prefix, c->prefix + sizeof mapped, 4);
	memset(c->prefix + 4, 0, sizeof c->prefix - 4);
}

int cidr_parse(const char *option, const char *text, struct cidr *out, struct outcome *oc)
{
	char address[INET6_ADDRSTRLEN] = "";
	struct cidr c = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len < sizeof address)
		memcpy(address, text, len);
	c.bits = family_bits(c.family);
	if (inet_pton(c.family, address, c.prefix) != 1 ||
	    (slash && parse_bits(slash + 1, c.bits, &c.bits) != 0)) {
		outcome_set(oc, OC_USAGE,
		    "invalid %s \"%s\": expected addresses such as 192.0.2.0/24",
		    option, text);
		return -1;
	}
	if (cut_to(c.prefix, c.bits)) {
		outcome_set(oc, OC_USAGE,
		    "%s %s: the address has bits set after the first %u", option,
		    text, c.bits);
		outcome_advise(oc, "use %s %s/%u for the whole block", option,
		    inet_ntop(c.family, c.prefix, address, sizeof address), c.bits);
		return -1;
	}
	unmap(&c);
	*out = c;
	return 0;
}

bool cidr_contains(const struct cidr *block, const struct addr *a)
{
	unsigned char bytes[sizeof(struct in6_addr)] = { 0 };

	if (a->ss.any.sa_family != block->family)
		return false;
	if (block->family == AF_INET6)
		memcpy(bytes, &a->ss.v6.sin6_addr, sizeof a->ss.v6.sin6_addr);
	else
		memcpy(bytes, &a->ss.v4.sin_addr, sizeof a->ss.v4.sin_addr);
	cut_to(bytes, block->bits);
	return memcmp(bytes, block->prefix, sizeof bytes) == 0;
}

bool cidr_any_contains(const struct cidr *blocks, size_t count, const struct addr *a)
{
	for (size_t i = 0; i < count; i++) {
		if (cidr_contains(&blocks[i], a))
			return true;
	}
	return false;
}
