/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_SESSION_PROXY_H
#define HELLO_CLIENT_SESSION_PROXY_H

#include <stdbool.h>

#include "client/session/route.h"
#include "base/outcome.h"

/*
 * Which proxy to go through: --proxy. Spoken by hand in client/step/tunnel: libcurl
 * would bring its own sockets, resolver and TLS, whose steps we mean to name;
 * libproxy finds proxies and speaks to none.
 */
enum proxy_kind { PROXY_NONE, PROXY_HTTP, PROXY_SOCKS5 };

/* RFC 1929 has one octet for each length. */
enum { PROXY_SECRET_MAX = 256 };

struct proxy {
	enum proxy_kind kind;
	struct route_endpoint at;
	bool authenticate;
	char user[PROXY_SECRET_MAX], password[PROXY_SECRET_MAX];
	bool environment; /* it came from there, so no_proxy counts */
};

/*
 * Take "http://[USER:PASSWORD@]HOST[:PORT]", "socks5://..." or "socks5h://..."
 * (names are resolved by the proxy for both); without a scheme it is http, and
 * the port is 1080, as in curl. "env": the value of https_proxy or all_proxy, if
 * set. Returns 0, or -1 with OC_USAGE.
 */
int proxy_parse(struct proxy *p, const char *text, struct outcome *oc);

/* Does no_proxy exclude this host? Only for a proxy from the environment. */
bool proxy_is_bypassed(const struct proxy *p, const char *host);

/* The variable that names a proxy for TLS, or NULL: https_proxy before all_proxy. */
const char *proxy_variable(void);

#endif
