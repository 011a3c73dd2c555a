/* SPDX-License-Identifier: MIT */
#include "client/output/histogram.h"

#include <math.h>

enum { FINE = 1 << HISTOGRAM_FINE_BITS };

static const uint64_t TOP_US = ((uint64_t)1 << HISTOGRAM_TOP_BITS) - 1;

/*
 * A value with n bits more than HISTOGRAM_FINE_BITS + 1 loses its last n bits; the rest, 64 to 127,
 * is its column in row n + 1. Row 0 holds the values below 64.
 */
static unsigned bucket_of(uint64_t us)
{
	unsigned row = 0;

	if (us > TOP_US)
		us = TOP_US;
	if (us >= FINE)
		row = 64 - (unsigned)__builtin_clzll(us) - HISTOGRAM_FINE_BITS;
	return row == 0 ? (unsigned)us : row * FINE + (unsigned)(us >> (row - 1)) - FINE;
}

static uint64_t middle_of(unsigned bucket)
{
	unsigned row = bucket / FINE, column = bucket % FINE;
	uint64_t low, width;

	if (row == 0)
		return bucket;
	width = (uint64_t)1 << (row - 1);
	low = (uint64_t)(FINE + column) * width;
	return low + width / 2;
}

static uint64_t clamp(const struct histogram *r, uint64_t us)
{
	if (us < r->min_us)
		return r->min_us;
	return us > r->max_us ? r->max_us : us;
}

void histogram_add(struct histogram *r, uint64_t us)
{
	if (r->count == 0 || us < r->min_us)
		r->min_us = us;
	if (us > r->max_us)
		r->max_us = us;
	r->count++;
	r->sum_us += us;
	r->buckets[bucket_of(us)]++;
}

void histogram_merge(struct histogram *r, const struct histogram *from)
{
	if (from->count == 0)
		return;
	if (r->count == 0 || from->min_us < r->min_us)
		r->min_us = from->min_us;
	if (from->max_us > r->max_us)
		r->max_us = from->max_us;
	r->count += from->count;
	r->sum_us += from->sum_us;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		r->buckets[i] += from->buckets[i];
}

uint64_t histogram_quantile(const struct histogram *r, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)r->count), seen = 0;

	if (rank <= 1)
		return r->min_us;
	if (rank >= r->count)
		return r->max_us;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += r->buckets[i];
		if (seen >= rank)
			return clamp(r, middle_of(i));
	}
	return r->max_us;
}

uint64_t histogram_mean(const struct histogram *r)
{
	return r->count == 0 ? 0 : (r->sum_us + r->count / 2) / r->count;
}

uint64_t histogram_below(const struct histogram *r, uint64_t us)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS && clamp(r, middle_of(i)) < us; i++)
		sum += r->buckets[i];
	return sum;
}
