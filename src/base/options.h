/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_OPTIONS_H
#define HELLO_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * The command line of a program as a table with one typed row for each option. The row
 * is the only place that describes an option: the parser, its defaults, its errors,
 * --help and the shell completions all use it. tests/style/man.sh compares the manual
 * pages with --help.
 */

enum option_kind {
	OPTION_HEADING,  /* no option: a heading for the rows after it in --help */
	OPTION_FLAG,     /* bool: set to true */
	OPTION_TEXT,     /* const char *: the word itself, which must outlive the options */
	OPTION_UINT,     /* unsigned, from min to max */
	OPTION_DURATION, /* unsigned, milliseconds */
	OPTION_CHOICE,   /* unsigned or an enum: the index of the word in choices */
	OPTION_CALL      /* parsed by the function take */
};

enum option_flags {
	OPTION_PER_TARGET = 1, /* also allowed in a line of hello-client's --targets */
	OPTION_MAY_BE_EMPTY = 2,
	OPTION_MANY_CHOICES = 4 /* too many for --help; only completions show them */
};

struct option_row;

/*
 * Parses one value (NULL: the option has none) into the member that the row names.
 * Returns 0 to go on, 1 if the program is done (--help), or -1 with an outcome.
 */
typedef int option_take(void *member, const struct option_row *row, const char *value,
    struct outcome *oc);

/*
 * Checks the value of an OPTION_TEXT row. name is the option as typed, "--path".
 * Returns 0, or -1 with an outcome.
 */
typedef int option_check(const char *name, const char *value, struct outcome *oc);

struct option_row {
	enum option_kind kind;
	char letter;      /* short form, or 0 */
	const char *name; /* long form without its dashes, or the heading; NULL ends the table */
	const char *argument; /* name of the value in --help; NULL: no value */
	size_t at;            /* the member in the program's options, see OPTION_AT */
	const char *help;     /* a noun or an imperative; --help appends the default */
	unsigned number;      /* the default; for OPTION_CALL: any number that take uses */
	unsigned min, max;
	const char *text; /* default of OPTION_TEXT, or its description; NULL: none */
	const char *const *choices; /* for OPTION_CHOICE and for completions; ends with NULL */
	option_take *take;
	option_check *check; /* for OPTION_TEXT; NULL: any value */
	const struct options_about *about; /* for options_help_take and options_version_take */
	unsigned flags;
	/* Names of other options, separated by spaces: at least one is needed, none is allowed. */
	const char *needs, *excludes;
	const char *why; /* explains why excludes holds; NULL: it is obvious */
};

/*
 * Rows. The file that defines the table defines OPTIONS_STRUCT as the struct of the
 * program's options; a member whose type does not fit the row does not compile. The
 * help text may be followed by other members of the row: .letter = 'l', .needs =
 * "nagios".
 */
#define OPTION_AT(TYPE, MEMBER) \
	_Generic(((OPTIONS_STRUCT *)NULL)->MEMBER, TYPE : offsetof(OPTIONS_STRUCT, MEMBER))

#define HEADING(WORDS) \
	{ \
		.kind = OPTION_HEADING, .name = WORDS \
	}
#define FLAG(NAME, MEMBER, ...) \
	{ \
		.kind = OPTION_FLAG, .name = NAME, .at = OPTION_AT(bool, MEMBER), \
		.help = __VA_ARGS__ \
	}
#define TEXT(NAME, ARGUMENT, MEMBER, ...) \
	{ \
		.kind = OPTION_TEXT, .name = NAME, .argument = ARGUMENT, \
		.at = OPTION_AT(const char *, MEMBER), .help = __VA_ARGS__ \
	}
#define UINT(NAME, ARGUMENT, MEMBER, DEFAULT, MIN, MAX, ...) \
	{ \
		.kind = OPTION_UINT, .name = NAME, .argument = ARGUMENT, \
		.at = OPTION_AT(unsigned, MEMBER), .number = DEFAULT, .min = MIN, .max = MAX, \
		.help = __VA_ARGS__ \
	}
