/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PROXY_H
#define HELLO_CLIENT_SESSION_PROXY_H

#include <stdbool.h>

#include "base/outcome.h"
#include "client/session/route.h"

/*
 * The proxy of --proxy. client/step/proxy.c speaks its protocol itself: libcurl has its own
 * sockets, resolver and TLS, whose failures it would not name as precisely; libproxy finds proxies
 * but does not connect to them.
 */
enum proxy_kind { PROXY_NONE, PROXY_HTTP, PROXY_SOCKS5 };

/* In RFC 1929 each length has one octet. */
enum { PROXY_SECRET_MAX = 256 };

struct proxy {
	enum proxy_kind kind;
	struct route_endpoint at;
	bool authenticate;
	char user[PROXY_SECRET_MAX], password[PROXY_SECRET_MAX];
	bool environment; /* from the environment, so no_proxy counts */
};

/*
 * Parse "http://[USER:PASSWORD@]HOST[:PORT]", "socks5://..." or "socks5h://..." (for both, the
 * proxy resolves names). As in curl, the default scheme is http and the default port 1080. "env"
 * means the value of https_proxy or all_proxy, if set. Returns 0, or -1 with OC_USAGE.
 */
int proxy_parse(struct proxy *p, const char *text, struct outcome *oc);

/* Does no_proxy exclude this host? Applies only to a proxy from the environment. */
bool proxy_is_bypassed(const struct proxy *p, const char *host);

/* The variable that names a proxy for TLS, or NULL: https_proxy before all_proxy. */
const char *proxy_variable(void);

#endif
