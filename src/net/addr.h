/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_ADDR_H
#define HELLO_NET_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/outcome.h"

/* Longest text of addr_format, with brackets, scope and port. */
enum { ADDR_TEXT_MAX = 80 };

/* RFC 1035: 253 characters; room for a final dot and the terminator. */
enum { ADDR_HOST_MAX = 256, ADDR_PORT_MAX = 6 };

/*
 * A socket address. A sockaddr_storage would be four times as large for each
 * connection. For AF_UNIX only the family is kept, because a client there has no useful
 * name.
 */
struct addr {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} ss;
	socklen_t len;
};

/*
 * Splits "host:port", "[v6]:port", "[v6]", ":port" or "host". Text with two or more
 * colons and no bracket is one IPv6 literal. A missing part leaves its buffer
 * unchanged, so the caller stores the default there first. Returns 0, or -1 with
 * OC_USAGE.
 */
int addr_split(const char *text, char host[ADDR_HOST_MAX], char port[ADDR_PORT_MAX],
    struct outcome *oc);

/*
 * Parses a numeric host and port, without a resolver. Port 0 is allowed. Returns 0, or
 * -1 with OC_USAGE.
 */
int addr_parse(const char *host, const char *port, struct addr *out, struct outcome *oc);

/* Is this text an IPv4 or IPv6 literal (without brackets)? */
bool addr_is_literal(const char *host);

/* Writes "192.0.2.1:443", "[2001:db8::1]:443" or "unix" to buf and returns buf. */
const char *addr_format(const struct addr *a, char buf[ADDR_TEXT_MAX]);

/* The same without port and brackets. */
const char *addr_format_host(const struct addr *a, char buf[ADDR_TEXT_MAX]);

/* The same as ip(8) reads it, which takes no zone: "fe80::1 dev eth0". */
const char *addr_format_for_ip(const struct addr *a, char buf[ADDR_TEXT_MAX]);

/* Turns an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) into its IPv4 address. */
void addr_unmap(struct addr *a);

/* 127.0.0.0/8 or ::1: reachable from this machine only. Call addr_unmap first. */
bool addr_is_loopback(const struct addr *a);

/* fe80::/10: valid on one link, which sin6_scope_id must name (RFC 4007). */
bool addr_is_link_local(const struct addr *a);

/* Normalises an address from the kernel: unmaps it; for AF_UNIX, keeps only the family. */
void addr_settle(struct addr *a);

/* The port, or 0 if the address has none. */
uint16_t addr_port(const struct addr *a);
void addr_set_port(struct addr *a, uint16_t port);

#endif
