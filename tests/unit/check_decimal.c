/* SPDX-License-Identifier: MIT */
#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

START_TEST(test_numbers_read_as_printf_writes_them)
{
	static const uint64_t numbers[] = { 0, 1, 9, 10, 11, 99, 100, 101, 65535, 4294967295,
		4294967296, 9999999999999999999u, 10000000000000000000u, UINT64_MAX };

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char expected[DECIMAL_MAX], text[DECIMAL_MAX];

		snprintf(expected, sizeof expected, "%" PRIu64, numbers[i]);
		ck_assert_uint_eq(decimal_put(numbers[i], text), strlen(expected));
		ck_assert_str_eq(text, expected);
	}
}
END_TEST

/* With sanitizers this also shows that a buffer of just that size is enough. */
START_TEST(test_only_the_digits_and_their_end_are_written)
{
	char text[] = "xxxx";

	ck_assert_uint_eq(decimal_put(12, text), 2);
	ck_assert_mem_eq(text, "12\0x", 5);
}
END_TEST

START_TEST(test_padded_numbers_have_the_given_width)
{
	char text[] = "xxxxxx";

	decimal_put_padded(7, 3, text + 1);
	ck_assert_str_eq(text, "x007xx");
	decimal_put_padded(0, 1, text);
	ck_assert_str_eq(text, "0007xx");
	decimal_put_padded(12345, 3, text);
	ck_assert_str_eq(text, "3457xx");
	decimal_put_padded(1, 0, text);
	ck_assert_str_eq(text, "3457xx");
}
END_TEST

CHECK_MAIN("decimal",
    test_numbers_read_as_printf_writes_them, test_only_the_digits_and_their_end_are_written,
    test_padded_numbers_have_the_given_width)
