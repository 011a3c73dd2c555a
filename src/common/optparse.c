/* SPDX-License-Identifier: MIT */
#include "common/optparse.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the name of an option that is compared with what was typed. */
enum { LETTERS_MAX = 31 };

static int find_long(const struct optparse_option *options, const char *name, size_t len)
{
	for (int i = 0; options[i].name; i++) {
		if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
			return i;
	}
	return -1;
}

static int find_letter(const struct optparse_option *options, char letter)
{
	for (int i = 0; options[i].name; i++) {
		if (options[i].letter == letter)
			return i;
	}
	return -1;
}

static int bad(struct outcome *oc, const char *what, const char *dashes, const char *name,
    size_t len)
{
	outcome_set(oc, OC_USAGE, "%s %s%.*s", what, dashes, (int)len, name);
	return OPTPARSE_BAD;
}

/* Levenshtein: how many letters to add, drop or change before a is b. */
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

/* Where one option alone is meant: two slips, one in a short word, or only its beginning. */
static void advise_nearest(const struct optparse_option *options, const char *name, size_t len,
    struct outcome *oc)
{
	unsigned best = len < 6 ? 2 : 3;
	const char *nearest = NULL;
	bool several = false;

	if (len < 3 || len > LETTERS_MAX)
		return;
	for (const struct optparse_option *o = options; o->name; o++) {
		size_t o_len = strlen(o->name);
		unsigned slips;

		if (o_len > LETTERS_MAX)
			continue;
		slips = strncmp(o->name, name, len) == 0 ? 0 : distance(name, len, o->name, o_len);
		several = (several && slips >= best) || (nearest && slips == best);
		if (slips < best) {
			nearest = o->name;
			best = slips;
		}
	}
	if (nearest && !several)
		outcome_advise(oc, "--%s; --help lists the options", nearest);
}

/* The word after the option; any word will do, as with getopt_long. */
static const char *next_word(struct optparse *p)
{
	return p->at + 1 < p->argc ? p->argv[++p->at] : NULL;
}

static int take_long(struct optparse *p, const char *text, const char **value, struct outcome *oc)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	int i = find_long(p->options, text, len);

	if (i < 0) {
		advise_nearest(p->options, text, len, oc);
		return bad(oc, "unknown option", "--", text, len);
	}
	if (!p->options[i].argument) {
		if (equals)
			return bad(oc, "no value is allowed for", "--", text, len);
		*value = NULL;
		return i;
	}
	*value = equals ? equals + 1 : next_word(p);
	return *value ? i : bad(oc, "a value is missing after", "--", text, len);
}

static int take_letter(struct optparse *p, const char **value, struct outcome *oc)
{
	const char *here = p->cluster;
	int i = find_letter(p->options, *here);

	p->cluster = NULL;
	if (i < 0)
		return bad(oc, "unknown option", "-", here, 1);
	if (!p->options[i].argument) {
		if (here[1])
			p->cluster = here + 1;
		*value = NULL;
		return i;
	}
	*value = here[1] ? here + 1 : next_word(p);
	return *value ? i : bad(oc, "a value is missing after", "-", here, 1);
}

int optparse_next(struct optparse *p, const char **value, struct outcome *oc)
{
	const char *word;

	if (p->cluster)
		return take_letter(p, value, oc);
	if (++p->at >= p->argc)
		return OPTPARSE_END;
	word = p->argv[p->at];
	/* A single dash is an operand: by custom it names standard input. */
	if (p->only_operands || word[0] != '-' || !word[1]) {
		*value = word;
		return OPTPARSE_OPERAND;
	}
	if (strcmp(word, "--") == 0) {
		p->only_operands = 1;
		return optparse_next(p, value, oc);
	}
	if (word[1] == '-')
		return take_long(p, word + 2, value, oc);
	p->cluster = word + 1;
	return take_letter(p, value, oc);
}

int optparse_uint(const char *name, const char *value, unsigned min, unsigned max, unsigned *out,
    struct outcome *oc)
{
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end || number < min || number > max)
		return outcome_set(oc, OC_USAGE,
		    "%s wants a whole number from %u to %u, not \"%s\"", name, min, max, value);
	*out = (unsigned)number;
	return 0;
}

int optparse_duration(const char *name, const char *value, unsigned *out_ms, struct outcome *oc)
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

	/* strtod alone would also take "inf", "-1" and "0x1p4". */
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
	    "%s wants a time from 1ms to 24h such as 500ms, 5s or 2m, not \"%s\"", name, value);
}

int optparse_choice(const char *name, const char *value, const char *const names[], unsigned count,
    unsigned *out, struct outcome *oc)
{
	char list[192] = "";
	size_t len = 0;

	for (unsigned i = 0; i < count; i++) {
		if (strcmp(value, names[i]) == 0) {
			*out = i;
			return 0;
		}
		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
		    i == 0               ? ""
			: i + 1 == count ? " or "
					 : ", ",
		    names[i]);
		if (len >= sizeof list)
			len = sizeof list - 1;
	}
	return outcome_set(oc, OC_USAGE, "%s wants %s, not \"%s\"", name, list, value);
}

void optparse_print_help(const struct optparse_option *options, const struct optparse_group *groups)
{
	enum { COLUMN = 30 };

	for (const struct optparse_option *o = options; o->name; o++) {
		char left[64];

		if (groups->heading && groups->first == o - options)
			printf("%s%s:\n", o == options ? "" : "\n", groups++->heading);
		if (o->letter)
			snprintf(left, sizeof left, "-%c, --%s %s", o->letter, o->name,
			    o->argument ? o->argument : "");
		else
			snprintf(left, sizeof left, "    --%s %s", o->name,
			    o->argument ? o->argument : "");
		if (strlen(left) < COLUMN)
			printf("  %-*s%s\n", COLUMN, left, o->help);
		else
			printf("  %s\n  %*s%s\n", left, COLUMN, "", o->help);
	}
}
