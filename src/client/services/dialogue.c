/* SPDX-License-Identifier: MIT */
#include "client/services/dialogue.h"

#include <string.h>

#include "base/text.h"

const char dialogue_answers_tls[] = "the server answers with TLS at once";
static const char too_long[] = "a line or message of the answer is longer than 4 KiB";

void dialogue_begin(struct dialogue *d, const struct dialogue_kind *kind, const char *name)
{
	memset(d, 0, sizeof *d);
	d->kind = kind;
	d->name = name;
	kind->begin(d);
}

void dialogue_say(struct dialogue *d, const void *bytes, size_t len)
{
	if (len > sizeof d->out - d->out_len)
		len = sizeof d->out - d->out_len;
	memcpy(d->out + d->out_len, bytes, len);
	d->out_len += len;
}

void dialogue_say_text(struct dialogue *d, const char *text)
{
	dialogue_say(d, text, strlen(text));
}

/* The number of bytes before the end of a line or a NUL. */
static size_t one_line(const unsigned char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len && bytes[i] != '\r' && bytes[i] != '\n' && bytes[i] != '\0')
		i++;
	return i;
}

static void keep(char to[DIALOGUE_WORDS_MAX], const void *bytes, size_t len, const char *also)
{
	struct text t;

	text_begin(&t, to, DIALOGUE_WORDS_MAX);
	text_add_bytes(&t, bytes, one_line(bytes, len), also);
}

void dialogue_keep_words(struct dialogue *d, const void *bytes, size_t len)
{
	keep(d->words, bytes, len, "\"");
}

void dialogue_keep_first(struct dialogue *d, const char *text)
{
	keep(d->first, text, strlen(text), "");
}

/* A well-known firewall overwrites offers that it does not know with as many letters X. */
static bool is_masked(const char *bytes, size_t len)
{
	return len >= 5 && memcmp(bytes, "XXXXX", 5) == 0;
}

void dialogue_add_offer(struct dialogue *d, const char *bytes, size_t len)
{
	char one[DIALOGUE_WORDS_MAX];
	size_t at = strlen(d->words);

	keep(one, bytes, len, "\"");
	d->masked |= is_masked(bytes, len);
	/* Skip an offer that does not fit. */
	if (at + strlen(one) + 3 > sizeof d->words)
		return;
	if (at > 0) {
		memcpy(d->words + at, ", ", 3);
		at += 2;
	}
	memcpy(d->words + at, one, strlen(one) + 1);
}

enum dialogue_unit dialogue_counted(const struct dialogue *d, size_t head, size_t announced)
{
	if (announced < head)
		return DIALOGUE_UNIT_BAD;
	if (announced > DIALOGUE_UNIT_MAX)
		return DIALOGUE_UNIT_LONG;
	return d->len < announced ? DIALOGUE_UNIT_MORE : DIALOGUE_UNIT_WHOLE;
}

unsigned dialogue_at16(const unsigned char *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

enum dialogue_end dialogue_fail(struct dialogue *d, const char *why)
{
	d->why = why;
	return DIALOGUE_FAILED;
}

/* RFC 8446 section 5.1: an alert or a handshake, of any version. */
static bool is_tls_record(const struct dialogue *d)
{
	return d->len >= 2 && (d->held[0] == 0x15 || d->held[0] == 0x16) && d->held[1] == 3;
}

enum dialogue_end dialogue_fail_foreign(struct dialogue *d)
{
	d->foreign = true;
	return DIALOGUE_FAILED;
}

/*
 * Only the first bytes of a server show another protocol; later ones are a fault in this one. The
 * user recognizes the other protocol more easily if the error quotes more of its bytes.
 */
static void name_foreign(struct dialogue *d, const unsigned char *more, size_t len)
{
	bool first = d->taken == d->len, tls;

	if (len > sizeof d->held - d->len)
		len = sizeof d->held - d->len;
	memcpy(d->held + d->len, more, len);
	d->len += len;
	tls = first && is_tls_record(d);
	d->why = tls ? dialogue_answers_tls
	    : first  ? "another protocol answers"
		     : "the answer breaks the rules of the protocol";
	if (!tls)
		dialogue_keep_words(d, d->held, d->len);
}

static enum dialogue_end end_unit(struct dialogue *d)
{
	enum dialogue_end end;

	if (!d->first[0])
		keep(d->first, d->held, d->len, "");
	end = d->kind->take(d);
	if (!d->foreign)
		d->len = 0;
	return end;
}

static enum dialogue_end take_byte(struct dialogue *d, unsigned char byte)
{
	if (d->taken == DIALOGUE_BYTES_MAX)
		return dialogue_fail(d, "the answer does not end within 64 KiB");
	if (d->len == sizeof d->held)
		return dialogue_fail(d, too_long);
	d->held[d->len++] = byte;
	d->taken++;
	switch (d->kind->whole(d)) {
	case DIALOGUE_UNIT_MORE:
		return DIALOGUE_GOES_ON;
	case DIALOGUE_UNIT_WHOLE:
		return end_unit(d);
	case DIALOGUE_UNIT_LONG:
		return dialogue_fail(d, too_long);
	case DIALOGUE_UNIT_BAD:
		break;
	}
	return dialogue_fail_foreign(d);
}

enum dialogue_end dialogue_feed(struct dialogue *d, const void *bytes, size_t len, size_t *used)
{
	const unsigned char *at = bytes;
	size_t i = 0;

	while (i < len && d->end == DIALOGUE_GOES_ON && d->out_len == 0)
		d->end = take_byte(d, at[i++]);
	if (i > 0 && i < len && d->end == DIALOGUE_DONE && !d->kind->inside_tls) {
		d->injected = true;
		dialogue_keep_words(d, at + i, len - i);
		d->end = dialogue_fail(d, "clear text follows the answer");
	}
	d->proven |= d->end == DIALOGUE_DONE;
	if (i > 0 && d->foreign)
		name_foreign(d, at + i, len - i);
	*used = i;
	return d->end;
}
