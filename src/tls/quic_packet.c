/* SPDX-License-Identifier: MIT */
#include "tls/quic_packet.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { LONG_HEADER = 0x80, FIXED_BIT = 0x40, VERSION_SIZE = 4 };

static uint32_t read_version(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The version of a long header; false: too short, or a short header. */
static bool get_version(const unsigned char *at, size_t len, uint32_t *version)
{
	if (len < 1 + VERSION_SIZE || !(at[0] & LONG_HEADER))
		return false;
	*version = read_version(at + 1);
	return true;
}

bool quic_packet_is_possible(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint32_t version;

	if (len == 0)
		return false;
	/* Version Negotiation need not set the fixed bit. */
	return (at[0] & FIXED_BIT) || (get_version(at, len, &version) && version == 0);
}

/* Skips a connection ID with its length; false if it is cut. */
static bool skip_id(const unsigned char *at, size_t len, size_t *used)
{
	if (*used >= len || len - *used - 1 < at[*used])
		return false;
	*used += 1 + (size_t)at[*used];
	return true;
}

/* Bits 4 and 5 of a long header of version 1. */
enum { TYPE_MASK = 0x30, TYPE_INITIAL = 0x00, TYPE_RETRY = 0x30 };

/* Reads a connection ID with its length; false if it is cut or too long. */
static bool read_id(const unsigned char *at, size_t len, size_t *used, struct quic_packet_id *out)
{
	const unsigned char *id = at + *used;

	if (!skip_id(at, len, used) || id[0] > QUIC_PACKET_ID_MAX)
		return false;
	out->len = id[0];
	memcpy(out->bytes, id + 1, id[0]);
	return true;
}

/* A number of 1, 2, 4 or 8 bytes (section 16). */
static bool read_number(const unsigned char *at, size_t len, size_t *used, uint64_t *out)
{
	size_t size;

	if (*used >= len)
		return false;
	size = (size_t)1 << (at[*used] >> 6);
	if (len - *used < size)
		return false;
	*out = at[*used] & 0x3f;
	for (size_t i = 1; i < size; i++)
		*out = *out << 8 | at[*used + i];
	*used += size;
	return true;
}

/* The integrity tag of a Retry (RFC 9001 section 5.8). */
enum { RETRY_TAG = 16 };

bool quic_packet_read_head(const void *bytes, size_t len, struct quic_packet_head *out)
{
	const unsigned char *at = bytes;
	size_t used = 1 + VERSION_SIZE;
	uint64_t token;
	uint32_t version;

	if (!get_version(at, len, &version) || version != QUIC_PACKET_VERSION_1 ||
	    !read_id(at, len, &used, &out->to) || !read_id(at, len, &used, &out->from))
		return false;
	if ((at[0] & TYPE_MASK) == TYPE_RETRY) {
		out->token = len - used - RETRY_TAG;
		return len - used >= RETRY_TAG;
	}
	if ((at[0] & TYPE_MASK) != TYPE_INITIAL || !read_number(at, len, &used, &token) ||
	    token > len - used)
		return false;
	out->token = (size_t)token;
	return true;
}

bool quic_packet_id_is_same(const struct quic_packet_id *a, const struct quic_packet_id *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

enum quic_packet_start quic_packet_starts(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	struct quic_packet_head head;
	uint32_t version;

	if (len < QUIC_PACKET_START_MIN || !get_version(at, len, &version) || version == 0)
		return QUIC_PACKET_NO_START;
	if (version != QUIC_PACKET_VERSION_1)
		return QUIC_PACKET_VERSIONED;
	if ((at[0] & TYPE_MASK) != TYPE_INITIAL)
		return QUIC_PACKET_NO_START;
	if (!quic_packet_read_head(at, len, &head) || head.to.len < QUIC_PACKET_ID_MIN)
		return QUIC_PACKET_WRONG;
	return head.token == 0 ? QUIC_PACKET_FIRST : QUIC_PACKET_TOKEN;
}

bool quic_packet_is_retry(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint32_t version;

	return get_version(at, len, &version) && version == QUIC_PACKET_VERSION_1 &&
	    (at[0] & TYPE_MASK) == TYPE_RETRY;
}

/* RFC 9000 section 15: 0x?a?a?a?a. */
static bool is_reserved(uint32_t version)
{
	return (version & 0x0f0f0f0fU) == 0x0a0a0a0aU;
}

bool quic_packet_read_versions(const void *bytes, size_t len, struct quic_packet_versions *out)
{
	struct quic_packet_versions v = { .count = 0 };
	const unsigned char *at = bytes;
	size_t used = 1 + VERSION_SIZE;
	uint32_t version;

	if (!get_version(at, len, &version) || version != 0 || !skip_id(at, len, &used) ||
	    !skip_id(at, len, &used) || len - used < VERSION_SIZE ||
	    (len - used) % VERSION_SIZE != 0)
		return false;
	for (; used < len; used += VERSION_SIZE) {
		version = read_version(at + used);
		v.has_1 |= version == QUIC_PACKET_VERSION_1;
		if (is_reserved(version))
			continue;
		if (v.count < QUIC_PACKET_VERSIONS_MAX)
			v.version[v.count++] = version;
		else
			v.more++;
	}
	*out = v;
	return true;
}

/* Finds both IDs of a long packet, each with its length before it. */
static bool find_ids(const unsigned char *at, size_t len, const unsigned char **to,
    const unsigned char **from)
{
	size_t used = 1 + VERSION_SIZE;
	uint32_t version;

	if (!get_version(at, len, &version))
		return false;
	*to = at + used;
	if (!skip_id(at, len, &used))
		return false;
	*from = at + used;
	return skip_id(at, len, &used);
}

static bool is_same_id(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, 1 + (size_t)a[0]) == 0;
}

bool quic_packet_is_answer(const void *bytes, size_t len, const void *sent, size_t sent_len)
{
	const unsigned char *to, *from, *sent_to, *sent_from;

	return find_ids(bytes, len, &to, &from) && find_ids(sent, sent_len, &sent_to, &sent_from) &&
	    to[0] == sent_from[0] && from[0] == sent_to[0] && is_same_id(to, sent_from) &&
	    is_same_id(from, sent_to);
}

/* RFC 9369 section 3.1. */
enum { VERSION_2 = 0x6b3343cf };

const char *quic_packet_versions_text(const struct quic_packet_versions *v,
    char buf[QUIC_PACKET_VERSIONS_TEXT_MAX])
{
	struct text t;
	char one[24];

	text_begin(&t, buf, QUIC_PACKET_VERSIONS_TEXT_MAX);
	text_add(&t, v->count == 0 ? "no version" : v->count == 1 ? "version " : "versions ");
	for (unsigned i = 0; i < v->count; i++) {
		if (v->version[i] == VERSION_2)
			snprintf(one, sizeof one, "2");
		else
			snprintf(one, sizeof one, v->version[i] < 10 ? "%u" : "0x%08x",
			    (unsigned)v->version[i]);
		text_add(&t, i > 0 ? ", " : "");
		text_add(&t, one);
	}
	if (v->more > 0) {
		snprintf(one, sizeof one, " and %u more", v->more);
		text_add(&t, one);
	}
	return buf;
}

const char *quic_packet_error_name(uint64_t code)
{
	static const char *const names[] = { "NO_ERROR", "INTERNAL_ERROR", "CONNECTION_REFUSED",
		"FLOW_CONTROL_ERROR", "STREAM_LIMIT_ERROR", "STREAM_STATE_ERROR",
		"FINAL_SIZE_ERROR", "FRAME_ENCODING_ERROR", "TRANSPORT_PARAMETER_ERROR",
		"CONNECTION_ID_LIMIT_ERROR", "PROTOCOL_VIOLATION", "INVALID_TOKEN",
		"APPLICATION_ERROR", "CRYPTO_BUFFER_EXCEEDED", "KEY_UPDATE_ERROR",
		"AEAD_LIMIT_REACHED", "NO_VIABLE_PATH" };

	return code < sizeof names / sizeof names[0] ? names[code] : "unknown error";
}
