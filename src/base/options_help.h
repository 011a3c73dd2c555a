/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BASE_OPTIONS_HELP_H
#define HELLO_BASE_OPTIONS_HELP_H

#include "base/options.h"

/*
 * --help: prints the rows of a table under their headings, with choices and defaults,
 * wrapped at 80 columns, to standard output.
 */
void options_help_print(const struct option_row *rows);

#endif
