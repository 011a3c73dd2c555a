/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_ROUTE_H
#define HELLO_CLIENT_SESSION_ROUTE_H

#include <stddef.h>

#include "net/addr.h"
#include "base/outcome.h"

/*
 * Where to go instead: --connect-to and --resolve. Neither changes what is
 * asked for by SNI or verified. The rules are tried in the order given, and the
 * first that fits decides.
 */
enum { ROUTE_RULES_MAX = 16, ROUTE_ADDRS_MAX = 8 };

/* An endpoint of a rule; "" matches any, or keeps what it was. */
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
 * Take a value of --connect-to: "HOST[:PORT]" for all targets, or curl's
 * "HOST1:PORT1:HOST2:PORT2" for one, each part possibly empty. IPv6 addresses
 * are in brackets where colons could be misread. Returns 0, or -1 with OC_USAGE.
 */
int route_add_detour(struct route *r, const char *text, struct outcome *oc);

/* The same for --resolve: "HOST:PORT:ADDR[,ADDR]...", HOST may be "*". */
int route_add_answer(struct route *r, const char *text, struct outcome *oc);

/* Where host and port lead in the end. */
void route_follow(const struct route *r, const char *host, const char *port,
    struct route_endpoint *to);

/* From now on every endpoint has this address only. */
void route_pin(struct route *r, const struct addr *to);

/* The addresses that a user gave for this endpoint, or NULL: ask the resolver. */
const struct addr *route_answer(const struct route *r, const struct route_endpoint *endpoint,
    size_t *count);

#endif
