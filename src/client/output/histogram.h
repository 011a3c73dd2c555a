/* SPDX-License-Identifier: MIT */
#ifndef HELLO_CLIENT_OUTPUT_HISTOGRAM_H
#define HELLO_CLIENT_OUTPUT_HISTOGRAM_H

#include <stdint.h>

/*
 * Any number of times in constant memory: each is counted in a bucket whose width is at most 1/64
 * of its values (log-linear, as in HDR Histogram). A quantile is the middle of a bucket, so its
 * error is less than 0.8 %; count, sum, minimum and maximum are exact. Times up to 64 us are exact;
 * more than 19 hours count as 19 hours.
 *
 * Not a library, because Debian has HDR Histogram for Java and Go only.
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

/* Add all times of from to r. */
void histogram_merge(struct histogram *r, const struct histogram *from);

/*
 * The quantile q (0 to 1) by nearest rank; 0 when empty.
 */
uint64_t histogram_quantile(const struct histogram *r, double q);

/* Rounded to the microsecond; 0 when empty. */
uint64_t histogram_mean(const struct histogram *r);

/* The number of times below us; a bucket counts by its middle. */
uint64_t histogram_below(const struct histogram *r, uint64_t us);

#endif
