/* SPDX-License-Identifier: MIT */
#include "client/services/message_dialogue.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tls/tds.h"

static unsigned at16(const unsigned char *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

static void keep_text(struct dialogue *d, const char *text)
{
	dialogue_keep_words(d, text, strlen(text));
}

/* announced is the length of the whole message. */
static enum dialogue_unit counted(const struct dialogue *d, size_t head, size_t announced)
{
	if (announced < head)
		return DIALOGUE_UNIT_BAD;
	if (announced > DIALOGUE_UNIT_MAX)
		return DIALOGUE_UNIT_LONG;
	return d->len < announced ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_WHOLE;
}

/* ---- LDAP: RFC 4511 section 4.14 ------------------------------------------------------------ */

enum {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_ENUMERATED = 0x0a,
	BER_SEQUENCE = 0x30,
	LDAP_EXTENDED = 0x78
};

/* The messageIDs of our request and of an unsolicited message, and a value for all others. */
enum { LDAP_ID = 1, LDAP_UNASKED = 0, LDAP_OTHER_ID = 0xff };

/* Reads tag and length, and moves *at past them. False: they are incomplete or not allowed. */
static bool ber_head(const unsigned char *bytes, size_t len, size_t *at, unsigned tag, size_t *size)
{
	size_t more;

	if (len - *at < 2 || bytes[*at] != tag)
		return false;
	*size = bytes[*at + 1];
	*at += 2;
	if (*size < 0x80)
		return true;
	more = *size & 0x7f;
	*size = 0;
	/* Four bytes are enough for our limit; LDAP forbids 0x80, the indefinite length. */
	if (more == 0 || more > 4 || len - *at < more)
		return false;
	while (more-- > 0)
		*size = *size << 8 | bytes[(*at)++];
	return true;
}

static void ldap_begin(struct dialogue *d)
{
	static const unsigned char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
					       "1.3.6.1.4.1.1466.20037";

	dialogue_say(d, request, sizeof request - 1);
}

static enum dialogue_unit ldap_whole(struct dialogue *d)
{
	size_t at = 0, size;

	if (d->held[0] != BER_SEQUENCE)
		return d->len < 2 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	if (!ber_head(d->held, d->len, &at, BER_SEQUENCE, &size))
		return d->len < 6 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	return counted(d, at, at + size);
}

static const char *ldap_result(unsigned code)
{
	static const struct {
		unsigned code;
		const char *words;
	} results[] = {
		{ 1, "operationsError" },
		{ 2, "protocolError" },
		{ 8, "strongerAuthRequired" },
		{ 10, "referral" },
		{ 12, "unavailableCriticalExtension" },
		{ 13, "confidentialityRequired" },
		{ 50, "insufficientAccessRights" },
		{ 51, "busy" },
		{ 52, "unavailable" },
		{ 53, "unwillingToPerform" },
		{ 80, "other" },
	};

	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
		if (results[i].code == code)
			return results[i].words;
	return "an error";
}

/* The name of the result, and the diagnosticMessage, which follows the matchedDN at this place. */
static void ldap_words(struct dialogue *d, size_t at, unsigned code)
{
	const unsigned char *b = d->held;
	struct text t;
	size_t size;

	text_begin(&t, d->words, sizeof d->words);
	text_add(&t, ldap_result(code));
	if (!ber_head(b, d->len, &at, BER_OCTETS, &size) || size > d->len - at)
		return;
	at += size;
	if (!ber_head(b, d->len, &at, BER_OCTETS, &size) || size == 0 || size > d->len - at)
		return;
	text_add(&t, ": ");
	text_add_bytes(&t, b + at, size, "\"");
}

/* SEQUENCE { messageID INTEGER, [APPLICATION 24] { resultCode, matchedDN, diagnosticMessage } } */
static enum dialogue_end ldap_take(struct dialogue *d)
{
	const unsigned char *b = d->held;
	size_t at = 0, size = 0;
	unsigned code, id;

	if (!ber_head(b, d->len, &at, BER_SEQUENCE, &size) ||
	    !ber_head(b, d->len, &at, BER_INTEGER, &size) || size > d->len - at)
		return dialogue_fail_foreign(d);
	id = size == 1 ? b[at] : LDAP_OTHER_ID;
	at += size;
	if (!ber_head(b, d->len, &at, LDAP_EXTENDED, &size) || size > d->len - at ||
	    !ber_head(b, d->len, &at, BER_ENUMERATED, &size) || size != 1 || at >= d->len)
		return dialogue_fail(d, "the answer is not an LDAP ExtendedResponse");
	code = b[at++];
	/* A server sends a Notice of Disconnection without a request (RFC 4511 section 4.4). */
	if (id != LDAP_ID && (id != LDAP_UNASKED || code == 0))
		return dialogue_fail(d, "the answer is for another request");
	if (code == 0)
		return DIALOGUE_DONE;
	ldap_words(d, at, code);
	return DIALOGUE_REFUSED;
}

const struct dialogue_kind ldap_starttls = { .protocol = "LDAP",
	.begin = ldap_begin,
	.whole = ldap_whole,
	.take = ldap_take };

/* ---- PostgreSQL: "Message Flow", SSL Session Encryption ------------------------------------- */

static void postgres_begin(struct dialogue *d)
{
	dialogue_say(d, "\0\0\0\x08\x04\xd2\x16\x2f", 8);
}

/* 'S' or 'N' alone; or 'E', a length and an error, from a server older than SSLRequest. */
static enum dialogue_unit postgres_whole(struct dialogue *d)
{
	const unsigned char *b = d->held;

	if (b[0] == 'S' || b[0] == 'N')
		return DIALOGUE_UNIT_WHOLE;
	if (b[0] != 'E')
		return d->len < 2 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	if (d->len < 5)
		return DIALOGUE_UNIT_MORE;
	/* "ERROR": a text of another protocol. */
	if (at16(b + 1) != 0)
		return DIALOGUE_UNIT_BAD;
	return counted(d, 5, 1 + (size_t)at16(b + 3));
}

/* Fields of an error: a letter and a text with its NUL; M is the message. */
static void postgres_error(struct dialogue *d)
{
	size_t at = 5;

	while (at < d->len && d->held[at] != '\0') {
		const unsigned char *text = d->held + at + 1;
		const unsigned char *end = memchr(text, '\0', d->len - at - 1);

		if (!end)
			return;
		if (d->held[at] == 'M')
			dialogue_keep_words(d, text, (size_t)(end - text));
		at = (size_t)(end + 1 - d->held);
	}
}

static enum dialogue_end postgres_take(struct dialogue *d)
{
	if (d->held[0] == 'S')
		return DIALOGUE_DONE;
	if (d->held[0] == 'N')
		keep_text(d, "N");
	else
		postgres_error(d);
	if (!d->words[0])
		keep_text(d, "an error without a message");
	return DIALOGUE_REFUSED;
}

const struct dialogue_kind postgres_starttls = { .protocol = "PostgreSQL",
	.begin = postgres_begin,
	.whole = postgres_whole,
	.take = postgres_take };

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
	return counted(d, 5, 4 + (size_t)(b[1] << 8 | b[0]));
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
		if (at16(packet + 2) <= TDS_HEAD)
			return DIALOGUE_UNIT_BAD;
		at += at16(packet + 2);
		if (packet[1] & TDS_END_OF_MESSAGE || d->len < at)
			return counted(d, TDS_HEAD, at);
	}
}

/* Removes the heads of the packets. Returns the length of the message. */
static size_t mssql_join(struct dialogue *d)
{
	size_t at = 0, len = 0;

	while (at < d->len) {
		size_t packet = at16(d->held + at + 2);

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
		size_t value = at16(message + at + 1), size = at16(message + at + 3);

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
		    version[1], at16(version + 2));
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
	return d->len < 4 ? DIALOGUE_UNIT_MORE : counted(d, 11, at16(d->held + 2));
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
