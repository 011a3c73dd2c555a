/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_OPTIONS_HELP_H
#define HELLO_BASE_OPTIONS_HELP_H

#include "base/options.h"

/* What --help and --version print. */
struct options_about {
	const char *program;
	const struct option_row *rows;
	const char *usage, *notes;    /* before and after the rows, in whole lines */
	const char *(*describe_library)(void); /* the version of the TLS library */
	const char *(*describe_key_schedule)(void); /* NULL: not in --version */
};

/*
 * Take functions of --help and --version: they print to standard output and return 1. --help
 * prints the rows under their headings, with choices and defaults, wrapped at 80 columns.
 */
option_take options_help_take, options_version_take;

/* The last two rows of every table. */
#define HELP_AND_VERSION(ABOUT) \
	ACTION("help", NULL, options_help_take, "print this help, then exit", .letter = 'h', \
	    .about = ABOUT), \
	ACTION("version", NULL, options_version_take, "print versions, then exit", \
	    .letter = 'V', .about = ABOUT)

#endif
