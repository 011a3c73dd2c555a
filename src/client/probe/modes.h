/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_MODES_H
#define HELLO_CLIENT_PROBE_MODES_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/session/session.h"
#include "client/session/settings.h"

/* A context for these options, the caller's to free; NULL with an outcome. */
typedef SSL_CTX *probe_context(const struct client_options *o, struct outcome *oc);

/* What every probe of this command line has in common. */
struct probe_setup {
	const struct client_options *options;
	SSL_CTX *ctx;                /* for these options */
	probe_context *make_context; /* for others */
	const struct step *steps;
};

/*
 * A way to probe. run blocks, prints its result and returns the exit status. oc is the failure,
 * or, of many probes, the most frequent one: on a tie the one with the smaller exit status.
 */
struct mode {
	bool (*is_on)(const struct client_options *o);
	int (*run)(const struct probe_setup *setup, struct outcome *oc);
};

/*
 * --targets: probe each target once, --parallel at a time, all over one context. Standard output
 * gets a table and the number of each failure, or with --json a line for each target as it ends and
 * a summary. INT and TERM as in mode_series: prints what was found so far. Memory: about 400 bytes
 * a target.
 */
extern const struct mode mode_targets;

/*
 * --all-addresses: probe each address of the name once and print a line of each, and where the
 * certificates differ. Blocks at most --max-time for each turn of --parallel. Without an address
 * the outcome is the resolver's.
 */
extern const struct mode mode_addresses;

/*
 * --path-test: send one address different ClientHellos and print what became of each and which
 * middlebox fits (see judge/path.h). What would count against the path is tried once more, alone.
 * Blocks for as long as the deadlines of three probes, or of one more for each that fails. Returns
 * the exit status of path_judge_verdict.
 */
extern const struct mode mode_path_test;

/*
 * -c, -i: probe the same target again and again until the count is reached, INT or TERM comes or
 * standard output is closed. Then it waits for the probes that run; a second signal ends the
 * program at once. Prints a line for each probe, or on a terminal one line that changes when they
 * come too fast to be read; a summary at the end. Probes start on schedule even when answers are
 * slow (open loop), and one that waits for a thread counts its waiting.
 */
extern const struct mode mode_series;

/*
 * --resume: go through all steps twice, the second time with the session of the first, and report
 * on standard error whether it was resumed: no failure when not. Prints the greeting of the first
 * when both went well; an output for programs shows the second. When the server gave no session
 * there is no second time.
 */
extern const struct mode mode_resume;

/* One probe: always on. */
extern const struct mode mode_single;

#endif
