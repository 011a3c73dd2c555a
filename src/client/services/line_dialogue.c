/* SPDX-License-Identifier: MIT */
#include "client/services/line_dialogue.h"

#include <string.h>
#include <strings.h>

/* A line without its end. */
struct line {
	const char *at;
	size_t len;
};

/*
 * What a line means for the answer. MORE: more lines follow. GOOD, BAD: the answer ends with this
 * result. ODD: it answers another request. FOREIGN: it is another protocol.
 */
enum part { PART_MORE, PART_GOOD, PART_BAD, PART_ODD, PART_FOREIGN };

static const struct line_turn *turn_of(const struct dialogue *d)
{
	const struct line_script *script = d->kind->data;

	return &script->turns[d->turn];
}

static bool begins(struct line l, const char *with)
{
	size_t len = with ? strlen(with) : 0;

	return len > 0 && l.len >= len && strncasecmp(l.at, with, len) == 0;
}

static bool is_good(struct line l, const struct line_turn *turn)
{
	return begins(l, turn->good) || begins(l, turn->other);
}

static struct line skip(struct line l, size_t n)
{
	n = n < l.len ? n : l.len;
	return (struct line){ l.at + n, l.len - n };
}

/* Up to the next blank. */
static struct line first_word(struct line l)
{
	struct line word = { l.at, 0 };

	while (word.len < l.len && l.at[word.len] != ' ' && l.at[word.len] != '\t')
		word.len++;
	return word;
}

static struct line without_quotes(struct line l)
{
	if (l.len >= 2 && l.at[0] == '"' && l.at[l.len - 1] == '"')
		return (struct line){ l.at + 1, l.len - 2 };
	return l;
}

static void note_offer(struct dialogue *d, struct line word)
{
	const char *offer = turn_of(d)->offer;

	word = without_quotes(word);
	if (!offer || word.len == 0)
		return;
	dialogue_add_offer(d, word.at, word.len);
	d->offered |= word.len == strlen(offer) && strncasecmp(word.at, offer, word.len) == 0;
}

static void note_all_offers(struct dialogue *d, struct line l)
{
	while (l.len > 0) {
		struct line word = first_word(l);

		note_offer(d, word);
		l = skip(l, word.len + 1);
	}
}

/* ---- forms ---------------------------------------------------------------------------------- */

static bool is_code(struct line l)
{
	for (size_t i = 0; i < 3; i++)
		if (l.len <= i || l.at[i] < '0' || l.at[i] > '9')
			return false;
	return l.len == 3 || l.at[3] == ' ' || l.at[3] == '-';
}

/* A code below 400 is not a refusal; it answers another request. */
static enum part judge_code(const struct dialogue *d, struct line l)
{
	if (is_good(l, turn_of(d)))
		return PART_GOOD;
	return l.at[0] >= '4' ? PART_BAD : PART_ODD;
}

/* Only the code of the first line ends the answer: in FTP any lines may come in between. */
static enum part on_code(struct dialogue *d, struct line l)
{
	bool is_first = d->place++ == 0, is_last;

	if (!is_code(l))
		return is_first ? PART_FOREIGN : PART_MORE;
	if (is_first)
		memcpy(d->code, l.at, 3);
	else if (memcmp(d->code, l.at, 3) != 0)
		return PART_MORE;
	is_last = l.len == 3 || l.at[3] == ' ';
	/* The first line of an answer to EHLO is the server's name. */
	if (!is_first)
		note_offer(d, first_word(skip(l, 4)));
	return is_last ? judge_code(d, l) : PART_MORE;
}

static enum part on_one(struct dialogue *d, struct line l)
{
	if (l.len == 0 || (l.at[0] != '+' && l.at[0] != '-'))
		return PART_FOREIGN;
	return is_good(l, turn_of(d)) ? PART_GOOD : PART_BAD;
}

static enum part on_one_code(const struct dialogue *d, struct line l)
{
	return is_code(l) ? judge_code(d, l) : PART_FOREIGN;
}

static enum part on_list(struct dialogue *d, struct line l)
{
	bool coded = turn_of(d)->form == LINE_CODE_LIST;

	if (d->place++ == 0) {
		enum part status = coded ? on_one_code(d, l) : on_one(d, l);

		return status == PART_GOOD ? PART_MORE : status;
	}
	if (l.len == 1 && l.at[0] == '.')
		return PART_GOOD;
	note_offer(d, first_word(l));
	return PART_MORE;
}

static enum part on_untagged(struct dialogue *d, struct line l)
{
	if (!begins(l, "* "))
		return PART_FOREIGN;
	return is_good(l, turn_of(d)) ? PART_GOOD : PART_BAD;
}

