/* SPDX-License-Identifier: MIT */
#include "net/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

/* Everything but the zone, which needs the system. */
static bool parse_literal(const char *host, struct addr *out)
{
	char plain[INET6_ADDRSTRLEN];
	size_t len = strcspn(host, "%");

	/* inet_pton, not inet_aton: for TLS, "1" and "127.1" are host names (RFC 6125). */
	if (len >= sizeof plain)
		return false;
	memcpy(plain, host, len);
	plain[len] = '\0';
	memset(out, 0, sizeof *out);
	if (!host[len] && inet_pton(AF_INET, plain, &out->ss.v4.sin_addr) == 1) {
		out->ss.v4.sin_family = AF_INET;
		out->len = sizeof out->ss.v4;
		return true;
	}
	if (inet_pton(AF_INET6, plain, &out->ss.v6.sin6_addr) != 1)
		return false;
	out->ss.v6.sin6_family = AF_INET6;
	out->len = sizeof out->ss.v6;
	return true;
}

/* As if_nametoindex(3), but errno is the reason: glibc's hides a lack of descriptors. */
static unsigned find_interface(const char *name)
{
	struct ifreq request = { .ifr_ifindex = 0 };
	int fd, ret, saved;

	if (strlen(name) >= sizeof request.ifr_name) {
		errno = ENODEV;
		return 0;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	memcpy(request.ifr_name, name, strlen(name) + 1);
	ret = ioctl(fd, SIOCGIFINDEX, &request);
	saved = errno;
	close(fd);
	errno = saved;
	return ret == 0 ? (unsigned)request.ifr_ifindex : 0;
}

/* A name first, as getaddrinfo(3) does it: an interface may have a number as its name. */
static int parse_zone(const char *host, const char *zone, struct addr *out, struct outcome *oc)
{
	const struct in6_addr *at = &out->ss.v6.sin6_addr;
	unsigned long number;
	char *end;

	if (IN6_IS_ADDR_LINKLOCAL(at) || IN6_IS_ADDR_MC_LINKLOCAL(at)) {
		number = strtoul(zone, &end, 10);
		if (zone[0] < '0' || zone[0] > '9' || *end || number > UINT32_MAX)
			number = 0;
		out->ss.v6.sin6_scope_id = find_interface(zone);
		if (out->ss.v6.sin6_scope_id == 0)
			out->ss.v6.sin6_scope_id = (uint32_t)number;
		if (out->ss.v6.sin6_scope_id != 0)
			return 0;
		if (errno != ENODEV)
			return outcome_set_errno(oc, OC_INTERNAL,
			    "cannot look up the zone of \"%s\"", host);
	}
	outcome_set(oc, OC_USAGE,
	    "invalid address \"%s\": only a link-local address has a zone, the name or "
	    "number of an interface of this machine", host);
	outcome_advise(oc, "ip -6 address shows the interfaces and their addresses");
	return -1;
}

int addr_parse(const char *host, const char *port, struct addr *out, struct outcome *oc)
{
	const char *zone = strchr(host, '%');
	struct addr a;
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	if (port[0] < '0' || port[0] > '9' || *end || number > 65535)
		return outcome_set(oc, OC_USAGE, "invalid port \"%s\": expected 0 to 65535", port);
	if (!parse_literal(host, &a))
		return outcome_set(oc, OC_USAGE,
		    "invalid address \"%s\": expected an IPv4 or IPv6 address", host);
	if (zone && parse_zone(host, zone + 1, &a, oc) != 0)
		return -1;
	addr_set_port(&a, (uint16_t)number);
	*out = a;
	return 0;
}

bool addr_is_literal(const char *host)
{
	struct addr unused;

	return parse_literal(host, &unused);
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
