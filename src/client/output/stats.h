/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_STATS_H
#define HELLO_CLIENT_OUTPUT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "client/output/histogram.h"
#include "client/session/phases.h"

/* Full handshakes, and handshakes that resumed a session. */
enum stats_kind { STATS_FULL, STATS_RESUMED, STATS_KINDS };

/*
 * The results of many probes; zeroed: of none. Has no lock: threads that share it need one. About
 * 100 KiB, owns nothing.
 */
struct stats {
	uint64_t sent;                    /* probes that have ended */
	uint64_t by_code[OUTCOME_COUNT];  /* their outcomes; OC_OK: successes */
	uint64_t late;                    /* probes that began after they were due */
	uint64_t late_max_us;             /* the longest of these delays */
	uint64_t handshakes[STATS_KINDS]; /* complete handshakes */
	struct histogram times[STATS_KINDS][PHASE_COUNT];
};

/*
 * Count one probe. A phase counts if its end was reached, the total only after a success: the time
 * of a failure does not measure an answer. late_us is the delay before the probe began. It is part
 * of the total, because a slow server must not hide the times of probes that it delayed.
 */
void stats_add(struct stats *t, enum outcome_code code, const struct phases *p, bool resumed,
    uint64_t late_us);

/* The most frequent failure, of two the one with the smaller status; OC_OK when there is none. */
enum outcome_code stats_verdict(const struct stats *t);

/* Set oc to the verdict, in words; untouched if all succeeded. what: "probes". */
void stats_judge(const struct stats *t, const char *what, struct outcome *oc);

/* List the failures that occurred, the most frequent first; returns their number. */
unsigned stats_failures(const struct stats *t, enum outcome_code codes[OUTCOME_COUNT]);

#endif
