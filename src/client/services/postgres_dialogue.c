/* SPDX-License-Identifier: MIT */
#include "client/services/postgres_dialogue.h"

#include <string.h>

/* Its manual, "Frontend/Backend Protocol". */

#define B(bytes) bytes, sizeof(bytes) - 1

/* ---- SSLRequest ------------------------------------------------------------------------------ */

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
	if (dialogue_at16(b + 1) != 0)
		return DIALOGUE_UNIT_BAD;
	return dialogue_counted(d, 5, 1 + (size_t)dialogue_at16(b + 3));
}

/* Fields of an error: a letter and a text with its NUL. Returns the text, or NULL. */
static const unsigned char *postgres_field(const struct dialogue *d, char letter, size_t *len)
{
	size_t at = 5;

	while (at < d->len && d->held[at] != '\0') {
		const unsigned char *text = d->held + at + 1;
		const unsigned char *end = memchr(text, '\0', d->len - at - 1);

		if (!end)
			return NULL;
		*len = (size_t)(end - text);
		if (d->held[at] == letter)
			return text;
		at = (size_t)(end + 1 - d->held);
	}
	return NULL;
}

static void postgres_error(struct dialogue *d)
{
	size_t len;
	const unsigned char *message = postgres_field(d, 'M', &len);

	if (message)
		dialogue_keep_words(d, message, len);
	if (!d->words[0])
		dialogue_keep_words(d, B("an error without a message"));
}

static enum dialogue_end postgres_take(struct dialogue *d)
{
	if (d->held[0] == 'S')
		return DIALOGUE_DONE;
	if (d->held[0] == 'N')
		dialogue_keep_words(d, B("N"));
	else
		postgres_error(d);
	return DIALOGUE_REFUSED;
}

const struct dialogue_kind postgres_starttls = { .protocol = "PostgreSQL",
	.begin = postgres_begin,
	.whole = postgres_whole,
	.take = postgres_take };

/* ---- who is let in: a startup message, as pg_isready sends it -------------------------------- */

/*
 * Version 3.0, and parameters. pg_hba.conf may require a certificate of those that it applies to,
 * and the server checks that before it asks for a password, which we do not send. It does not log a
 * client that leaves when it is asked.
 */
static void postgres_start(struct dialogue *d)
{
	static const char message[] = "\0\0\0\x4b\0\x03\0\0"
				      "user\0hello-client\0"
				      "database\0postgres\0"
				      "application_name\0hello-client\0";

	dialogue_say(d, message, sizeof message);
}

/* A letter and a length of four bytes, which counts itself. */
static enum dialogue_unit postgres_whole_message(struct dialogue *d)
{
	const unsigned char *b = d->held;

	if (!strchr("RENv", b[0]) || b[0] == '\0')
		return d->len < 2 ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_BAD;
	if (d->len < 5)
		return DIALOGUE_UNIT_MORE;
	if (dialogue_at16(b + 1) != 0)
		return DIALOGUE_UNIT_BAD;
	return dialogue_counted(d, 5, 1 + (size_t)dialogue_at16(b + 3));
}

/* The name that the manual of PostgreSQL gives to a message of this number. */
static const char *postgres_request(unsigned number)
{
	switch (number) {
	case 0:
		return "AuthenticationOk";
	case 3:
		return "AuthenticationCleartextPassword";
	case 5:
		return "AuthenticationMD5Password";
	case 7:
		return "AuthenticationGSS";
	case 9:
		return "AuthenticationSSPI";
	case 10:
		return "AuthenticationSASL";
	default:
		return "another request to authenticate";
	}
}

static enum dialogue_end postgres_take_message(struct dialogue *d)
{
	const unsigned char *b = d->held, *state;
	size_t len;

	if (b[0] == 'R' && d->len >= 9 && dialogue_at16(b + 5) == 0) {
		dialogue_keep_first(d, postgres_request(dialogue_at16(b + 7)));
		return DIALOGUE_DONE;
	}
	dialogue_keep_first(d, "");
	if (b[0] == 'R')
		return dialogue_fail(d, "the server's request to authenticate is malformed");
	if (b[0] != 'E')
		return DIALOGUE_GOES_ON;
	postgres_error(d);
	dialogue_keep_first(d, d->words);
	/* Class 28, invalid authorization: no certificate, no line in pg_hba.conf, another user. */
	state = postgres_field(d, 'C', &len);
	d->denied = state && len == 5 && memcmp(state, "28", 2) == 0;
	return d->denied ? DIALOGUE_DONE : dialogue_fail(d, "the server answers with an error");
}

const struct dialogue_kind postgres_admission = { .protocol = "PostgreSQL",
	.inside_tls = true,
	.begin = postgres_start,
	.whole = postgres_whole_message,
	.take = postgres_take_message };
