/* SPDX-License-Identifier: MIT */
#include "net/proxy_protocol.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Section 2.2. The zero byte stops a receiver that expects text. */
static const char signature[] = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

static const char v1_prefix[] = { 'P', 'R', 'O', 'X', 'Y', ' ' };

enum { V2_HEAD = 16, V2_VERSION = 0x20, V2_LOCAL = 0, V2_PROXY = 1 };

/* The 14th byte: address family in the upper half, transport in the lower. */
enum { FAMILY_UNSPEC, FAMILY_INET, FAMILY_INET6, FAMILY_UNIX, FAMILIES };
enum { TRANSPORT_UNSPEC, TRANSPORT_STREAM, TRANSPORT_DGRAM, TRANSPORTS };

/* Section 2.2.3. */
enum { TLV_HEAD = 3, TLV_CRC32C = 0x03, CRC_SIZE = 4 };

/* How many bytes identify a header for certain; and the first byte of TLS, RFC 8446 section 5.1. */
enum { TELLING = 5, TLS_HANDSHAKE = 22 };

static enum parse bad(struct outcome *oc, const char *why)
{
	outcome_set(oc, OC_PROXY_HEADER_BAD, "%s", why);
	return PARSE_BAD;
}

/* Compares as many bytes as there are. */
static bool agrees(const unsigned char *bytes, size_t len, const void *expected, size_t size)
{
	return memcmp(bytes, expected, len < size ? len : size) == 0;
}

/* --- version 1 -------------------------------------------------------------- */

/* strtoul would accept signs, blanks and leading zeros. */
static bool parse_port(const char *text, uint16_t *port)
{
	size_t len = strspn(text, "0123456789");
	unsigned value = 0;

	if (len == 0 || len > 5 || text[len] || (text[0] == '0' && len > 1))
		return false;
	while (*text)
		value = value * 10 + (unsigned)(*text++ - '0');
	*port = (uint16_t)value;
	return value <= UINT16_MAX;
}

static bool parse_address(sa_family_t family, const char *host, const char *port, struct addr *out)
{
	struct addr a = { .ss.any.sa_family = family };
	uint16_t number;

	if (!parse_port(port, &number))
		return false;
	a.len = family == AF_INET6 ? sizeof a.ss.v6 : sizeof a.ss.v4;
	if (inet_pton(family, host,
		family == AF_INET6 ? (void *)&a.ss.v6.sin6_addr : (void *)&a.ss.v4.sin_addr) != 1)
		return false;
	addr_set_port(&a, number);
	addr_unmap(&a);
	*out = a;
	return true;
}

/* Exactly one space separates two fields: a second one makes an empty field. */
static bool parse_addresses(sa_family_t family, char *rest, struct proxy_protocol *out)
{
	const char *source = strsep(&rest, " "), *destination = strsep(&rest, " ");
	const char *source_port = strsep(&rest, " "), *destination_port = strsep(&rest, " ");

	return destination_port && !rest &&
	    parse_address(family, source, source_port, &out->source) &&
	    parse_address(family, destination, destination_port, &out->destination);
}

/* line is the text between "PROXY " and CRLF. */
static bool parse_line(char *line, size_t len, struct proxy_protocol *out)
{
	static const char unknown[] = "UNKNOWN";
	sa_family_t family;

	out->origin = PROXY_PROTOCOL_UNKNOWN;
	/* The receiver ignores what follows UNKNOWN. */
	if (strncmp(line, unknown, sizeof unknown - 1) == 0)
		return line[sizeof unknown - 1] == ' ' || len == sizeof unknown - 1;
	if (strncmp(line, "TCP4 ", 5) == 0)
		family = AF_INET;
	else if (strncmp(line, "TCP6 ", 5) == 0)
		family = AF_INET6;
	else
		return false;
	out->origin = PROXY_PROTOCOL_FORWARDED;
	return strlen(line) == len && parse_addresses(family, line + 5, out);
}

static enum parse parse_v1(const unsigned char *bytes, size_t len, struct proxy_protocol *out,
    struct outcome *oc)
{
	struct proxy_protocol header = { .len = 0 };
	char line[PROXY_PROTOCOL_V1_MAX + 1];
	size_t end, start = sizeof v1_prefix;

	if (len > PROXY_PROTOCOL_V1_MAX)
		len = PROXY_PROTOCOL_V1_MAX;
	memcpy(line, bytes, len);
	line[len] = '\0';
	for (end = 0; end < len && line[end] != '\r' && line[end] != '\n'; end++)
		;
	/* A CR or LF alone neither ends a line nor may occur in one. */
	if (end < len && (line[end] == '\n' || (end + 1 < len && line[end + 1] != '\n')))
		return bad(oc, "a version 1 header contains a CR or LF alone");
	if (end + 2 > PROXY_PROTOCOL_V1_MAX)
		return bad(oc, "a version 1 header does not end within 107 bytes");
	if (end + 2 > len)
		return PARSE_MORE;
	line[end] = '\0';
	header.len = end + 2;
	if (end < start || !parse_line(line + start, end - start, &header))
		return bad(oc, "a version 1 header is malformed");
	*out = header;
	return PARSE_DONE;
}

