/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_MODES_H
#define HELLO_CLIENT_PROBE_MODES_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "client/session/session.h"
#include "client/session/settings.h"

/* Make a context for these options, which the caller frees; NULL with an outcome. */
typedef SSL_CTX *probe_context(const struct client_options *o, struct outcome *oc);

/* What every probe of this command line has in common. */
struct probe_setup {
	const struct client_options *options;
	SSL_CTX *ctx;                /* for these options */
	probe_context *make_context; /* for others */
	const struct step *steps;
};

/*
 * A way to probe. run blocks, prints its result and returns the exit status. oc is the failure, or
 * the most frequent failure of many probes; on a tie, the one with the smaller exit status.
 */
struct mode {
	bool (*is_on)(const struct client_options *o);
	int (*run)(const struct probe_setup *setup, struct outcome *oc);
};

/*
 * --targets: probe each target once, --parallel at a time, all with one context. Prints a table and
 * the number of each failure, or with --json a line for each target as it ends and a summary. INT
 * and TERM work as in mode_series: the results so far are printed. Memory: about 400 bytes a
 * target.
 */
extern const struct mode mode_targets;

/*
 * --all-addresses: probe each address of the name once; print a line for each, and which
 * certificates differ. Blocks at most --max-time for each batch of --parallel probes. Without an
 * address the outcome is the resolver's.
 */
extern const struct mode mode_addresses;

/*
 * --path-test: send different ClientHellos to one address, and print the outcome of each and what
 * kind of middlebox they indicate (see judge/path.h). A variant that is evidence is repeated alone.
 * Blocks for the deadlines of three probes, and of one more for each failure. Returns the exit
 * status of path_judge_verdict.
 */
extern const struct mode mode_path_test;

/*
 * --trace: probe once, then find out at which hop the SYN or the ClientHello of that probe ends
 * (see judge/trace.h), and print it. Blocks for --max-time, the probe included. Returns the exit
 * status of the probe.
 */
extern const struct mode mode_trace;

/*
 * --client-zoo: probe one address with each client certificate of a folder of hello-certs, and
 * print who was let in and what proves it (see judge/admission.h). The good one goes first and
 * alone, and again last: if its first probe fails before the server can judge a client, that
 * outcome is the result. Blocks for the deadlines of three probes, and of one more for each
 * --parallel. Returns the exit status of admission_judge.
 */
extern const struct mode mode_client_zoo;

/*
 * -c, -i: probe the same target repeatedly until the count is reached, INT or TERM arrives, or
 * standard output is closed. Then waits for the running probes; a second signal ends the program at
 * once. Prints a line for each probe, or one changing line if they are too fast to read on a
 * terminal, and a summary at the end. Probes start on schedule even when answers are slow (open
 * loop), and the time of a probe includes its wait for a thread.
 */
extern const struct mode mode_series;

/*
 * --resume: run all steps twice, the second time with the session of the first, and print on
 * standard error whether it was resumed; a full handshake is no failure. Prints the greeting of the
 * first probe when both succeeded; --json and --nagios show the second. If the server issued no
 * session, there is no second probe.
 */
extern const struct mode mode_resume;

/* One probe: always on. */
extern const struct mode mode_single;

#endif
