/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_STATS_H
#define HELLO_CLIENT_OUTPUT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/session/phases.h"
#include "client/output/histogram.h"
#include "base/outcome.h"

/* Full handshakes, and those that resumed a session. */
enum stats_kind { STATS_FULL, STATS_RESUMED, STATS_KINDS };

/*
 * What became of many probes. Zeroed: of none. Not locked: who adds from several
 * threads takes a lock. About 100 KiB, owns nothing.
 */
struct stats {
	uint64_t sent;                    /* probes that have ended */
	uint64_t by_code[OUTCOME_COUNT];  /* of them; OC_OK: how many were fine */
	uint64_t late;                    /* began after they were due */
	uint64_t late_max_us;             /* the longest of these waits */
	uint64_t handshakes[STATS_KINDS]; /* complete ones */
	struct histogram times[STATS_KINDS][PHASE_COUNT];
};

/*
 * Count one probe. A phase counts when its end was reached, the total only when
 * all went well: the time of a failure is no measure of the time of an answer.
 * late_us is how long the probe had waited to begin, and is part of the total:
 * a slow server must not hide the times of those that it kept waiting.
 */
void stats_add(struct stats *t, enum outcome_code code, const struct phases *p, bool resumed,
    uint64_t late_us);

/* The most frequent failure, of two the one with the smaller status; OC_OK when there is none. */
enum outcome_code stats_verdict(const struct stats *t);

/* The same as the outcome of a mode, in words; untouched when all went well. what: "probes". */
void stats_judge(const struct stats *t, const char *what, struct outcome *oc);

/* The failures that occurred, the most frequent first; returns how many. */
unsigned stats_failures(const struct stats *t, enum outcome_code codes[OUTCOME_COUNT]);

#endif
