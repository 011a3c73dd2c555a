/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_OPTIONS_H
#define HELLO_ZOO_OPTIONS_H

#include <stdbool.h>

#include "base/outcome.h"
#include "server/options.h"
#include "zoo/misbehave.h"

/* The user's options. Strings point into argv or are static. */
struct zoo_options {
	struct server_options server; /* with the connection states of --misbehave */
	const char *folder;           /* created by hello-certs zoo; NULL: --cert */
	enum misbehave misbehave;
	bool expose; /* allow other machines to connect */
};

/* The option table of hello-zoo, for --help and completions. */
extern const struct option_row zoo_option_rows[];

/*
 * Reads the command line. Returns 0 to go on, 1 if the program is done (--help,
 * --version; printed to standard output), or -1 with OC_USAGE. server_optcheck checks
 * the rest.
 */
int zoo_options_parse(struct zoo_options *o, int argc, char *argv[], struct outcome *oc);

#endif
