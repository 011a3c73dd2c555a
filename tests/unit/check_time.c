/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include <stdlib.h>
#include <time.h>

#include "support/check_main.h"

START_TEST(test_times_as_text)
{
	static const struct { int64_t t; const char *text; } table[] = {
		{ 0, "1970-01-01 00:00:00Z" }, { -1, "1969-12-31 23:59:59Z" },
		{ 1796112000, "2026-12-01 08:00:00Z" }, { 951868799, "2000-02-29 23:59:59Z" },
		{ 253402300799, "9999-12-31 23:59:59Z" }, { INT64_MAX, "an invalid date" },
	};
	char text[TIME_TEXT_MAX];

	/* The machine's own time zone has no say. */
	ck_assert_int_eq(setenv("TZ", "XYZ-14", 1), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_ptr_eq(time_text(table[i].t, text), text);
		ck_assert_str_eq(text, table[i].text);
	}
}
END_TEST

START_TEST(test_spans_as_text)
{
	static const struct { int64_t seconds; const char *text; } table[] = {
		{ 0, "0 seconds" }, { 1, "1 second" }, { 2, "2 seconds" }, { 119, "119 seconds" },
		{ 120, "2 minutes" }, { 7199, "119 minutes" }, { 7200, "2 hours" },
		{ 47 * 3600, "47 hours" }, { 48 * 3600 - 1, "47 hours" }, { 48 * 3600, "2 days" },
		{ 29 * 86400 + 5, "29 days" }, { -1, "1 second" }, { -172800, "2 days" },
		{ INT64_MAX, "106751991167300 days" },
	};
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_ptr_eq(time_span(table[i].seconds, text), text);
		ck_assert_str_eq(text, table[i].text);
	}
}
END_TEST

START_TEST(test_machines_get_a_letter_in_between)
{
	char text[TIME_TEXT_MAX];

	ck_assert_str_eq(time_stamp(1796112000, text), "2026-12-01T08:00:00Z");
	ck_assert_str_eq(time_stamp_ms(1796112000, 7, text), "2026-12-01T08:00:00.007Z");
	ck_assert_str_eq(time_stamp_ms(0, 999, text), "1970-01-01T00:00:00.999Z");
	ck_assert_str_eq(time_stamp(-62135596800, text), "0001-01-01T00:00:00Z");
}
END_TEST

START_TEST(test_what_was_written_is_read)
{
	static const int64_t times[] = { 0, -1, 1796112000, 951868799, 253402300799, -62135596800 };
	char text[TIME_TEXT_MAX];
	int64_t t;

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		ck_assert(time_parse(time_text(times[i], text), &t));
		ck_assert_int_eq(t, times[i]);
		ck_assert(time_parse(time_stamp(times[i], text), &t));
		ck_assert_int_eq(t, times[i]);
	}
	ck_assert(time_parse("2028-02-29", &t));
	ck_assert_int_eq(t, 1835395200);
	ck_assert(!time_parse("2027-02-29", &t));
	ck_assert(!time_parse("2026-12-01T08:00:00.000Z", &t));
	ck_assert(!time_parse("", &t));
}
END_TEST

START_TEST(test_broken_down_times)
{
	struct tm tm = { .tm_year = 100, .tm_mon = 1, .tm_mday = 29, .tm_hour = 12 };

	ck_assert_int_eq(time_seconds(&tm), 951825600);
}
END_TEST

START_TEST(test_phrases)
{
	const int64_t at = 1796112000, day = 86400;
	char text[TIME_PHRASE_MAX];

	ck_assert_str_eq(time_phrase_early(at, at - 3 * day, text),
	    "is not valid before 2026-12-01 08:00:00Z, in 3 days");
	ck_assert_str_eq(time_phrase_valid(at, at - 3 * day, text),
	    "expires on 2026-12-01 08:00:00Z, in 3 days");
	ck_assert_str_eq(time_phrase_expired(at, at + 1, text),
	    "expired on 2026-12-01 08:00:00Z, 1 second ago");
	ck_assert_str_eq(time_phrase_stale(at, at + 3600 * 5, text),
	    "has been stale since 2026-12-01 08:00:00Z, for 5 hours");
}
END_TEST

CHECK_MAIN("time",
    test_times_as_text,
    test_spans_as_text,
    test_machines_get_a_letter_in_between,
    test_what_was_written_is_read,
    test_broken_down_times,
    test_phrases)
