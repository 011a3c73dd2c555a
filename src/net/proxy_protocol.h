/* SPDX-License-Identifier: MIT */
#ifndef HELLO_NET_PROXY_PROTOCOL_H
#define HELLO_NET_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "net/addr.h"

/*
 * The PROXY protocol: a balancer's description of the client, sent before the client's
 * first byte. Section numbers are those of HAProxy's proxy-protocol.txt, the only
 * specification. Bytes in, bytes out: no function here does I/O.
 */
enum proxy_protocol_version { PROXY_PROTOCOL_V1, PROXY_PROTOCOL_V2 };

/*
 * A version 1 line has at most 107 bytes (section 2.1). Version 2 allows 64 KiB and
 * requires 536; balancers may add a client certificate to it.
 */
enum { PROXY_PROTOCOL_V1_MAX = 107, PROXY_PROTOCOL_MAX = 4096 };

enum proxy_protocol_origin {
	PROXY_PROTOCOL_LOCAL,    /* the balancer's own connection, such as a health check */
	PROXY_PROTOCOL_UNKNOWN,  /* forwarded, but the addresses are unknown or not of TCP */
	PROXY_PROTOCOL_FORWARDED /* forwarded for source, which connected to destination */
};

struct proxy_protocol {
	size_t len; /* length of the header; the client's bytes follow */
	enum proxy_protocol_origin origin;
	/* only for PROXY_PROTOCOL_FORWARDED; IPv4-mapped addresses are converted to IPv4 */
	struct addr source, destination;
};

/*
 * Reads a header of either version at the beginning of bytes. PARSE_MORE: all bytes
 * belong to the header, which is not complete yet. PARSE_BAD with OC_PROXY_HEADER_BAD:
 * the header is missing, malformed, longer than PROXY_PROTOCOL_MAX, or its checksum is
 * wrong. Datagrams, which no stream can carry, become PROXY_PROTOCOL_UNKNOWN, as
 * section 2.2 requires.
 */
enum parse proxy_protocol_parse(const void *bytes, size_t len, struct proxy_protocol *out,
    struct outcome *oc);

/* Do these first bytes of a stream look like a header? Five bytes are enough to decide. */
bool proxy_protocol_begins(const void *bytes, size_t len);

/*
 * Writes a header for the two ends of a TCP connection; for anything else, UNKNOWN
 * (version 1) or AF_UNSPEC (version 2). Returns its length.
 */
size_t proxy_protocol_write(enum proxy_protocol_version version, const struct addr *source,
    const struct addr *destination, unsigned char out[PROXY_PROTOCOL_V1_MAX]);

#endif
