/* SPDX-License-Identifier: MIT */
#include "client/output/stats.h"

#include <string.h>

#include "client/output/summary.h"
#include "support/check_main.h"

static struct stats t;

static struct phases took(int64_t us)
{
	struct phases p = { .us = { us, us, us, us, us, us, us, 5 * us } };

	return p;
}

static void add(enum outcome_code code, unsigned times)
{
	struct phases p = took(1000);

	if (code != OC_OK)
		p.us[PHASE_CLOSE] = PHASE_UNKNOWN;
	while (times-- > 0)
		stats_add(&t, code, &p, false, 0);
}

/* What summary_print writes, one text. */
static const char *summary(void)
{
	static char text[16384];
	FILE *to = tmpfile();

	ck_assert_ptr_nonnull(to);
	memset(text, 0, sizeof text);
	summary_print(to, &t, "a.test 1", 2000000);
	rewind(to);
	ck_assert_uint_gt(fread(text, 1, sizeof text - 1, to), 0);
	fclose(to);
	return text;
}

START_TEST(test_the_most_frequent_failure_decides)
{
	memset(&t, 0, sizeof t);
	ck_assert_int_eq(stats_verdict(&t), OC_OK);
	add(OC_OK, 10);
	ck_assert_int_eq(stats_verdict(&t), OC_OK);
	add(OC_CERT_EXPIRED, 1);
	ck_assert_int_eq(stats_verdict(&t), OC_CERT_EXPIRED);
	add(OC_GREETING_TIMEOUT, 2);
	ck_assert_int_eq(stats_verdict(&t), OC_GREETING_TIMEOUT);
	/* On a tie the smaller status. */
	add(OC_CONNECT_REFUSED, 2);
	ck_assert_int_eq(stats_verdict(&t), OC_CONNECT_REFUSED);
	ck_assert_uint_eq(t.sent, 15);
}
END_TEST

/* 62 stands between 59 and 70 in numbers, whatever its row is. */
START_TEST(test_a_tie_goes_by_status)
{
	enum outcome_code codes[OUTCOME_COUNT];

	memset(&t, 0, sizeof t);
	add(OC_CERT_SELF_SIGNED, 3);
	add(OC_CERT_INVALID, 3);
	add(OC_NOT_TLS, 4);
	ck_assert_uint_eq(stats_failures(&t, codes), 3);
	ck_assert_int_eq(codes[0], OC_NOT_TLS);
	ck_assert_int_eq(codes[1], OC_CERT_INVALID);
	ck_assert_int_eq(codes[2], OC_CERT_SELF_SIGNED);
}
END_TEST

START_TEST(test_times_of_what_ended_well)
{
	const struct phases p = took(100);

	memset(&t, 0, sizeof t);
	add(OC_OK, 2);
	add(OC_GREETING_TRUNCATED, 3);
	stats_add(&t, OC_OK, &p, true, 0);
	ck_assert_uint_eq(t.times[STATS_FULL][PHASE_CONNECT].count, 5);
	ck_assert_uint_eq(t.times[STATS_FULL][PHASE_CLOSE].count, 2);
	ck_assert_uint_eq(t.times[STATS_FULL][PHASE_TOTAL].count, 2);
	ck_assert_uint_eq(t.times[STATS_RESUMED][PHASE_TOTAL].max_us, 500);
	ck_assert_uint_eq(t.handshakes[STATS_RESUMED], 1);
}
END_TEST

/* No coordinated omission: who was kept waiting took longer. */
START_TEST(test_waiting_is_part_of_the_total)
{
	const struct phases p = took(100);

	memset(&t, 0, sizeof t);
	stats_add(&t, OC_OK, &p, false, 300000);
	stats_add(&t, OC_OK, &p, false, 10);
	ck_assert_uint_eq(t.times[STATS_FULL][PHASE_TOTAL].max_us, 300500);
	ck_assert_uint_eq(t.late, 1);
	ck_assert_uint_eq(t.late_max_us, 300000);
	ck_assert_has(summary(), "1 began late, by up to 300 ms");
}
END_TEST

/* Whatever the spread, it fits 80 columns and the rows add up. */
START_TEST(test_summary_fits)
{
	static const int64_t spreads[][2] = { { 1, 1 }, { 0, 0 }, { 1, 2000000000 }, { 999, 1001 },
		{ 3000, 5999 }, { 100, 900000 }, { 59, 60000000 } };

	for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++) {
		unsigned long sum = 0, n;
		const char *line;

		memset(&t, 0, sizeof t);
		for (int k = 0; k < 50; k++) {
			struct phases p = took(spreads[i][k % 2]);

			stats_add(&t, OC_OK, &p, k % 3 == 0, 0);
		}
		add(OC_CERT_MISSING_INTERMEDIATE, 1);
		line = summary();
		ck_assert_has(line, "51 sent, 50 ok, 1 failed in 2 s");
		ck_assert_has(line, "CERT_MISSING_INTERMEDIATE");
		for (; *line; line += strcspn(line, "\n") + 1) {
			ck_assert_uint_le(strcspn(line, "\n"), 80);
			if (sscanf(line, " %*f - %*f %*[# ] %lu", &n) == 1)
				sum += n;
		}
		ck_assert_uint_eq(sum, 50);
	}
}
END_TEST

CHECK_MAIN("stats", test_the_most_frequent_failure_decides, test_a_tie_goes_by_status,
    test_times_of_what_ended_well, test_waiting_is_part_of_the_total, test_summary_fits)
