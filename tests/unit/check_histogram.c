/* SPDX-License-Identifier: MIT */
#include "client/output/histogram.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/check_main.h"

enum { COUNT = 20000 };

/* What histogram.h promises, and a little less than the 1 % that users are told. */
static const double ERROR = 0.008;

static struct histogram r;
static uint64_t values[COUNT];

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The same numbers in each run. */
static double next_random(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005U + 1442695040888963407U;
	return (double)(state >> 11) / 9007199254740992.0;
}

static void record(uint64_t (*make)(void))
{
	memset(&r, 0, sizeof r);
	for (int i = 0; i < COUNT; i++) {
		values[i] = make();
		histogram_add(&r, values[i]);
	}
	qsort(values, COUNT, sizeof values[0], compare);
}

/* Nearest rank, of the sorted values themselves. */
static uint64_t exact(double q)
{
	size_t rank = (size_t)ceil(q * COUNT);

	return values[rank > 0 ? rank - 1 : 0];
}

static void compare_quantiles(void)
{
	static const double q[] = { 0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1 };

	for (size_t i = 0; i < sizeof q / sizeof q[0]; i++) {
		double is = (double)histogram_quantile(&r, q[i]), want = (double)exact(q[i]);

		ck_assert_msg(fabs(is - want) <= want * ERROR, "q %g: %g instead of %g", q[i], is,
		    want);
	}
	ck_assert_uint_eq(r.count, COUNT);
	ck_assert_uint_eq(r.min_us, values[0]);
	ck_assert_uint_eq(r.max_us, values[COUNT - 1]);
	ck_assert_uint_eq(histogram_quantile(&r, 0), values[0]);
	ck_assert_uint_eq(histogram_quantile(&r, 1), values[COUNT - 1]);
}

static uint64_t uniform(void)
{
	return (uint64_t)(next_random() * 1e6);
}

/* From a microsecond to a thousand seconds, all orders of magnitude alike. */
static uint64_t wide(void)
{
	return (uint64_t)pow(10, next_random() * 9);
}

static uint64_t exponential(void)
{
	return (uint64_t)(-log(1 - next_random()) * 3000);
}

static uint64_t two_humps(void)
{
	return next_random() < 0.1 ? 200000 + uniform() / 100 : 2000 + uniform() / 1000;
}

START_TEST(test_quantiles_are_near_the_exact_ones)
{
	uint64_t (*const kinds[])(void) = { uniform, wide, exponential, two_humps };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		record(kinds[i]);
		compare_quantiles();
	}
}
END_TEST

START_TEST(test_each_single_value)
{
	/* Two extremes that are not in the way, so that the bucket itself is asked. */
	for (double v = 1; v < 6e10; v = v * 1.003 + 1) {
		uint64_t us = (uint64_t)v;
		double is;

		memset(&r, 0, sizeof r);
		histogram_add(&r, 0);
		histogram_add(&r, us);
		histogram_add(&r, UINT64_C(1) << 36);
		is = (double)histogram_quantile(&r, 0.5);
		ck_assert_msg(fabs(is - (double)us) <= (double)us * ERROR, "%g instead of %g", is,
		    (double)us);
		if (us < 64)
			ck_assert_uint_eq((uint64_t)is, us);
	}
}
END_TEST

START_TEST(test_empty_and_huge)
{
	memset(&r, 0, sizeof r);
	ck_assert_uint_eq(histogram_quantile(&r, 0.5), 0);
	ck_assert_uint_eq(histogram_mean(&r), 0);
	histogram_add(&r, UINT64_MAX / 2);
	histogram_add(&r, 5);
	histogram_add(&r, UINT64_MAX / 2);
	ck_assert_uint_eq(r.max_us, UINT64_MAX / 2);
	ck_assert_uint_eq(r.min_us, 5);
	/* Bounded: what is longer than the top counts as the top. */
	ck_assert_uint_ge(histogram_quantile(&r, 0.5), UINT64_C(1) << 35);
}
END_TEST

START_TEST(test_merge_is_as_if_added_to_one)
{
	static struct histogram a, b, all;

	for (int i = 0; i < COUNT; i++) {
		uint64_t us = exponential();

		histogram_add(i % 3 == 0 ? &a : &b, us);
		histogram_add(&all, us);
	}
	histogram_merge(&a, &b);
	ck_assert_int_eq(memcmp(&a, &all, sizeof a), 0);
	memset(&b, 0, sizeof b);
	histogram_merge(&b, &all);
	ck_assert_int_eq(memcmp(&b, &all, sizeof b), 0);
	memset(&a, 0, sizeof a);
	histogram_merge(&b, &a);
	ck_assert_int_eq(memcmp(&b, &all, sizeof b), 0);
}
END_TEST

START_TEST(test_mean_and_below)
{
	memset(&r, 0, sizeof r);
	for (uint64_t us = 1; us <= 60; us++)
		histogram_add(&r, us);
	ck_assert_uint_eq(histogram_mean(&r), 31);
	ck_assert_uint_eq(histogram_below(&r, 1), 0);
	ck_assert_uint_eq(histogram_below(&r, 31), 30);
	ck_assert_uint_eq(histogram_below(&r, 61), 60);
}
END_TEST

CHECK_MAIN("histogram", test_quantiles_are_near_the_exact_ones, test_each_single_value,
    test_empty_and_huge, test_merge_is_as_if_added_to_one, test_mean_and_below)
