/* SPDX-License-Identifier: MIT */
#ifndef HELLO_COMPLETION_OPTIONS_COMPLETION_H
#define HELLO_COMPLETION_OPTIONS_COMPLETION_H

#include <stdbool.h>

#include "base/options.h"

/*
 * Completion of a program's options: a script for a shell, generated from the table of
 * its options.
 */
struct options_completion {
	const char *program;
	const struct option_row *rows;
	bool takes_folder; /* as an operand */
};

/*
 * Prints the script to standard output: options with their help, then values as far as
 * the row defines them: its choices, files for FILE, folders for DIR. Returns 0, or -1
 * with OC_USAGE for a shell other than bash, zsh and fish.
 */
int options_completion_print(const struct options_completion *c, const char *shell,
    struct outcome *oc);

#endif