static enum part on_tagged(struct dialogue *d, struct line l)
{
	const struct line_script *script = d->kind->data;
	static const char capability[] = "* CAPABILITY ";

	if (begins(l, script->tag))
		return is_good(skip(l, strlen(script->tag)), turn_of(d)) ? PART_GOOD : PART_BAD;
	/* In answer to LOGOUT a BYE is regular (RFC 9051 section 6.1.3). */
	if (d->unasked && begins(l, "* BYE"))
		return PART_BAD;
	if (begins(l, capability))
		note_all_offers(d, skip(l, sizeof capability - 1));
	return begins(l, "* ") ? PART_MORE : PART_FOREIGN;
}

static enum part on_sieve(struct dialogue *d, struct line l)
{
	if (is_good(l, turn_of(d)))
		return PART_GOOD;
	if (begins(l, "NO") || begins(l, "BYE"))
		return PART_BAD;
	if (l.len == 0 || l.at[0] != '"')
		return PART_FOREIGN;
	note_offer(d, first_word(l));
	return PART_MORE;
}

/* ":server 421 ...": the command or number follows the name (RFC 2812 section 2.3.1). */
static enum part on_irc(struct dialogue *d, struct line l)
{
	struct line command = l;

	if (begins(l, ":"))
		command = skip(l, first_word(l).len + 1);
	if (!d->unasked && is_good(command, turn_of(d))) {
		d->vague = begins(command, "ERROR");
		return PART_GOOD;
	}
	if (begins(command, "ERROR"))
		return PART_BAD;
	if (begins(command, "NOTICE") || begins(command, "PING") || begins(command, "CAP"))
		return PART_MORE;
	/* 001 to 399 are information, 400 to 599 are errors; 691 is "STARTTLS failed". */
	if (!is_code(command))
		return begins(l, ":") ? PART_MORE : PART_FOREIGN;
	return command.at[0] >= '4' ? PART_BAD : PART_MORE;
}

static enum part (*const forms[])(struct dialogue *d, struct line l) = {
	[LINE_CODE] = on_code,
	[LINE_ONE] = on_one,
	[LINE_LIST] = on_list,
	[LINE_CODE_LIST] = on_list,
	[LINE_UNTAGGED] = on_untagged,
	[LINE_TAGGED] = on_tagged,
	[LINE_SIEVE] = on_sieve,
	[LINE_IRC] = on_irc,
};

/* ---- turns ---------------------------------------------------------------------------------- */

static void begin_turn(struct dialogue *d, unsigned turn)
{
	d->turn = turn;
	d->place = 0;
	d->offered = false;
	d->words[0] = '\0';
	if (turn_of(d)->say)
		dialogue_say_text(d, turn_of(d)->say);
}

void line_begin(struct dialogue *d)
{
	begin_turn(d, 0);
}

enum dialogue_unit line_whole(struct dialogue *d)
{
	unsigned char last = d->held[d->len - 1];

	if (last == '\0')
		return DIALOGUE_UNIT_BAD;
	/* Recognize a TLS record now, because it may never contain a line end. */
	if (d->len == 2 && d->held[0] < 0x20 && last == 3)
		return DIALOGUE_UNIT_BAD;
	return last == '\n' ? DIALOGUE_UNIT_WHOLE : DIALOGUE_UNIT_MORE;
}

static enum dialogue_end next_turn(struct dialogue *d)
{
	const struct line_turn *turn = turn_of(d);

	/* The last turn only ends the session. */
	d->proven |= d->good && (!turn[1].good || !turn[2].good);
	if (turn->offer && !d->offered && d->good)
		return DIALOGUE_NOT_OFFERED;
	if (!turn[1].good) {
		d->words[0] = '\0';
		return DIALOGUE_DONE;
	}
	begin_turn(d, d->turn + 1);
	return DIALOGUE_GOES_ON;
}

enum dialogue_end line_take(struct dialogue *d)
{
	struct line l = { (const char *)d->held, d->len - 1 };
	const struct line_turn *turn = turn_of(d);
	enum part part;

	if (l.len > 0 && l.at[l.len - 1] == '\r')
		l.len--;
	part = forms[turn->form](d, l);
	if (part == PART_FOREIGN)
		return dialogue_fail_foreign(d);
	if (part == PART_MORE)
		return DIALOGUE_GOES_ON;
	if (part == PART_ODD) {
		dialogue_keep_words(d, l.at, l.len);
		return dialogue_fail(d, "the answer does not fit the request");
	}
	d->good = part == PART_GOOD;
	if (d->good || turn->may_fail)
		return next_turn(d);
	dialogue_keep_words(d, l.at, l.len);
	return DIALOGUE_REFUSED;
}
