/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_OPTIONS_H
#define HELLO_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

/*
 * The command line of a program as a table with one typed row for each option. The row is the only
 * place where an option is described: the parser, its defaults, its errors, --help and the shell
 * completions all come from it. tests/style/man.sh holds the manual pages against --help.
 */

enum option_kind {
	OPTION_HEADING,  /* no option: the rows behind it belong together in --help */
	OPTION_FLAG,     /* bool: set to true */
	OPTION_TEXT,     /* const char *: the word itself, which has to outlive the options */
	OPTION_UINT,     /* unsigned, from min to max */
	OPTION_DURATION, /* unsigned, milliseconds */
	OPTION_CHOICE,   /* unsigned or an enum: the place of the word in choices */
	OPTION_CALL      /* whatever take makes of it */
};

enum option_flags {
	OPTION_PER_TARGET = 1, /* a line of hello-client's --targets may have it, too */
	OPTION_MAY_BE_EMPTY = 2
};

struct option_row;

/*
 * Take one value (NULL: the option has none) into the member that the row names. Returns 0 to go
 * on, 1 when the program has done what it was asked for (--help), or -1 with an outcome.
 */
typedef int option_take(void *member, const struct option_row *row, const char *value,
    struct outcome *oc);

struct option_row {
	enum option_kind kind;
	char letter;      /* short form, or 0 */
	const char *name; /* long form without its dashes, or the heading; NULL ends the table */
	const char *argument; /* what --help calls the value; NULL: takes none */
	size_t at;            /* where in the program's options, see OPTION_AT */
	const char *help;     /* a noun or an imperative; the default is put behind it */
	unsigned number;      /* the default; of OPTION_CALL: the row's own, for take */
	unsigned min, max;
	const char *text; /* default of OPTION_TEXT, or words for it; NULL: none to tell */
	const char *const *choices; /* of OPTION_CHOICE, and for completions; ends with NULL */
	option_take *take;
	unsigned flags;
	/* Names of other options, joined by spaces: one of them must be given, none may be. */
	const char *needs, *excludes;
	const char *why; /* it excludes these; NULL: that is plain */
};

/*
 * Rows. OPTIONS_STRUCT, which the file with the table defines, is the struct of the program's
 * options; a member whose type does not fit the row does not compile. The last argument is the
 * help; behind it may stand whatever else a row has: .letter = 'l', .needs = "nagios".
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
/* It does something in place of what the program is for: take is handed no member. */
#define ACTION(NAME, ARGUMENT, TAKE, ...) \
	{ \
		.kind = OPTION_CALL, .name = NAME, .argument = ARGUMENT, .take = TAKE, \
		.help = __VA_ARGS__ \
	}

enum { OPTIONS_MAX = 128 };

/* Which rows of the table were given, for options_check. */
struct options_given {
	uint64_t bits[OPTIONS_MAX / 64];
};

struct options_line {
	const struct option_row *rows;
	void *to;                    /* the program's options */
	struct options_given *given; /* is added to */
	/* Takes each operand into the program's options. */
	int (*operand)(void *to, const char *word, struct outcome *oc);
	bool in_list; /* only OPTION_PER_TARGET may be said */
};

/* Set the default of each row. Rows of OPTION_CALL and the rest of to are the caller's. */
void options_set_defaults(const struct option_row *rows, void *to);

/*
 * Read the command line. Differs from getopt_long(3) in two ways: a long name is never abbreviated,
 * so that a new option cannot break an old script, and an unknown one is answered with the option
 * that was nearly typed. Operands may stand anywhere. Returns 0; 1 when take did; or -1 with
 * OC_USAGE or the outcome of take, *at being the argument then (NULL is fine).
 */
int options_parse(const struct options_line *line, int argc, char *const argv[], int *at,
    struct outcome *oc);

/* Do the options go together, as their rows have it? Returns 0, or -1 with OC_USAGE. */
int options_check(const struct option_row *rows, const struct options_given *given,
    struct outcome *oc);

/* Was the option of this name given? */
bool options_have(const struct option_row *rows, const struct options_given *given,
    const char *name);

/*
 * Values for take functions and others. name is what the user knows ("--workers", "LISTEN_FDS").
 * Each returns 0, or -1 with OC_USAGE that says what was expected and what came.
 */
int options_uint(const char *name, const char *value, unsigned min, unsigned max, unsigned *out,
    struct outcome *oc);
/* "500ms", "5s", "2m", "1h"; a bare number, also "0.5", is seconds, as in curl. */
int options_duration(const char *name, const char *value, unsigned *out_ms, struct outcome *oc);
/* One of these words, which end with NULL; *out is its place among them. */
int options_choice(const char *name, const char *value, const char *const choices[], unsigned *out,
    struct outcome *oc);

/* "a, b or c" of these words; what has no room is cut. */
void options_list_choices(const char *const choices[], char *list, size_t max);

#endif
