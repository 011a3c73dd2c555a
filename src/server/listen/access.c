/* SPDX-License-Identifier: MIT */
#include "server/listen/access.h"

#include <string.h>

static int add(struct cidr *blocks, size_t *count, const char *option, const char *block,
    struct outcome *oc)
{
	if (*count == ACCESS_BLOCKS_MAX)
		return outcome_set(oc, OC_USAGE, "%s: more than %d address blocks", option,
		    ACCESS_BLOCKS_MAX);
	if (cidr_parse(option, block, &blocks[*count], oc) != 0)
		return -1;
	(*count)++;
	return 0;
}

int access_allow(struct access *a, const char *block, struct outcome *oc)
{
	return add(a->allow, &a->allow_count, "--allow", block, oc);
}

int access_deny(struct access *a, const char *block, struct outcome *oc)
{
	return add(a->deny, &a->deny_count, "--deny", block, oc);
}

bool access_permits(const struct access *a, const struct addr *peer)
{
	sa_family_t family = peer->ss.any.sa_family;

	if (family != AF_INET && family != AF_INET6)
		return true;
	if (cidr_any_contains(a->deny, a->deny_count, peer))
		return false;
	return a->allow_count == 0 || cidr_any_contains(a->allow, a->allow_count, peer);
}

int access_trust_balancer(struct access *a, const char *from, struct outcome *oc)
{
	if (strcmp(from, "unix") != 0)
		return add(a->balancers, &a->balancer_count, "--proxy-protocol-from", from, oc);
	a->unix_balancers = true;
	return 0;
}

bool access_is_balancer(const struct access *a, const struct addr *peer)
{
	return peer->ss.any.sa_family == AF_UNIX
	    ? a->unix_balancers
	    : cidr_any_contains(a->balancers, a->balancer_count, peer);
}

const char *access_believes_all(const struct access *a)
{
	for (size_t i = 0; i < a->balancer_count; i++) {
		if (a->balancers[i].bits == 0)
			return a->balancers[i].family == AF_INET6 ? "::/0" : "0.0.0.0/0";
	}
	return NULL;
}
