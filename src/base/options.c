/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ----------------------------------------------------------------------------- */

static bool is_option(const struct option_row *row)
{
	return row->kind != OPTION_HEADING;
}

static const struct option_row *find_name(const struct option_row *rows, const char *name,
    size_t len)
{
	for (const struct option_row *row = rows; row->name; row++) {
		if (is_option(row) && strlen(row->name) == len &&
		    strncmp(row->name, name, len) == 0)
			return row;
	}
	return NULL;
}

static const struct option_row *find_letter(const struct option_row *rows, char letter)
{
	for (const struct option_row *row = rows; row->name; row++) {
		if (is_option(row) && row->letter == letter)
			return row;
	}
	return NULL;
}

static void store(void *to, const struct option_row *row, const void *value, size_t size)
{
	memcpy((char *)to + row->at, value, size);
}

void options_set_defaults(const struct option_row *rows, void *to)
{
	const bool off = false;

	for (const struct option_row *row = rows; row->name; row++) {
		switch (row->kind) {
		case OPTION_FLAG:
			store(to, row, &off, sizeof off);
			break;
		case OPTION_TEXT:
			store(to, row, &row->text, sizeof row->text);
			break;
		case OPTION_UINT:
		case OPTION_DURATION:
		case OPTION_CHOICE:
			store(to, row, &row->number, sizeof row->number);
			break;
		default:
			break;
		}
	}
}

/* ---- values --------------------------------------------------------------------------- */

int options_uint(const char *name, const char *value, unsigned min, unsigned max, unsigned *out,
    struct outcome *oc)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end || number < min || number > max)
		return outcome_set(oc, OC_USAGE, "invalid %s \"%s\": expected %u to %u", name,
		    value, min, max);
	*out = (unsigned)number;
	return 0;
}

int options_duration(const char *name, const char *value, unsigned *out_ms, struct outcome *oc)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {
		{ "", 1000 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60000 },
		{ "h", 3600000 },
	};
	size_t digits = strspn(value, "0123456789.");
	char *end;
	double number = strtod(value, &end);

	/* strtod alone would also accept "inf", "-1" and "0x1p4". */
	if (digits > 0 && end == value + digits) {
		for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
			double ms = number * units[i].ms;

			if (strcmp(end, units[i].unit) == 0 && ms >= 1 && ms <= 86400000) {
				*out_ms = (unsigned)lround(ms);
				return 0;
			}
		}
	}
	return outcome_set(oc, OC_USAGE,
	    "invalid %s \"%s\": expected a time from 1ms to 24h, such as 500ms, 5s or 2m", name,
	    value);
}

void options_list_choices(const char *const choices[], char *list, size_t max)
{
	size_t len = 0;

	list[0] = '\0';
	for (size_t i = 0; choices[i] && len < max; i++)
		len += (size_t)snprintf(list + len, max - len, "%s%s",
		    i == 0               ? ""
			: choices[i + 1] ? ", "
					 : " or ",
		    choices[i]);
}

enum { LIST_MAX = 192 };

int options_choice(const char *name, const char *value, const char *const choices[], unsigned *out,
    struct outcome *oc)
{
	char list[LIST_MAX];

