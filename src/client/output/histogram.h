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
	HISTOGRAM_FINE_BITS = 6, /* 64 buckets for each power of two */
	HISTOGRAM_TOP_BITS = 36, /* 2^36 us: 19 hours */
	HISTOGRAM_BUCKETS = (HISTOGRAM_TOP_BITS - HISTOGRAM_FINE_BITS + 1) << HISTOGRAM_FINE_BITS
};

/* Zeroed: empty. Owns nothing, may be copied; 8 KiB. */
struct histogram {
	uint64_t count, sum_us, min_us, max_us;
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *r, uint64_t us);

/* As if all that from has counted had been added to r. */
void histogram_merge(struct histogram *r, const struct histogram *from);

/*
 * The least time that a share of q (0 to 1) of all did not exceed (nearest
 * rank). 0 when empty.
 */
uint64_t histogram_quantile(const struct histogram *r, double q);

/* Rounded to the microsecond; 0 when empty. */
uint64_t histogram_mean(const struct histogram *r);

/* How many took less than us; a bucket counts by its middle. */
uint64_t histogram_below(const struct histogram *r, uint64_t us);

#endif
