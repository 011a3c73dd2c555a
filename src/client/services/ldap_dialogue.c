/* SPDX-License-Identifier: MIT */
#include "client/services/ldap_dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- messages: RFC 4511 ---------------------------------------------------------------------- */

enum {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_ENUMERATED = 0x0a,
	BER_SEQUENCE = 0x30,
	LDAP_ENTRY = 0x64,
	LDAP_SEARCHED = 0x65,
	LDAP_REFERENCE = 0x73,
	LDAP_EXTENDED = 0x78
};

/* The messageIDs of our requests and of an unsolicited message, and a value for all others. */
enum { LDAP_ID = 1, LDAP_SEARCH_ID = 2, LDAP_UNASKED = 0, LDAP_OTHER_ID = 0xff };

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

static enum dialogue_unit ldap_whole(struct dialogue *d)
{
	size_t at = 0, size;

	if (d->held[0] != BER_SEQUENCE)
		return d->len < 2 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	if (!ber_head(d->held, d->len, &at, BER_SEQUENCE, &size))
		return d->len < 6 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	return dialogue_counted(d, at, at + size);
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

/* SEQUENCE { messageID INTEGER, ... }: moves *at past them. False: it is no LDAPMessage. */
static bool ldap_head(const struct dialogue *d, size_t *at, unsigned *id)
{
	const unsigned char *b = d->held;
	size_t size = 0;

	if (!ber_head(b, d->len, at, BER_SEQUENCE, &size) ||
	    !ber_head(b, d->len, at, BER_INTEGER, &size) || size > d->len - *at)
		return false;
	*id = size == 1 ? b[*at] : LDAP_OTHER_ID;
	*at += size;
	return true;
}

/* [APPLICATION n] { resultCode, ... }: moves *at past the code. */
static bool ldap_code(const struct dialogue *d, size_t *at, unsigned tag, unsigned *code)
{
	const unsigned char *b = d->held;
	size_t size = 0;

	if (!ber_head(b, d->len, at, tag, &size) || size > d->len - *at ||
	    !ber_head(b, d->len, at, BER_ENUMERATED, &size) || size != 1 || *at >= d->len)
		return false;
	*code = b[(*at)++];
	return true;
}

/* ---- StartTLS: section 4.14 ------------------------------------------------------------------ */

static void ldap_begin(struct dialogue *d)
{
	static const unsigned char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
					       "1.3.6.1.4.1.1466.20037";

	dialogue_say(d, request, sizeof request - 1);
}

static enum dialogue_end ldap_take(struct dialogue *d)
{
	size_t at = 0;
	unsigned code, id;

	if (!ldap_head(d, &at, &id))
		return dialogue_fail_foreign(d);
	if (!ldap_code(d, &at, LDAP_EXTENDED, &code))
		return dialogue_fail(d, "the answer is not an LDAP ExtendedResponse");
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

/* ---- who is let in: a search for nothing of the root DSE ------------------------------------- */

/* RFC 4512 section 5.1: it is there for everybody, and "1.1" stands for none of its attributes. */
static void ldap_ask_root(struct dialogue *d)
{
	static const unsigned char request[] = "\x30\x2a\x02\x01\x02\x63\x25\x04\0"
					       "\x0a\x01\0\x0a\x01\0"
					       "\x02\x01\x01\x02\x01\x05\x01\x01\0"
					       "\x87\x0bobjectClass"
					       "\x30\x05\x04\x03"
					       "1.1";

	dialogue_say(d, request, sizeof request - 1);
}

/* Codes of those who are not let in as they are; others are faults of the service. */
static bool ldap_denies(unsigned code)
{
	switch (code) {
	case 8:  /* strongerAuthRequired */
	case 13: /* confidentialityRequired */
	case 48: /* inappropriateAuthentication */
	case 49: /* invalidCredentials */
	case 50: /* insufficientAccessRights */
	case 53: /* unwillingToPerform */
		return true;
	default:
		return false;
	}
}

static enum dialogue_end ldap_judge(struct dialogue *d, size_t at, unsigned code)
{
	/* UnbindRequest: RFC 4511 section 4.3. */
	static const unsigned char unbind[] = "\x30\x05\x02\x01\x03\x42";

	if (code == 0) {
		dialogue_keep_first(d, "a search of the root DSE");
		dialogue_say(d, unbind, sizeof unbind);
		return DIALOGUE_DONE;
	}
	ldap_words(d, at, code);
	dialogue_keep_first(d, d->words);
	d->denied = ldap_denies(code);
	return d->denied ? DIALOGUE_DONE
			 : dialogue_fail(d, "the server answers a search with an error");
}

static enum dialogue_end ldap_take_root(struct dialogue *d)
{
	size_t at = 0;
	unsigned code, id, tag;

	if (!ldap_head(d, &at, &id) || at >= d->len)
		return dialogue_fail_foreign(d);
	tag = d->held[at];
	if (id == LDAP_SEARCH_ID && (tag == LDAP_ENTRY || tag == LDAP_REFERENCE))
		return DIALOGUE_GOES_ON;
	if (id == LDAP_SEARCH_ID && ldap_code(d, &at, LDAP_SEARCHED, &code))
		return ldap_judge(d, at, code);
	if (id == LDAP_UNASKED && ldap_code(d, &at, LDAP_EXTENDED, &code) && code != 0)
		return ldap_judge(d, at, code);
	dialogue_keep_first(d, "");
	return dialogue_fail(d, "the answer is not an LDAP SearchResultDone");
}

const struct dialogue_kind ldap_admission = { .protocol = "LDAP",
	.inside_tls = true,
	.begin = ldap_ask_root,
	.whole = ldap_whole,
	.take = ldap_take_root };
