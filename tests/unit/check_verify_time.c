/* SPDX-License-Identifier: MIT */
#include "client/options/verify_time.h"

#include <time.h>

#include "support/check_main.h"

static int64_t taken(const char *value)
{
	struct outcome oc = OUTCOME_NONE;
	int64_t at = -1;

	ck_assert_msg(verify_time_parse("--verify-time", value, &at, &oc) == 0, "%s: %s", value,
	    oc.detail);
	return at;
}

START_TEST(test_the_forms)
{
	int64_t before = (int64_t)time(NULL), in_two_days = taken("+2d");

	ck_assert_int_eq(taken("2026-12-01"), 1796083200);
	ck_assert_int_eq(taken("2026-12-01 08:00:00Z"), 1796083200 + 8 * 3600);
	ck_assert_int_eq(taken("2026-12-01T08:00:01Z"), 1796083200 + 8 * 3600 + 1);
	ck_assert_int_eq(taken("2028-02-29"), 1835395200);
	ck_assert_int_eq(taken("1796083200"), 1796083200);
	ck_assert_int_ge(in_two_days, before + 2 * 86400);
	ck_assert_int_le(in_two_days, (int64_t)time(NULL) + 2 * 86400);
}
END_TEST

START_TEST(test_what_is_no_time)
{
	const char *const values[] = { "", "0", "-1", "now", "2026-02-30", "2026-13-01",
		"2026-12-1", "2026-12-01 24:00:00Z", "2026-12-01 08:00:00",
		"2026-12-01 08:00:00Zulu", "2026-12-01 08:00Z", "26-12-01", "+d", "+30",
		"+30days", "+99999999999d", "9999999999999", "1796083200x",
		"2026-12-01 08:00:00Z and a lot of other words" };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		int64_t at = 7;

		ck_assert_msg(verify_time_parse("--verify-time", values[i], &at, &oc) == -1,
		    "taken: %s", values[i]);
		ck_assert_outcome(&oc, OC_USAGE, "for --verify-time");
		ck_assert_int_eq(at, 7);
	}
}
END_TEST

CHECK_MAIN("verify_time", test_the_forms, test_what_is_no_time)
