/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_PROXY_PROTOCOL_H
#define HELLO_NET_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"
#include "base/outcome.h"

/*
 * The PROXY protocol: what a balancer says about the client before it forwards
 * the client's first byte. Sections are those of HAProxy's proxy-protocol.txt,
 * the only standard there is. Bytes in, bytes out: no function here does I/O.
 */
enum proxyproto_version { PROXYPROTO_V1, PROXYPROTO_V2 };

/*
 * A line of version 1 has 107 bytes at most (section 2.1). Version 2 allows
 * 64 KiB and asks for 536; what balancers add to it can be a client certificate.
 */
enum { PROXYPROTO_V1_MAX = 107, PROXYPROTO_MAX = 4096 };

enum proxyproto_origin {
	PROXYPROTO_LOCAL,    /* the balancer speaks for itself, as in a health check */
	PROXYPROTO_UNKNOWN,  /* for somebody whose addresses it does not know, or cannot tell */
	PROXYPROTO_FORWARDED /* for source, which connected to destination */
};

struct proxyproto {
	size_t len; /* of the header; the next byte is the client's */
	enum proxyproto_origin origin;
	struct addr source, destination; /* PROXYPROTO_FORWARDED only; IPv4-mapped ones are IPv4 */
};

/*
 * Read the header at the beginning of bytes, of either version. PARSE_MORE: all
 * of them belong to it, and it is not complete. PARSE_BAD, with
 * OC_PROXY_HEADER_BAD: no header, not well-formed, longer than PROXYPROTO_MAX,
 * or its checksum is wrong. Datagrams, which the standard knows and nobody can
 * forward to a stream, are PROXYPROTO_UNKNOWN, as section 2.2 asks.
 */
enum parse proxyproto_parse(const void *bytes, size_t len, struct proxyproto *out,
    struct outcome *oc);

/* Do these first bytes of a stream look like a header? Five are enough to tell. */
bool proxyproto_begins(const void *bytes, size_t len);

/*
 * Write a header for two ends of a TCP connection; anything else is UNKNOWN
 * (version 1) or AF_UNSPEC. Returns its length.
 */
size_t proxyproto_write(enum proxyproto_version version, const struct addr *source,
    const struct addr *destination, unsigned char out[PROXYPROTO_V1_MAX]);

#endif
