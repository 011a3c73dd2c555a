/* SPDX-License-Identifier: MIT */
#include "client/output/explain.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

START_TEST(test_every_outcome_has_a_text)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		const char *text = explain_text(code);

		ck_assert_msg(text != NULL, "%s is not explained", outcome_name(code));
		ck_assert_msg(strlen(text) > 60, "%s is explained in few words",
		    outcome_name(code));
		ck_assert_msg(text[strlen(text) - 1] == '.' || text[strlen(text) - 1] == ')',
		    "%s: the text has no end", outcome_name(code));
	}
}
END_TEST

START_TEST(test_no_two_outcomes_have_the_same_text)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(explain_text((enum outcome_code)i),
			    explain_text((enum outcome_code)j));
	}
}
END_TEST

START_TEST(test_by_name_and_by_status)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(explain_reason("CERT_EXPIRED", &oc), 0);
	ck_assert_int_eq(explain_reason("cert_expired", &oc), 0);
	ck_assert_int_eq(explain_reason("52", &oc), 0);
	ck_assert_int_eq(explain_reason("0", &oc), 0);
	ck_assert_int_eq(explain_reason("LIMIT_REACHED", &oc), 0);
	ck_assert_no_failure(&oc);
}
END_TEST

START_TEST(test_of_what_there_is_not)
{
	const char *const words[] = { "-1", "123", "CERT", "052", "52 ", "no\nsuch" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct outcome oc = OUTCOME_NONE;

		ck_assert_int_eq(explain_reason(words[i], &oc), -1);
		ck_assert_outcome(&oc, OC_USAGE, "no outcome is called");
	}
}
END_TEST

CHECK_MAIN("explain", test_every_outcome_has_a_text, test_no_two_outcomes_have_the_same_text,
    test_by_name_and_by_status, test_of_what_there_is_not)