/* --- version 2 -------------------------------------------------------------- */

static size_t get_u16(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* RFC 3309, appendix B: over the whole header, with the checksum field as zero. */
static uint32_t crc32c(const unsigned char *bytes, size_t len, size_t field)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= i >= field && i < field + CRC_SIZE ? 0 : bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static bool checksum_is_right(const unsigned char *bytes, size_t len, size_t field)
{
	uint32_t said;

	memcpy(&said, bytes + field, sizeof said);
	return ntohl(said) == crc32c(bytes, len, field);
}

/* The fields after the addresses: type, length, value. Only the checksum is checked. */
static enum parse check_tlvs(const unsigned char *bytes, size_t at, size_t len, struct outcome *oc)
{
	size_t checksum = 0;

	while (at < len) {
		size_t left = len - at, size;

		if (left < TLV_HEAD || (size = get_u16(bytes + at + 1)) > left - TLV_HEAD)
			return bad(oc, "a field of a version 2 header extends beyond the header");
		if (bytes[at] == TLV_CRC32C) {
			if (checksum || size != CRC_SIZE)
				return bad(oc,
				    "a version 2 header must contain one checksum of four bytes");
			checksum = at + TLV_HEAD;
		}
		at += TLV_HEAD + size;
	}
	if (checksum && !checksum_is_right(bytes, len, checksum))
		return bad(oc, "the checksum of a version 2 header is wrong");
	return PARSE_DONE;
}

static void get_address(int family, const unsigned char *host, const unsigned char *port,
    struct addr *out)
{
	memset(out, 0, sizeof *out);
	if (family == FAMILY_INET) {
		out->ss.v4.sin_family = AF_INET;
		memcpy(&out->ss.v4.sin_addr, host, sizeof out->ss.v4.sin_addr);
		memcpy(&out->ss.v4.sin_port, port, sizeof out->ss.v4.sin_port);
		out->len = sizeof out->ss.v4;
	} else if (family == FAMILY_INET6) {
		out->ss.v6.sin6_family = AF_INET6;
		memcpy(&out->ss.v6.sin6_addr, host, sizeof out->ss.v6.sin6_addr);
		memcpy(&out->ss.v6.sin6_port, port, sizeof out->ss.v6.sin6_port);
		out->len = sizeof out->ss.v6;
	} else {
		out->ss.any.sa_family = AF_UNIX;
		out->len = sizeof(sa_family_t);
	}
	addr_unmap(out);
}

/* Two hosts, then two ports. Of a path nothing is kept, see struct addr. */
static enum parse parse_v2_addresses(const unsigned char *bytes, struct proxy_protocol *out,
    struct outcome *oc)
{
	static const struct {
		size_t host, port;
	} sizes[FAMILIES] = {
		[FAMILY_INET] = { 4, 2 },
		[FAMILY_INET6] = { 16, 2 },
		[FAMILY_UNIX] = { 108, 0 },
	};
	const unsigned char *block = bytes + V2_HEAD;
	int family = bytes[13] >> 4, transport = bytes[13] & 0xf;
	size_t host, port;

	if (family >= FAMILIES || transport >= TRANSPORTS)
		return bad(oc, "a version 2 header has an unknown address family or transport");
	out->origin = PROXY_PROTOCOL_UNKNOWN;
	if (family == FAMILY_UNSPEC || transport == TRANSPORT_UNSPEC)
		return PARSE_DONE;
	host = sizes[family].host;
	port = sizes[family].port;
	if (out->len < V2_HEAD + 2 * (host + port))
		return bad(oc, "a version 2 header is too short for its addresses");
	if (transport == TRANSPORT_STREAM) {
		out->origin = PROXY_PROTOCOL_FORWARDED;
		get_address(family, block, block + 2 * host, &out->source);
		get_address(family, block + host, block + 2 * host + port, &out->destination);
	}
	return check_tlvs(bytes, V2_HEAD + 2 * (host + port), out->len, oc);
}

static enum parse parse_v2(const unsigned char *bytes, size_t len, struct proxy_protocol *out,
    struct outcome *oc)
{
	struct proxy_protocol header = { .origin = PROXY_PROTOCOL_LOCAL };
	enum parse parse = PARSE_DONE;

	if (len < V2_HEAD)
		return PARSE_MORE;
	if (bytes[12] != (V2_VERSION | V2_LOCAL) && bytes[12] != (V2_VERSION | V2_PROXY))
		return bad(oc, "a version 2 header has an unknown version or command");
	header.len = V2_HEAD + get_u16(bytes + 14);
	if (header.len > PROXY_PROTOCOL_MAX)
		return bad(oc, "a version 2 header is longer than 4096 bytes");
	if (len < header.len)
		return PARSE_MORE;
	/* With LOCAL, everything after the command is discarded, including the family. */
	if (bytes[12] == (V2_VERSION | V2_PROXY))
		parse = parse_v2_addresses(bytes, &header, oc);
	if (parse == PARSE_DONE)
		*out = header;
	return parse;
}

/* --- both ------------------------------------------------------------------- */

bool proxy_protocol_begins(const void *bytes, size_t len)
{
	return len >= TELLING &&
	    (agrees(bytes, len, signature, sizeof signature) ||
		agrees(bytes, len, v1_prefix, sizeof v1_prefix));
}

enum parse proxy_protocol_parse(const void *bytes, size_t len, struct proxy_protocol *out,
    struct outcome *oc)
{
	if (len == 0)
		return PARSE_MORE;
	if (agrees(bytes, len, signature, sizeof signature))
		return parse_v2(bytes, len, out, oc);
	if (agrees(bytes, len, v1_prefix, sizeof v1_prefix))
		return parse_v1(bytes, len, out, oc);
	return bad(oc,
	    *(const unsigned char *)bytes == TLS_HANDSHAKE
		? "a TLS record arrived instead of a PROXY protocol header"
		: "the first bytes are not a PROXY protocol header");
}

static size_t write_v1(const struct addr *source, const struct addr *destination, char *out)
{
	bool v6 = source->ss.any.sa_family == AF_INET6;
	const void *from = v6 ? (const void *)&source->ss.v6.sin6_addr : &source->ss.v4.sin_addr;
	const void *to =
	    v6 ? (const void *)&destination->ss.v6.sin6_addr : &destination->ss.v4.sin_addr;
	char from_text[INET6_ADDRSTRLEN], to_text[INET6_ADDRSTRLEN];

	inet_ntop(source->ss.any.sa_family, from, from_text, sizeof from_text);
	inet_ntop(source->ss.any.sa_family, to, to_text, sizeof to_text);
	return (size_t)snprintf(out, PROXY_PROTOCOL_V1_MAX, "PROXY %s %s %s %u %u\r\n",
	    v6 ? "TCP6" : "TCP4", from_text, to_text, (unsigned)addr_port(source),
	    (unsigned)addr_port(destination));
}

static unsigned char *put(unsigned char *to, const void *from, size_t len)
{
	memcpy(to, from, len);
	return to + len;
}

/* Writes the 13th byte and the three after it. */
static unsigned char *put_head(unsigned char *to, int family, int transport, size_t size)
{
	to = put(to, signature, sizeof signature);
	*to++ = V2_VERSION | V2_PROXY;
	*to++ = (unsigned char)(family << 4 | transport);
	*to++ = (unsigned char)(size >> 8);
	*to++ = (unsigned char)size;
	return to;
}

static size_t write_v2(const struct addr *source, const struct addr *destination,
    unsigned char *out)
{
	const struct sockaddr_in *from4 = &source->ss.v4, *to4 = &destination->ss.v4;
	const struct sockaddr_in6 *from6 = &source->ss.v6, *to6 = &destination->ss.v6;
	unsigned char *at;

	if (source->ss.any.sa_family == AF_INET6) {
		at = put_head(out, FAMILY_INET6, TRANSPORT_STREAM, 36);
		at = put(at, &from6->sin6_addr, sizeof from6->sin6_addr);
		at = put(at, &to6->sin6_addr, sizeof to6->sin6_addr);
		at = put(at, &from6->sin6_port, sizeof from6->sin6_port);
		at = put(at, &to6->sin6_port, sizeof to6->sin6_port);
	} else {
		at = put_head(out, FAMILY_INET, TRANSPORT_STREAM, 12);
		at = put(at, &from4->sin_addr, sizeof from4->sin_addr);
		at = put(at, &to4->sin_addr, sizeof to4->sin_addr);
		at = put(at, &from4->sin_port, sizeof from4->sin_port);
		at = put(at, &to4->sin_port, sizeof to4->sin_port);
	}
	return (size_t)(at - out);
}

size_t proxy_protocol_write(enum proxy_protocol_version version, const struct addr *source,
    const struct addr *destination, unsigned char out[PROXY_PROTOCOL_V1_MAX])
{
	static const char v1_unknown[] = "PROXY UNKNOWN\r\n";
	sa_family_t family = source->ss.any.sa_family;
	bool tcp =
	    (family == AF_INET || family == AF_INET6) && destination->ss.any.sa_family == family;

	if (tcp)
		return version == PROXY_PROTOCOL_V1 ? write_v1(source, destination, (char *)out)
						: write_v2(source, destination, out);
	if (version == PROXY_PROTOCOL_V1)
		return (size_t)(put(out, v1_unknown, sizeof v1_unknown - 1) - out);
	return (size_t)(put_head(out, FAMILY_UNSPEC, TRANSPORT_UNSPEC, 0) - out);
}
