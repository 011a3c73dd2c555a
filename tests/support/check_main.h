/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_CHECK_MAIN_H
#define HELLO_TESTS_CHECK_MAIN_H

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/outcome.h"

/*
 * The interface of the unit tests to their framework. A test is
 *
 *	START_TEST(test_what_it_proves)
 *	{
 *		ck_assert_int_eq(2 * 2, 4);
 *	}
 *	END_TEST
 *
 * and the file ends with CHECK_MAIN("module", test_a, test_b, ...), which makes
 * its main: status 0 when every test passed, else 1.
 *
 * Each test is a process of its own, so that a crash, a leak or a hang is one
 * failed test; with CK_FORK=no in the environment all run in this one, for a
 * debugger. CHECK_MAIN_IN also calls begin before the first test and end after
 * the last one, in the process from which the tests are forked.
 */
#define CHECK_MAIN(name, ...) CHECK_MAIN_IN(name, NULL, NULL, __VA_ARGS__)

#define CHECK_MAIN_IN(name, begin, end, ...) \
	int main(void) \
	{ \
		const TTest *const tests[] = { __VA_ARGS__ }; \
		return check_run(name, begin, end, tests, sizeof tests / sizeof tests[0]); \
	}

/* Enough for a busy machine; a test that needs all of it hangs. */
enum { CHECK_TIMEOUT_S = 300 };

static inline int check_run(const char *name, void (*begin)(void), void (*end)(void),
    const TTest *const tests[], size_t count)
{
	Suite *suite = suite_create(name);
	TCase *all = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, CHECK_TIMEOUT_S);
	if (begin || end)
		tcase_add_unchecked_fixture(all, begin, end);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(all, tests[i]);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The text holds this part. */
#define ck_assert_has(text, part) do { \
	const char *ck_text_ = (text), *ck_part_ = (part); \
	ck_assert_msg(strstr(ck_text_, ck_part_) != NULL, "\"%s\" is not in \"%s\"", \
	    ck_part_, ck_text_); \
} while (0)

/* The outcome (a pointer) has this code, and its detail holds this part. */
#define ck_assert_outcome(oc, expected, part) do { \
	const struct outcome *ck_oc_ = (oc); \
	enum outcome_code ck_code_ = (expected); \
	ck_assert_msg(ck_oc_->code == ck_code_, "%s instead of %s: %s", \
	    outcome_name(ck_oc_->code), outcome_name(ck_code_), ck_oc_->detail); \
	ck_assert_has(ck_oc_->detail, part); \
} while (0)

/* Nothing has been reported; says what if something was. */
#define ck_assert_no_failure(oc) ck_assert_outcome(oc, OC_OK, "")

#endif
