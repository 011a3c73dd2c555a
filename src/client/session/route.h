/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_ROUTE_H
#define HELLO_CLIENT_SESSION_ROUTE_H

#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"

/*
 * Where to connect instead: --connect-to and --resolve. Neither changes the SNI or the verified
 * name. The rules are tried in the given order, and the first match decides.
 */
enum { ROUTE_RULES_MAX = 16, ROUTE_ADDRS_MAX = 8 };

/* An endpoint of a rule; "" matches any, or keeps the original. */
struct route_endpoint {
	char host[ADDR_HOST_MAX], port[ADDR_PORT_MAX];
};

struct route {
	struct {
		struct route_endpoint from, to;
	} detours[ROUTE_RULES_MAX];
	size_t detour_count;
	struct {
		struct route_endpoint from;
		struct addr addrs[ROUTE_ADDRS_MAX];
		size_t addr_count;
	} answers[ROUTE_RULES_MAX];
	size_t answer_count;
};

/*
 * Parse a value of --connect-to: "HOST[:PORT]" for all targets, or curl's "HOST1:PORT1:HOST2:PORT2"
 * for one, where each part may be empty. IPv6 addresses need brackets where colons would be
 * ambiguous. Returns 0, or -1 with OC_USAGE.
 */
int route_add_detour(struct route *r, const char *text, struct outcome *oc);

/* Parse a value of --resolve: "HOST:PORT:ADDR[,ADDR]...", HOST may be "*". */
int route_add_answer(struct route *r, const char *text, struct outcome *oc);

/* The endpoint to connect to for host and port. */
void route_follow(const struct route *r, const char *host, const char *port,
    struct route_endpoint *to);

/* From now on every endpoint has only this address. */
void route_pin(struct route *r, const struct addr *to);

/* The addresses of --resolve for this endpoint, or NULL: ask the resolver. */
const struct addr *route_answer(const struct route *r, const struct route_endpoint *endpoint,
    size_t *count);

#endif
