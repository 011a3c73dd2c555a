/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OPTIONS_OPTIONS_H
#define HELLO_CLIENT_OPTIONS_OPTIONS_H

#include "base/options.h"
#include "base/outcome.h"
#include "client/session/settings.h"

/* The table of options, for --help, completions and client_options_check. */
extern const struct option_row client_option_rows[];

/*
 * Parse the command line. Returns 0 to go on, 1 when the program is done (--help and --version
 * were printed), or -1 with OC_USAGE, or with OC_FILE for the certificate of --expect-cert.
 * client_options_check checks whether the options exclude each other.
 */
int client_options_parse(struct client_options *o, int argc, char *argv[], struct outcome *oc);

/*
 * Parse one line of --targets: argv[0] is ignored, and base provides what the line does not set.
 * Strings point into argv. Returns 0, or -1 with OC_USAGE or OC_FILE.
 */
int client_options_parse_target(struct client_options *o, const struct client_options *base,
    int argc, char *argv[], struct outcome *oc);

#endif