#define DURATION(NAME, MEMBER, DEFAULT, ...) \
	{ \
		.kind = OPTION_DURATION, .name = NAME, .argument = "T", \
		.at = OPTION_AT(unsigned, MEMBER), .number = DEFAULT, .help = __VA_ARGS__ \
	}
#define CHOICE(NAME, ARGUMENT, MEMBER, DEFAULT, CHOICES, ...) \
	{ \
		.kind = OPTION_CHOICE, .name = NAME, .argument = ARGUMENT, \
		.at = OPTION_AT(unsigned, MEMBER), .number = DEFAULT, .choices = CHOICES, \
		.help = __VA_ARGS__ \
	}
#define CALL(NAME, ARGUMENT, MEMBER, TAKE, ...) \
	{ \
		.kind = OPTION_CALL, .name = NAME, .argument = ARGUMENT, \
		.at = offsetof(OPTIONS_STRUCT, MEMBER), .take = TAKE, .help = __VA_ARGS__ \
	}
/* Defines the take function NAME of a CALL: it passes its member, a TYPE, to PARSE. */
#define OPTION_TAKE(NAME, TYPE, PARSE) \
	static int NAME(void *member, const struct option_row *row, const char *value, \
	    struct outcome *oc) \
	{ \
		TYPE *to = member; \
\
		(void)row; \
		return PARSE(to, value, oc); \
	}
/* An option that replaces the program's usual work; take gets no member. */
#define ACTION(NAME, ARGUMENT, TAKE, ...) \
	{ \
		.kind = OPTION_CALL, .name = NAME, .argument = ARGUMENT, .take = TAKE, \
		.help = __VA_ARGS__ \
	}

enum { OPTIONS_MAX = 128 };

/* The rows of the table that were given, for options_check. */
struct options_given {
	uint64_t bits[OPTIONS_MAX / 64];
};

struct options_line {
	const struct option_row *rows;
	void *to;                    /* the program's options */
	struct options_given *given; /* filled in by options_parse */
	/* Parses one operand into the program's options. */
	int (*operand)(void *to, const char *word, struct outcome *oc);
	bool in_list; /* allow only options with OPTION_PER_TARGET */
};

/* Sets the default of each row, except OPTION_CALL rows. The caller initialises the rest of to. */
void options_set_defaults(const struct option_row *rows, void *to);

/*
 * Reads the command line. It differs from getopt_long(3) in two ways: a long name is
 * never abbreviated, so a new option cannot break an old script, and the error for an
 * unknown option suggests the most similar one. Operands may appear anywhere. Returns
 * 0; 1 if a take function returned 1; or -1 with OC_USAGE or take's outcome, *at being
 * the argument at fault (at may be NULL).
 */
int options_parse(const struct options_line *line, int argc, char *const argv[], int *at,
    struct outcome *oc);

/* Checks the needs and excludes of each given row. Returns 0, or -1 with OC_USAGE. */
int options_check(const struct option_row *rows, const struct options_given *given,
    struct outcome *oc);

/* Was the option of this name given? */
bool options_have(const struct option_row *rows, const struct options_given *given,
    const char *name);

/*
 * Parsers of values, for take functions and others. name is what the user calls the
 * value ("--workers", "LISTEN_FDS"). Each returns 0, or -1 with OC_USAGE that shows the
 * value and what was expected.
 */
int options_uint(const char *name, const char *value, unsigned min, unsigned max, unsigned *out,
    struct outcome *oc);
/* "500ms", "5s", "2m", "1h"; a plain number, also "0.5", is in seconds, as in curl. */
int options_duration(const char *name, const char *value, unsigned *out_ms, struct outcome *oc);
/* One of these words (the list ends with NULL); *out is its index. */
int options_choice(const char *name, const char *value, const char *const choices[], unsigned *out,
    struct outcome *oc);

/* These words as "a, b or c", cut if they do not fit. */
void options_list_choices(const char *const choices[], char *list, size_t max);

#endif
