/* SPDX-License-Identifier: MIT */
#include "net/addr.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

static int copy_part(char *to, size_t max, const char *from, size_t len, const char *what,
    struct outcome *oc)
{
	if (len >= max)
		return outcome_set(oc, OC_USAGE, "%s is too long: %.40s...", what, from);
	memcpy(to, from, len);
	to[len] = '\0';
	return 0;
}

static int split_bracketed(const char *text, char *host, char *port, struct outcome *oc)
{
	const char *end = text + 1 + strcspn(text + 1, "[]");

	if (*end != ']' || (end[1] != '\0' && end[1] != ':'))
		return outcome_set(oc, OC_USAGE,
		    "invalid address \"%s\": expected [IPv6]:PORT", text);
	if (end[1] == ':' &&
	    copy_part(port, ADDR_PORT_MAX, end + 2, strlen(end + 2), "the port", oc))
		return -1;
	return copy_part(host, ADDR_HOST_MAX, text + 1, (size_t)(end - text - 1), "the host", oc);
}

int addr_split(const char *text, char host[ADDR_HOST_MAX], char port[ADDR_PORT_MAX],
    struct outcome *oc)
{
	const char *colon = strchr(text, ':');

	if (text[0] == '[')
		return split_bracketed(text, host, port, oc);
	if (!colon || strchr(colon + 1, ':'))
		return copy_part(host, ADDR_HOST_MAX, text, strlen(text), "the host", oc);
	if (copy_part(port, ADDR_PORT_MAX, colon + 1, strlen(colon + 1), "the port", oc))
		return -1;
	if (colon == text)
		return 0;
	return copy_part(host, ADDR_HOST_MAX, text, (size_t)(colon - text), "the host", oc);
}

int addr_parse(const char *host, const char *port, struct addr *out, struct outcome *oc)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found;
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	/* getaddrinfo accepts 65536 as 0, and " 1" and "+1" as 1. */
	if (port[0] < '0' || port[0] > '9' || *end || number > 65535)
		return outcome_set(oc, OC_USAGE, "invalid port \"%s\": expected 0 to 65535", port);
	if (!addr_is_literal(host))
		return outcome_set(oc, OC_USAGE,
		    "invalid address \"%s\": expected an IPv4 or IPv6 address", host);
	/* Of a literal the system judges only the zone. */
	if (getaddrinfo(host, port, &hints, &found) != 0) {
		outcome_set(oc, OC_USAGE,
		    "invalid address \"%s\": only a link-local address has a zone, the name or "
		    "number of an interface of this machine", host);
		outcome_advise(oc, "ip -6 address shows the interfaces and their addresses");
		return -1;
	}
	memset(out, 0, sizeof *out);
	memcpy(&out->ss, found->ai_addr, found->ai_addrlen);
	out->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

bool addr_is_literal(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char plain[INET6_ADDRSTRLEN];
	const char *scope = strchr(host, '%');
	size_t len = scope ? (size_t)(scope - host) : strlen(host);

	/* inet_pton, not inet_aton: for TLS, "1" and "127.1" are host names (RFC 6125). */
	if (len >= sizeof plain)
		return false;
	memcpy(plain, host, len);
	plain[len] = '\0';
	return (!scope && inet_pton(AF_INET, plain, bytes) == 1) ||
	    inet_pton(AF_INET6, plain, bytes) == 1;
}

static void write_ipv4(const struct in_addr *host, char *at)
{
	unsigned char bytes[sizeof *host];

	memcpy(bytes, host, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		at += decimal_put(bytes[i], at);
		*at++ = '.';
	}
	at[-1] = '\0';
}

static void write_host(const struct addr *a, char *buf, size_t max)
{
	if (a->ss.any.sa_family == AF_INET)
		write_ipv4(&a->ss.v4.sin_addr, buf);
	else if (a->ss.any.sa_family == AF_UNIX)
		snprintf(buf, max, "unix");
	else if (getnameinfo(&a->ss.any, a->len, buf, (socklen_t)max, NULL, 0, NI_NUMERICHOST))
		snprintf(buf, max, "unknown");
}

const char *addr_format_host(const struct addr *a, char buf[ADDR_TEXT_MAX])
{
	write_host(a, buf, ADDR_TEXT_MAX);
	return buf;
}

const char *addr_format_for_ip(const struct addr *a, char buf[ADDR_TEXT_MAX])
{
	char host[ADDR_TEXT_MAX], *zone;

	addr_format_host(a, host);
	zone = strchr(host, '%');
	if (zone)
		*zone++ = '\0';
	snprintf(buf, ADDR_TEXT_MAX, "%.45s%s%.20s", host, zone ? " dev " : "", zone ? zone : "");
	return buf;
}

const char *addr_format(const struct addr *a, char buf[ADDR_TEXT_MAX])
{
	bool v6 = a->ss.any.sa_family == AF_INET6;
	char *at = buf + v6;

	buf[0] = '[';
	write_host(a, at, ADDR_TEXT_MAX - sizeof "[]:65535");
	if (a->ss.any.sa_family == AF_UNIX)
		return buf;
	at += strlen(at);
	if (v6)
		*at++ = ']';
	*at++ = ':';
	decimal_put(addr_port(a), at);
	return buf;
}

void addr_unmap(struct addr *a)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	if (a->ss.any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a->ss.v6.sin6_addr))
		return;
	v4.sin_port = a->ss.v6.sin6_port;
	memcpy(&v4.sin_addr, &a->ss.v6.sin6_addr.s6_addr[12], sizeof v4.sin_addr);
	a->ss.v4 = v4;
	a->len = sizeof v4;
}

void addr_settle(struct addr *a)
{
	/*
	 * The kernel's length covers the whole path, of which struct addr keeps only
	 * the beginning.
	 */
	if (a->ss.any.sa_family == AF_UNIX)
		*a = (struct addr){ .ss.any.sa_family = AF_UNIX, .len = sizeof(sa_family_t) };
	else
		addr_unmap(a);
}

uint16_t addr_port(const struct addr *a)
{
	if (a->ss.any.sa_family == AF_INET6)
		return ntohs(a->ss.v6.sin6_port);
	if (a->ss.any.sa_family == AF_INET)
		return ntohs(a->ss.v4.sin_port);
	return 0;
}

void addr_set_port(struct addr *a, uint16_t port)
{
	if (a->ss.any.sa_family == AF_INET6)
		a->ss.v6.sin6_port = htons(port);
	else if (a->ss.any.sa_family == AF_INET)
		a->ss.v4.sin_port = htons(port);
}

bool addr_is_loopback(const struct addr *a)
{
	if (a->ss.any.sa_family == AF_INET)
		return ntohl(a->ss.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return a->ss.any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&a->ss.v6.sin6_addr);
}

bool addr_is_link_local(const struct addr *a)
{
	return a->ss.any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&a->ss.v6.sin6_addr);
}
