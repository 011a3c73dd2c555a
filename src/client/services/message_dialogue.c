/* SPDX-License-Identifier: MIT */
#include "client/services/message_dialogue.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tls/tds.h"

static void keep_text(struct dialogue *d, const char *text)
{
	dialogue_keep_words(d, text, strlen(text));
}

/* ---- MySQL: "Connection Phase" -------------------------------------------------------------- */

enum { MYSQL_PROTOCOL = 10, MYSQL_ERROR = 0xff, MYSQL_CAN_TLS = 0x0800 };

static void mysql_begin(struct dialogue *d)
{
	(void)d;
}

static enum dialogue_unit mysql_whole(struct dialogue *d)
{
	const unsigned char *b = d->held;

	if (d->len < 4)
		return DIALOGUE_UNIT_MORE;
	/* It must be the first packet of a connection, and short enough for a greeting. */
	if (b[2] != 0 || b[3] != 0 || (size_t)(b[1] << 8 | b[0]) + 4 > DIALOGUE_UNIT_MAX)
		return DIALOGUE_UNIT_BAD;
	return dialogue_counted(d, 5, 4 + (size_t)(b[1] << 8 | b[0]));
}

/* SSLRequest: capabilities, longest packet, character set (utf8), 23 zeros. */
static void mysql_ask(struct dialogue *d)
{
	unsigned char request[36] = { 32, 0, 0, 1, 0x00, 0x8a, 0, 0, 0, 0, 0, 1, 33 };

	dialogue_say(d, request, sizeof request);
}

static enum dialogue_end mysql_take(struct dialogue *d)
{
	const unsigned char *b = d->held + 4, *end = d->held + d->len;
	const unsigned char *version = b + 1, *nul;

	/* A number, then the message, which may begin with "#08S01". */
	if (b[0] == MYSQL_ERROR && d->len > 7) {
		dialogue_keep_words(d, b + 3, (size_t)(end - b - 3));
		return DIALOGUE_REFUSED;
	}
	nul = memchr(version, '\0', (size_t)(end - version));
	/* Version, connection's number (4), challenge (8), a zero, capabilities (2). */
	if (b[0] != MYSQL_PROTOCOL || !nul || end - nul < 1 + 4 + 8 + 1 + 2)
		return dialogue_fail_foreign(d);
	dialogue_keep_words(d, version, (size_t)(nul - version));
	if (!((nul[15] << 8 | nul[14]) & MYSQL_CAN_TLS))
		return DIALOGUE_NOT_OFFERED;
	mysql_ask(d);
	return DIALOGUE_DONE;
}

const struct dialogue_kind mysql_starttls = { .protocol = "MySQL",
	.server_begins = true,
	.begin = mysql_begin,
	.whole = mysql_whole,
	.take = mysql_take };

/* ---- SQL Server: MS-TDS section 2.2.6.5 ----------------------------------------------------- */

enum { MSSQL_VERSION = 0, MSSQL_ENCRYPTION = 1, MSSQL_LAST = 0xff, MSSQL_OPTION = 5 };
enum { ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_NOT_SUP, ENCRYPT_REQ, ENCRYPT_MASK = 0x3f };

/* Our version (0), encryption of everything, no name of an instance, our thread (0). */
static void mssql_begin(struct dialogue *d)
{
	static const char request[] = "\x12\x01\0\x29\0\0\0\0"
				      "\0\0\x15\0\x06\x01\0\x1b\0\x01\x02\0\x1c\0\x01"
				      "\x03\0\x1d\0\x04\xff"
				      "\0\0\0\0\0\0"
				      "\x01"
				      "\0"
				      "\0\0\0\0";

	dialogue_say(d, request, sizeof request - 1);
}

/* A message is one packet or more; the last one is marked. */
static enum dialogue_unit mssql_whole(struct dialogue *d)
{
	for (size_t at = 0;;) {
		const unsigned char *packet = d->held + at;

		if (d->len > at && packet[0] != TDS_RESPONSE)
			return d->len < at + 2 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
		if (d->len < at + TDS_HEAD)
			return DIALOGUE_UNIT_MORE;
		if (dialogue_at16(packet + 2) <= TDS_HEAD)
			return DIALOGUE_UNIT_BAD;
		at += dialogue_at16(packet + 2);
		if (packet[1] & TDS_END_OF_MESSAGE || d->len < at)
			return dialogue_counted(d, TDS_HEAD, at);
	}
}

/* Removes the heads of the packets. Returns the length of the message. */
static size_t mssql_join(struct dialogue *d)
{
	size_t at = 0, len = 0;

	while (at < d->len) {
		size_t packet = dialogue_at16(d->held + at + 2);

		memmove(d->held + len, d->held + at + TDS_HEAD, packet - TDS_HEAD);
		len += packet - TDS_HEAD;
		at += packet;
	}
	return len;
}

