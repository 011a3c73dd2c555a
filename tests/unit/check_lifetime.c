/* SPDX-License-Identifier: MIT */
#include "base/lifetime.h"

#include <stdlib.h>

#include "base/time.h"
#include "support/check_main.h"

enum { NOW = 1800000000, HOUR = TIME_HOUR, DAY = TIME_DAY };

static struct lifetime_limit parse(const char *value)
{
	struct outcome oc = OUTCOME_NONE;
	struct lifetime_limit limit;

	ck_assert_int_eq(lifetime_limit_parse("--warning", value, &limit, &oc), 0);
	ck_assert_ptr_eq(limit.said, value);
	ck_assert_no_failure(&oc);
	return limit;
}

START_TEST(test_units)
{
	static const struct {
		const char *value;
		int64_t life, seconds;
	} rows[] = {
		{ "0", 6 * DAY, 0 },
		{ "0h", 6 * DAY, 0 },
		{ "0%", 6 * DAY, 0 },
		{ "14", 6 * DAY, 14 * DAY },
		{ "14", 365 * DAY, 14 * DAY },
		{ "36500", HOUR, 36500LL * DAY },
		{ "36h", HOUR, 36 * HOUR },
		{ "876000h", HOUR, 36500LL * DAY },
		{ "33%", 100 * DAY, 33 * DAY },
		{ "33%", HOUR, 1188 },
		{ "1%", HOUR, 36 },
		{ "100%", 365 * DAY, 365 * DAY },
		/* From the year 0 to 9999. */
		{ "100%", 315569519999, 315569519999 },
		/* Ends before it begins. */
		{ "33%", -10 * DAY, 0 },
		{ "14", -10 * DAY, 14 * DAY },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lifetime_limit limit = parse(rows[i].value);

		ck_assert_msg(lifetime_limit_seconds(&limit, NOW, NOW + rows[i].life) ==
		    rows[i].seconds, "%s", rows[i].value);
	}
}
END_TEST

START_TEST(test_defaults)
{
	static const struct {
		int64_t life, warning, critical;
	} rows[] = {
		{ HOUR, HOUR / 3, HOUR / 6 },
		{ 6 * DAY, 2 * DAY, DAY },
		{ 42 * DAY, 14 * DAY, 7 * DAY },
		{ 42 * DAY - 6, 14 * DAY - 2, 7 * DAY - 1 },
		{ 90 * DAY, 14 * DAY, 7 * DAY },
		{ 365 * DAY, 14 * DAY, 7 * DAY },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t end = NOW + rows[i].life;

		ck_assert_int_eq(lifetime_limit_seconds(&lifetime_warning, NOW, end),
		    rows[i].warning);
		ck_assert_int_eq(lifetime_limit_seconds(&lifetime_critical, NOW, end),
		    rows[i].critical);
		/* A fresh one is fine, and the limit itself is, too. */
		ck_assert(!lifetime_is_short(&lifetime_warning, NOW, end, NOW));
		ck_assert(!lifetime_is_short(&lifetime_warning, NOW, end, end - rows[i].warning));
		ck_assert(
		    lifetime_is_short(&lifetime_warning, NOW, end, end - rows[i].warning + 1));
	}
}
END_TEST

START_TEST(test_invalid_values)
{
	static const char *const values[] = { "", "x", "-1", "+1", " 1", "1 ", "1.5", "36501",
		"4294967297", "1d", "1H", "1hh", "876001h", "99999999999999999999h", "%", "-1%",
		"101%", "33 %", "33%%", "1e2%", "0x10", "h" };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct lifetime_limit limit = { 1, 2, 3, "before" };

		ck_assert_msg(lifetime_limit_parse("--warning", values[i], &limit, &oc) == -1,
		    "%s", values[i]);
		ck_assert_outcome(&oc, OC_USAGE, "invalid --warning \"");
		ck_assert_outcome(&oc, OC_USAGE, values[i]);
		ck_assert_str_eq(limit.said, "before");
	}
}
END_TEST

START_TEST(test_less_whatever_the_certificate)
{
	/* NULL: the default */
	static const struct {
		const char *warning, *critical;
		bool less;
	} rows[] = {
		{ NULL, NULL, false },
		{ "14", "14", false },
		{ "13", "14", true },
		{ "47h", "2", true },
		{ "48h", "2", false },
		{ "33%", "33%", false },
		{ "32%", "33%", true },
		{ "33%", "32%", false },
		/* Days against a share: that depends. */
		{ "33%", "7", false },
		{ "1%", "36500", false },
		{ "1", "99%", false },
		/* The default is at most 14 days, and at most a third. */
		{ NULL, "14", false },
		{ NULL, "15", true },
		{ NULL, "33%", false },
		{ NULL, "34%", true },
		{ "1", NULL, false },
		{ "1%", NULL, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lifetime_limit warning = lifetime_warning, critical = lifetime_critical;

		if (rows[i].warning)
			warning = parse(rows[i].warning);
		if (rows[i].critical)
			critical = parse(rows[i].critical);
		ck_assert_msg(lifetime_limit_is_less(&warning, &critical) == rows[i].less,
		    "%s and %s", warning.said, critical.said);
	}
}
END_TEST

START_TEST(test_relative)
{
	struct lifetime_limit days = parse("7"), share = parse("7%");

	ck_assert(!lifetime_limit_is_relative(&days));
	ck_assert(lifetime_limit_is_relative(&share));
	ck_assert(lifetime_limit_is_relative(&lifetime_warning));
}
END_TEST

CHECK_MAIN("lifetime", test_units, test_defaults, test_invalid_values,
    test_less_whatever_the_certificate, test_relative)
