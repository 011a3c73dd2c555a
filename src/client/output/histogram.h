/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_HISTOGRAM_H
#define HELLO_CLIENT_OUTPUT_HISTOGRAM_H

#include <stdint.h>

/*
 * Times, as many as come, in memory that does not grow: each is counted in a
 * bucket whose width is at most 1/64 of its values (log-linear, as in HDR
 * Histogram). A quantile is the middle of a bucket, so it is wrong by less than
 * 0.8 %; count, sum, least and most are exact. Up to 64 us all is exact; more
 * than 19 hours count as 19 hours.
 *
 * Of our own because Debian has HDR Histogram for Java and Go only.
 */
enum {
	RECORDER_FINE_BITS = 6, /* 64 buckets for each power of two */
	RECORDER_TOP_BITS = 36, /* 2^36 us: 19 hours */
	RECORDER_BUCKETS = (RECORDER_TOP_BITS - RECORDER_FINE_BITS + 1) << RECORDER_FINE_BITS
};

/* Zeroed: empty. Owns nothing, may be copied; 8 KiB. */
struct recorder {
	uint64_t count, sum_us, min_us, max_us;
	uint32_t buckets[RECORDER_BUCKETS];
};

void recorder_add(struct recorder *r, uint64_t us);

/* As if all that from has counted had been added to r. */
void recorder_merge(struct recorder *r, const struct recorder *from);

/*
 * The least time that a share of q (0 to 1) of all did not exceed (nearest
 * rank). 0 when empty.
 */
uint64_t recorder_quantile(const struct recorder *r, double q);

/* Rounded to the microsecond; 0 when empty. */
uint64_t recorder_mean(const struct recorder *r);

/* How many took less than us; a bucket counts by its middle. */
uint64_t recorder_below(const struct recorder *r, uint64_t us);

#endif