/* The value of an option, at least min bytes; NULL: none. */
static const unsigned char *mssql_find(const unsigned char *message, size_t len, unsigned option,
    size_t min)
{
	for (size_t at = 0; at + MSSQL_OPTION <= len; at += MSSQL_OPTION) {
		size_t value = dialogue_at16(message + at + 1),
		       size = dialogue_at16(message + at + 3);

		if (message[at] == MSSQL_LAST)
			return NULL;
		if (message[at] == option)
			return size >= min && value + size <= len ? message + value : NULL;
	}
	return NULL;
}

static enum dialogue_end mssql_refuse(struct dialogue *d, const char *words)
{
	keep_text(d, words);
	return DIALOGUE_REFUSED;
}

static enum dialogue_end mssql_take(struct dialogue *d)
{
	size_t len = mssql_join(d);
	const unsigned char *version = mssql_find(d->held, len, MSSQL_VERSION, 6);
	const unsigned char *encryption = mssql_find(d->held, len, MSSQL_ENCRYPTION, 1);
	char words[64];

	if (!version)
		return dialogue_fail(d, "the answer is not a PRELOGIN response");
	if (!encryption) {
		snprintf(words, sizeof words, "version %u.%u.%u, without ENCRYPTION", version[0],
		    version[1], dialogue_at16(version + 2));
		keep_text(d, words);
		return DIALOGUE_NOT_OFFERED;
	}
	switch (*encryption & ENCRYPT_MASK) {
	case ENCRYPT_ON:
	case ENCRYPT_REQ:
		return DIALOGUE_DONE;
	case ENCRYPT_OFF:
		return mssql_refuse(d, "ENCRYPT_OFF: only the login would be encrypted");
	case ENCRYPT_NOT_SUP:
		return mssql_refuse(d, "ENCRYPT_NOT_SUP");
	default:
		return dialogue_fail(d, "the value of ENCRYPTION in the answer is unknown");
	}
}

const struct dialogue_kind mssql_starttls = { .protocol = "TDS",
	.tds = true,
	.begin = mssql_begin,
	.whole = mssql_whole,
	.take = mssql_take };

/* ---- RDP: MS-RDPBCGR section 2.2.1.1 -------------------------------------------------------- */

enum { TPKT_VERSION = 3, X224_CONFIRM = 0xd0, RDP_RESPONSE = 2, RDP_FAILURE = 3 };

/* TLS (PROTOCOL_SSL), or with CredSSP inside it (PROTOCOL_HYBRID), which many servers require. */
enum { RDP_STANDARD = 0, RDP_TLS = 1, RDP_CREDSSP = 2, RDP_UNKNOWN = 0xff };

static void rdp_begin(struct dialogue *d)
{
	dialogue_say(d, "\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0", 19);
}

static enum dialogue_unit rdp_whole(struct dialogue *d)
{
	if (d->held[0] != TPKT_VERSION)
		return d->len < 2 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	return d->len < 4 ? DIALOGUE_UNIT_MORE
			  : dialogue_counted(d, 11, dialogue_at16(d->held + 2));
}

static const char *rdp_failure(unsigned code)
{
	static const char *const words[] = { "an unknown reason", "SSL_REQUIRED_BY_SERVER",
		"SSL_NOT_ALLOWED_BY_SERVER", "SSL_CERT_NOT_ON_SERVER", "INCONSISTENT_FLAGS",
		"HYBRID_REQUIRED_BY_SERVER", "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER" };

	return words[code < sizeof words / sizeof words[0] ? code : 0];
}

static enum dialogue_end rdp_take(struct dialogue *d)
{
	const unsigned char *b = d->held;
	unsigned code;

	if (b[5] != X224_CONFIRM)
		return dialogue_fail(d, "the answer is not an X.224 connection confirm");
	/* Four bytes, the lowest first; all known values fit into one. */
	code = d->len < 19 ? RDP_STANDARD : b[16] || b[17] || b[18] ? RDP_UNKNOWN : b[15];
	/* A server that is older than RDP over TLS answers without a negotiation. */
	if (d->len < 19 || (b[11] == RDP_RESPONSE && code == RDP_STANDARD)) {
		keep_text(d, "standard RDP security");
		return DIALOGUE_NOT_OFFERED;
	}
	if (b[11] == RDP_RESPONSE && (code == RDP_TLS || code == RDP_CREDSSP))
		return DIALOGUE_DONE;
	if (b[11] != RDP_RESPONSE && b[11] != RDP_FAILURE)
		return dialogue_fail(d, "the answer is not an RDP negotiation");
	keep_text(d, b[11] == RDP_FAILURE ? rdp_failure(code) : "another security protocol");
	return DIALOGUE_REFUSED;
}

const struct dialogue_kind rdp_starttls = { .protocol = "RDP",
	.begin = rdp_begin,
	.whole = rdp_whole,
	.take = rdp_take };
