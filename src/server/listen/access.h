/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_ACCESS_H
#define HELLO_SERVER_LISTEN_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "server/listen/cidr.h"
#include "base/outcome.h"

enum { ACCESS_BLOCKS_MAX = 64 };

/*
 * Which addresses may talk to us at all, judged before any TLS work, and which
 * of them are balancers, who talk for others. Zeroed: all, and nobody.
 */
struct access {
	struct cidr allow[ACCESS_BLOCKS_MAX], deny[ACCESS_BLOCKS_MAX];
	struct cidr balancers[ACCESS_BLOCKS_MAX];
	size_t allow_count, deny_count, balancer_count;
	bool unix_balancers; /* peers on a unix socket are, too */
};

/* One more --allow or --deny. Returns 0, or -1 with OC_USAGE. */
int access_allow(struct access *a, const char *block, struct outcome *oc);
int access_deny(struct access *a, const char *block, struct outcome *oc);

/*
 * A denied block wins; where any block is allowed, all else is denied. A peer
 * without an IP address, on a unix socket, is let in: the file's mode decides.
 */
bool access_permits(const struct access *a, const struct addr *peer);

/* One more --proxy-protocol-from, a block or "unix". Returns 0, or -1 with OC_USAGE. */
int access_trust_balancer(struct access *a, const char *place, struct outcome *oc);

/* Must connections from there begin with a PROXY protocol header? All others must not. */
bool access_is_balancer(const struct access *a, const struct addr *peer);

/* The --proxy-protocol-from that takes everybody of a family for a balancer; NULL: none does. */
const char *access_believes_all(const struct access *a);

#endif
