/* SPDX-License-Identifier: MIT */
#include "client/step/answer_io.h"

#include "support/check_main.h"

/* Never less than 200 ms, and three round trips and 100 ms where that is more. */
START_TEST(test_the_moment_of_a_refusal)
{
	static const struct {
		unsigned rtt_us, ms;
	} rows[] = { { 0, 200 }, { 50, 200 }, { 33000, 200 }, { 34000, 202 }, { 100000, 400 },
		{ 600000, 1900 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_uint_eq(answer_moment(rows[i].rtt_us), rows[i].ms);
}
END_TEST

CHECK_MAIN("answer_io", test_the_moment_of_a_refusal)
