/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_RUNNER_H
#define HELLO_CLIENT_PROBE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "client/output/stats.h"
#include "client/probe/modes.h"

/*
 * What the modes with many probes share: threads, the lock, statistics, lines of JSON and their
 * summary, a progress bar, and the end by a signal or by a closed standard output.
 */
struct runner_probe {
	uint64_t number;  /* from 0 */
	uint64_t late_us; /* with an interval: the probe's wait for a thread */
	struct client_options options;
	SSL_CTX *ctx;
	struct resumption offered; /* owned by the runner; empty: a full handshake */
	struct session session;
	struct outcome oc; /* judged by --expect-outcome */
};

struct thread_pool;

struct runner {
	/* The mode sets these; runner_run sets the rest. */
	const struct probe_setup *setup;
	const char *what; /* for the outcome of all: "targets"; NULL: the mode sets it itself */
	uint64_t count;   /* UINT64_MAX: until a signal */
	uint64_t interval_us;
	unsigned width;        /* probes at a time: 1 to CLIENT_PARALLEL_MAX */
	bool ends_with_signal; /* INT and TERM only stop new probes; else they end the program */
	/*
	 * Called under one lock, which guards the mode and standard output; each may be NULL.
	 * start: before the first probe. prepare: may change a probe's options, ctx and offered.
	 * record: after each probe. draw: every 200 ms, instead of the progress bar.
	 */
	void *mode;
	void (*start)(void *mode);
	void (*prepare)(void *mode, struct runner_probe *p);
	void (*record)(void *mode, struct runner_probe *p);
	void (*draw)(void *mode);

	struct stats stats;
	char unexpected[OUTCOME_TEXT_MAX]; /* detail of the first OC_OUTCOME_UNEXPECTED, or "" */
	uint64_t took_us;
	struct thread_pool *threads;
};

/*
 * Block until all probes have ended; with --json, print the summary then. Returns 0 and sets oc to
 * the most frequent failure, if any, or returns -1 when no probe could begin.
 */
int runner_run(struct runner *r, struct outcome *oc);

/* Begin no more probes. record may call this. */
void runner_stop(struct runner *r);

#endif
