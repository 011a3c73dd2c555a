/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_PACKET_H
#define HELLO_TLS_QUIC_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What anybody sees of a QUIC packet without keys (RFC 8999). Pure. */

enum { QUIC_PACKET_VERSION_1 = 1 };

/* The versions in a Version Negotiation packet, of a long list the first ones. */
enum { QUIC_PACKET_VERSIONS_MAX = 8 };
struct quic_packet_versions {
	uint32_t version[QUIC_PACKET_VERSIONS_MAX];
	unsigned count;
	unsigned more; /* versions without room */
	bool has_1;    /* QUIC_PACKET_VERSION_1 is one of them all */
};

/* Could this datagram be QUIC? Every version of today sets the fixed bit (RFC 9000 section 17). */
bool quic_packet_is_possible(const void *bytes, size_t len);

/*
 * Reads a Version Negotiation packet (RFC 9000 section 17.2.1). Writes out on success only, and
 * leaves out the versions that are reserved to exercise negotiation. Returns false if this is
 * another packet.
 */
bool quic_packet_read_versions(const void *bytes, size_t len, struct quic_packet_versions *out);

/*
 * What a datagram from an unknown address can begin. A shorter one than an Initial may be
 * (RFC 9000 section 14.1) begins nothing.
 */
enum quic_packet_start {
	QUIC_PACKET_NO_START,
	QUIC_PACKET_FIRST,    /* an Initial packet without a token */
	QUIC_PACKET_TOKEN,    /* with one, from a Retry or an earlier connection */
	QUIC_PACKET_WRONG,    /* an Initial packet with an ID that no client may choose */
	QUIC_PACKET_VERSIONED /* of another version: to be answered with Version Negotiation */
};
enum { QUIC_PACKET_START_MIN = 1200 };
enum quic_packet_start quic_packet_starts(const void *bytes, size_t len);

/* Is it a Retry (RFC 9000 section 17.2.5)? */
bool quic_packet_is_retry(const void *bytes, size_t len);

/* A connection ID. The one that a client makes up for the server has 8 bytes or more (7.2). */
enum { QUIC_PACKET_ID_MIN = 8, QUIC_PACKET_ID_MAX = 20 };
struct quic_packet_id {
	unsigned char len, bytes[QUIC_PACKET_ID_MAX];
};

bool quic_packet_id_is_same(const struct quic_packet_id *a, const struct quic_packet_id *b);

/* The header of an Initial packet or a Retry of version 1. */
struct quic_packet_head {
	struct quic_packet_id to, from;
	size_t token; /* bytes of the token */
};

/* Returns false, and leaves out undefined, if it is another packet or is cut. */
bool quic_packet_read_head(const void *bytes, size_t len, struct quic_packet_head *out);

/*
 * Is this long packet an answer to sent, of which the beginning is enough: has it the same
 * connection IDs, the other way round (RFC 8999 section 6)? Others than the peer do not know them.
 */
bool quic_packet_is_answer(const void *bytes, size_t len, const void *sent, size_t sent_len);

/* "versions 2, 0xff00001d and 3 more", or "no version" for an empty list. Returns buf. */
enum { QUIC_PACKET_VERSIONS_TEXT_MAX = 48 + 12 * QUIC_PACKET_VERSIONS_MAX };
const char *quic_packet_versions_text(const struct quic_packet_versions *v,
    char buf[QUIC_PACKET_VERSIONS_TEXT_MAX]);

/* The name of a transport error (RFC 9000 section 20.1), or "unknown error". Static. */
const char *quic_packet_error_name(uint64_t code);

#endif
