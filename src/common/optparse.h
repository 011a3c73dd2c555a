/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMMON_OPTPARSE_H
#define HELLO_COMMON_OPTPARSE_H

#include <stddef.h>

#include "common/outcome.h"

/*
 * One option of a program. The same table drives the parser and --help, so the
 * two cannot disagree; tests/style/man.sh holds the manual page against it.
 */
struct optparse_option {
	char letter;          /* short form, or 0 */
	const char *name;     /* long form, without the dashes */
	const char *argument; /* what --help calls the value; NULL: takes none */
	const char *help;
};

/* Where a walk over argv stands. Set argc, argv and options, zero the rest. */
struct optparse {
	int argc;
	char *const *argv;
	const struct optparse_option *options; /* ends with a row without a name */
	int at;                                /* argument now looked at, 0 at first */
	const char *cluster;                   /* rest of "-46" */
	int only_operands;                     /* "--" was seen */
};

/* Answers of optparse_next besides an index into the table. */
enum { OPTPARSE_OPERAND = -1, OPTPARSE_END = -2, OPTPARSE_BAD = -3 };

/*
 * The next option or operand. Differs from getopt_long(3) in two ways: a long
 * name is never abbreviated, so a new option cannot break an old script; and
 * *name is what the user typed, for messages. Operands may stand anywhere.
 *
 * Returns the row's index with *value set (NULL for a flag), OPTPARSE_OPERAND
 * with *value the operand, OPTPARSE_END, or OPTPARSE_BAD with OC_USAGE. Where an
 * unknown long name is nearly that of one option, this is the advice.
 */
int optparse_next(struct optparse *p, const char **value, struct outcome *oc);

/*
 * Turn an option's value into a checked number. name is the option as the user
 * knows it ("--workers"). Each returns 0, or -1 with OC_USAGE that says what
 * was expected and what came.
 */
int optparse_uint(const char *name, const char *value, unsigned min, unsigned max, unsigned *out,
    struct outcome *oc);

/* "500ms", "5s", "2m", "1h"; a bare number, also "0.5", is seconds, as in curl. */
int optparse_duration(const char *name, const char *value, unsigned *out_ms, struct outcome *oc);

/*
 * One of count words; *out is its place in names. What else came is refused
 * with all of them listed.
 */
int optparse_choice(const char *name, const char *value, const char *const names[], unsigned count,
    unsigned *out, struct outcome *oc);

/* Rows that belong together in --help, from this index on. The last one has no heading. */
struct optparse_group {
	int first;
	const char *heading;
};

/* One line an option, aligned, in 80 columns, to standard output. */
void optparse_print_help(const struct optparse_option *options,
    const struct optparse_group *groups);

#endif
