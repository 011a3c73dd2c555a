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
 * A socket address. A sockaddr_storage would be four times as large, per
 * connection. Of AF_UNIX only the family is kept: a peer there has no name
 * worth telling.
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
 * Split "host:port", "[v6]:port", "[v6]", ":port" or "host". Text with two
 * colons or more and no bracket is an IPv6 literal as a whole. A missing part
 * leaves its buffer as it was, so the caller puts the default there first.
 * Returns 0, or -1 with OC_USAGE.
 */
int addr_split(const char *text, char host[ADDR_HOST_MAX], char port[ADDR_PORT_MAX],
    struct outcome *oc);

/*
 * Numeric host and port only: asks no resolver. Port 0 is allowed.
 * Returns 0, or -1 with OC_USAGE.
 */
int addr_parse(const char *host, const char *port, struct addr *out, struct outcome *oc);

/* Is this text an IPv4 or IPv6 literal (without brackets)? */
bool addr_is_literal(const char *host);

/* Write "192.0.2.1:443", "[2001:db8::1]:443" or "unix" to buf and return buf. */
const char *addr_format(const struct addr *a, char buf[ADDR_TEXT_MAX]);

/* The same without port and brackets. */
const char *addr_format_host(const struct addr *a, char buf[ADDR_TEXT_MAX]);

/* An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) becomes the IPv4 address it stands for. */
void addr_unmap(struct addr *a);

/* 127.0.0.0/8 or ::1: reached from this machine only. Not for IPv4-mapped ones, see addr_unmap. */
bool addr_is_loopback(const struct addr *a);

/* fe80::/10: of one link, which sin6_scope_id has to name (RFC 4007). */
bool addr_is_link_local(const struct addr *a);

/* What the kernel filled in becomes an address of ours: unmapped; of AF_UNIX the family alone. */
void addr_settle(struct addr *a);

/* 0 where there is none. */
uint16_t addr_port(const struct addr *a);
void addr_set_port(struct addr *a, uint16_t port);

#endif
