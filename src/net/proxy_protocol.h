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
enum proxy_protocol_version { PROXY_PROTOCOL_V1, PROXY_PROTOCOL_V2 };

/*
 * A line of version 1 has 107 bytes at most (section 2.1). Version 2 allows
 * 64 KiB and asks for 536; what balancers add to it can be a client certificate.
 */
enum { PROXY_PROTOCOL_V1_MAX = 107, PROXY_PROTOCOL_MAX = 4096 };

enum proxy_protocol_origin {
	PROXY_PROTOCOL_LOCAL,    /* the balancer speaks for itself, as in a health check */
	PROXY_PROTOCOL_UNKNOWN,  /* for somebody whose addresses it does not know, or cannot tell */
	PROXY_PROTOCOL_FORWARDED /* for source, which connected to destination */
};

struct proxy_protocol {
	size_t len; /* of the header; the next byte is the client's */
	enum proxy_protocol_origin origin;
	/* PROXY_PROTOCOL_FORWARDED only; IPv4-mapped ones are IPv4. */
	struct addr source, destination;
};

/*
 * Read the header at the beginning of bytes, of either version. PARSE_MORE: all
 * of them belong to it, and it is not complete. PARSE_BAD, with
 * OC_PROXY_HEADER_BAD: no header, not well-formed, longer than PROXY_PROTOCOL_MAX,
 * or its checksum is wrong. Datagrams, which the standard knows and nobody can
 * forward to a stream, are PROXY_PROTOCOL_UNKNOWN, as section 2.2 asks.
 */
enum parse proxy_protocol_parse(const void *bytes, size_t len, struct proxy_protocol *out,
    struct outcome *oc);

/* Do these first bytes of a stream look like a header? Five are enough to tell. */
bool proxy_protocol_begins(const void *bytes, size_t len);

/*
 * Write a header for two ends of a TCP connection; anything else is UNKNOWN
 * (version 1) or AF_UNSPEC. Returns its length.
 */
size_t proxy_protocol_write(enum proxy_protocol_version version, const struct addr *source,
    const struct addr *destination, unsigned char out[PROXY_PROTOCOL_V1_MAX]);

#endif
