/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_LISTEN_ACCESS_H
#define HELLO_SERVER_LISTEN_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "server/listen/cidr.h"

enum { ACCESS_BLOCKS_MAX = 64 };

/*
 * Decides which addresses may connect, before any TLS work, and which of them are
 * balancers, which connect on behalf of clients. All zero: everybody may connect, and
 * nobody is a balancer.
 */
struct access {
	struct cidr allow[ACCESS_BLOCKS_MAX], deny[ACCESS_BLOCKS_MAX];
	struct cidr balancers[ACCESS_BLOCKS_MAX];
	size_t allow_count, deny_count, balancer_count;
	bool unix_balancers; /* clients on unix sockets are balancers, too */
};

/* Adds an --allow or --deny. Returns 0, or -1 with OC_USAGE. */
int access_allow(struct access *a, const char *block, struct outcome *oc);
int access_deny(struct access *a, const char *block, struct outcome *oc);

/*
 * Is this client admitted? A denied block wins; if any block is allowed, all others are
 * denied. A client without an IP address, on a unix socket, is admitted: the file's
 * mode decides.
 */
bool access_permits(const struct access *a, const struct addr *peer);

/* Adds a --proxy-protocol-from, a block or "unix". Returns 0, or -1 with OC_USAGE. */
int access_trust_balancer(struct access *a, const char *from, struct outcome *oc);

/* Must connections from there begin with a PROXY protocol header? Others must not. */
bool access_is_balancer(const struct access *a, const struct addr *peer);

/* The --proxy-protocol-from that covers every address of a family; NULL: none. */
const char *access_believes_all(const struct access *a);

#endif
