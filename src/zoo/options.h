/* SPDX-License-Identifier: MIT */
#ifndef HELLO_ZOO_OPTIONS_H
#define HELLO_ZOO_OPTIONS_H

#include <stdbool.h>

#include "base/outcome.h"
#include "server/options.h"
#include "zoo/misbehave.h"

/* What the user asked for. Strings point into argv or are static. */
struct zoo_options {
	struct server_options server; /* with the states of a connection that misbehave wants */
	const char *folder;           /* made by hello-certs zoo; NULL: --cert */
	enum misbehave misbehave;
	bool expose; /* let other machines come */
};

/* The table of its options, for --help and completions. */
extern const struct option_row zoo_option_rows[];

/*
 * Read the command line. Returns 0 to go on, 1 when all is done (--help, --version; printed to
 * standard output), or -1 with OC_USAGE. What server_optcheck judges is left to it.
 */
int zoo_options_parse(struct zoo_options *o, int argc, char *argv[], struct outcome *oc);

#endif