	for (unsigned i = 0; choices[i]; i++) {
		if (strcmp(value, choices[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	options_list_choices(choices, list, sizeof list);
	return outcome_set(oc, OC_USAGE, "invalid %s \"%s\": expected %s", name, value, list);
}

enum { NAME_MAX_ = 64 };

static int take_text(void *to, const struct option_row *row, const char *name, const char *value,
    struct outcome *oc)
{
	if (row->check && row->check(name, value, oc) != 0)
		return -1;
	store(to, row, &value, sizeof value);
	return 0;
}

static int take_number(void *to, const struct option_row *row, const char *name,
    const char *value, struct outcome *oc)
{
	unsigned number;
	int ret;

	if (row->kind == OPTION_UINT)
		ret = options_uint(name, value, row->min, row->max, &number, oc);
	else if (row->kind == OPTION_DURATION)
		ret = options_duration(name, value, &number, oc);
	else
		ret = options_choice(name, value, row->choices, &number, oc);
	if (ret == 0)
		store(to, row, &number, sizeof number);
	return ret;
}

static int take(void *to, const struct option_row *row, const char *value, struct outcome *oc)
{
	const bool on = true;
	char name[NAME_MAX_];

	/* Usually a script passed a variable that was not set. */
	if (value && !value[0] && !(row->flags & OPTION_MAY_BE_EMPTY))
		return outcome_set(oc, OC_USAGE, "the value of --%s is empty", row->name);
	snprintf(name, sizeof name, "--%s", row->name);
	switch (row->kind) {
	case OPTION_FLAG:
		store(to, row, &on, sizeof on);
		return 0;
	case OPTION_TEXT:
		return take_text(to, row, name, value, oc);
	case OPTION_CALL:
		return row->take((char *)to + row->at, row, value, oc);
	default:
		return take_number(to, row, name, value, oc);
	}
}

/* ---- nearly typed --------------------------------------------------------------------- */

/* Longest option name that is compared with a mistyped one. */
enum { LETTERS_MAX = 31 };

/* Levenshtein distance: how many letters to add, drop or change to turn a into b. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[LETTERS_MAX + 1];

	for (unsigned j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0]++;

		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (best > row[j] + 1)
				best = row[j] + 1;
			if (best > row[j - 1] + 1)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

/*
 * The option that was probably meant, if there is only one: two typing errors, one in a
 * short word, or a word that was cut off.
 */
static void advise_nearest(const struct option_row *rows, const char *name, size_t len,
    struct outcome *oc)
{
	unsigned best = len < 6 ? 2 : 3;
	const char *nearest = NULL;
	bool several = false;

	if (len < 3 || len > LETTERS_MAX)
		return;
	for (const struct option_row *row = rows; row->name; row++) {
		size_t row_len = strlen(row->name);
		unsigned slips;

		if (!is_option(row) || row_len > LETTERS_MAX)
			continue;
		slips = strncmp(row->name, name, len) == 0
		    ? 0
		    : distance(name, len, row->name, row_len);
		several = (several && slips >= best) || (nearest && slips == best);
		if (slips < best) {
			nearest = row->name;
			best = slips;
		}
	}
	if (nearest && !several)
		outcome_advise(oc, "--%s; --help lists the options", nearest);
}

/* ---- words ---------------------------------------------------------------------------- */

/* A position in argv. */
struct walk {
	const struct options_line *line;
	int argc, at;
	char *const *argv;
	bool only_operands; /* after "--" */
};

static void mark(struct options_given *given, size_t i)
{
	given->bits[i / 64] |= (uint64_t)1 << i % 64;
}

static int parse_row(struct walk *w, const struct option_row *row, const char *value,
    struct outcome *oc)
{
	const struct options_line *line = w->line;

	if (line->in_list && !(row->flags & OPTION_PER_TARGET))
		return outcome_set(oc, OC_USAGE, "--%s applies to all targets, not to one line",
		    row->name);
	mark(line->given, (size_t)(row - line->rows));
	return take(line->to, row, value, oc);
}

static int bad(struct outcome *oc, const char *what, const char *dashes, const char *name,
    size_t len)
{
	return outcome_set(oc, OC_USAGE, "%s %s%.*s", what, dashes, (int)len, name);
}

/* The word after the option. Any word is accepted, as by getopt_long. */
static const char *next_word(struct walk *w)
{
	return w->at + 1 < w->argc ? w->argv[++w->at] : NULL;
}

static int parse_long(struct walk *w, const char *text, struct outcome *oc)
{
	const char *equals = strchr(text, '='), *value = NULL;
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const struct option_row *row = find_name(w->line->rows, text, len);

	if (!row) {
		bad(oc, "unknown option", "--", text, len);
		advise_nearest(w->line->rows, text, len, oc);
		return -1;
	}
	if (equals && !row->argument)
		return bad(oc, "no value is allowed for", "--", text, len);
	if (row->argument && !(value = equals ? equals + 1 : next_word(w)))
		return bad(oc, "missing value after", "--", text, len);
	return parse_row(w, row, value, oc);
}

/* "-46", "-c5", "-c 5". */
static int parse_letters(struct walk *w, const char *letters, struct outcome *oc)
{
	int ret = 0;

	for (; ret == 0 && *letters; letters++) {
		const struct option_row *row = find_letter(w->line->rows, *letters);
		const char *value = NULL;

		if (!row)
			return bad(oc, "unknown option", "-", letters, 1);
		if (!row->argument) {
			ret = parse_row(w, row, NULL, oc);
			continue;
		}
		value = letters[1] ? letters + 1 : next_word(w);
		if (!value)
			return bad(oc, "missing value after", "-", letters, 1);
		return parse_row(w, row, value, oc);
	}
	return ret;
}

static int parse_word(struct walk *w, const char *word, struct outcome *oc)
{
	/* A single dash is an operand: by convention, standard input. */
	if (w->only_operands || word[0] != '-' || !word[1])
		return w->line->operand(w->line->to, word, oc);
	if (strcmp(word, "--") == 0) {
		w->only_operands = true;
		return 0;
	}
	return word[1] == '-' ? parse_long(w, word + 2, oc) : parse_letters(w, word + 1, oc);
}

int options_parse(const struct options_line *line, int argc, char *const argv[], int *at,
    struct outcome *oc)
{
	struct walk w = { .line = line, .argc = argc, .argv = argv, .at = 1 };
	int ret = 0;

	for (; ret == 0 && w.at < argc; w.at++) {
		if (at)
			*at = w.at;
		ret = parse_word(&w, argv[w.at], oc);
	}
	return ret;
}

/* ---- combinations --------------------------------------------------------------------- */

static bool is_given(const struct options_given *given, size_t i)
{
	return (given->bits[i / 64] >> i % 64 & 1) != 0;
}

/* The first of these names that was given, or NULL. */
static const struct option_row *first_given(const struct option_row *rows,
    const struct options_given *given, const char *names)
{
	for (size_t len; names && *names; names += len + (names[len] == ' ')) {
		const struct option_row *row;

		len = strcspn(names, " ");
		row = find_name(rows, names, len);
		if (row && is_given(given, (size_t)(row - rows)))
			return row;
	}
	return NULL;
}

bool options_have(const struct option_row *rows, const struct options_given *given,
    const char *name)
{
	return first_given(rows, given, name) != NULL;
}

/* "--a, --b or --c" of "a b c". */
static void list_names(const char *names, char *list, size_t max)
{
	size_t at = 0;

	list[0] = '\0';
	for (size_t len; *names && at < max; names += len + (names[len] == ' ')) {
		const char *left = names + strcspn(names, " ");

		len = (size_t)(left - names);
		at += (size_t)snprintf(list + at, max - at, "%s--%.*s",
		    at == 0     ? ""
			: *left ? ", "
				: " or ",
		    (int)len, names);
	}
}

static int check_row(const struct option_row *rows, const struct option_row *row,
    const struct options_given *given, struct outcome *oc)
{
	const struct option_row *other = first_given(rows, given, row->excludes);
	char list[LIST_MAX];

	if (other)
		return outcome_set(oc, OC_USAGE, "--%s and --%s exclude each other%s%s", row->name,
		    other->name, row->why ? ": " : "", row->why ? row->why : "");
	if (!row->needs || first_given(rows, given, row->needs))
		return 0;
	list_names(row->needs, list, sizeof list);
	return outcome_set(oc, OC_USAGE, "--%s needs %s", row->name, list);
}

int options_check(const struct option_row *rows, const struct options_given *given,
    struct outcome *oc)
{
	for (const struct option_row *row = rows; row->name; row++) {
		if (is_given(given, (size_t)(row - rows)) && check_row(rows, row, given, oc) != 0)
			return -1;
	}
	return 0;
}
