/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_PROBE_RUNNER_H
#define HELLO_CLIENT_PROBE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "client/output/stats.h"
#include "client/probe/modes.h"

/*
 * Many probes: what the modes share. Threads, the lock, statistics, lines of JSON and their
 * summary, a progress bar, and the end by a signal or by a closed standard output.
 */
struct runner_probe {
	uint64_t number;  /* from 0 */
	uint64_t late_us; /* with an interval: how long the probe waited for a thread */
	struct client_options options;
	SSL_CTX *ctx;
	struct resumption offered; /* owned by the runner; nothing: a full handshake */
	struct session session;
	struct outcome oc;
};

struct thread_pool;

struct runner {
	/* The mode sets these, and leaves the rest to runner_run. */
	const struct probe_setup *setup;
	const char *what; /* for the outcome of all: "targets"; NULL: the mode finds it itself */
	uint64_t count;   /* UINT64_MAX: until a signal */
	uint64_t interval_us;
	unsigned width;        /* probes at a time: 1 to CLIENT_PARALLEL_MAX */
	bool ends_with_signal; /* INT and TERM begin no more probes; else they end the program */
	/*
	 * Called under one lock, which guards the mode and standard output; NULL: nothing to do.
	 * start: before the first probe. prepare: a probe may differ from the setup in options,
	 * ctx and offered. record: it ended. draw: every 200 ms, in place of the progress bar.
	 */
	void *mode;
	void (*start)(void *mode);
	void (*prepare)(void *mode, struct runner_probe *p);
	void (*record)(void *mode, struct runner_probe *p);
	void (*draw)(void *mode);

	struct stats stats;
	uint64_t took_us;
	struct thread_pool *threads;
};

/*
 * Block until all probes have ended; with --json the summary is printed then. Returns 0, with oc
 * the most frequent failure or untouched, or -1 when no probe could begin.
 */
int runner_run(struct runner *r, struct outcome *oc);

/* Begin no more probes. For record. */
void runner_stop(struct runner *r);

#endif
