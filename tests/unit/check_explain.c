/* SPDX-License-Identifier: MIT */
#include "client/output/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check_main.h"

/* Between the line of the layer and the advice; static, the next call overwrites it. */
static const char *text_of(enum outcome_code code)
{
	static char printed[8192];
	struct outcome oc = OUTCOME_NONE;
	char *begin, *end;
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);

	ck_assert_ptr_nonnull(file);
	fflush(stdout);
	ck_assert_int_eq(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(explain_reason(outcome_name(code), &oc), 0);
	fflush(stdout);
	ck_assert_int_eq(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	rewind(file);
	printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
	fclose(file);
	begin = strstr(printed, "\n\n");
	ck_assert_ptr_nonnull(begin);
	end = strstr(begin, "\ntry: ");
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	while (end > begin && end[-1] == '\n')
		*--end = '\0';
	return begin + strspn(begin, "\n");
}

START_TEST(test_every_outcome_has_a_text)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		const char *text = text_of(code);

		ck_assert_msg(strlen(text) > 60, "%s is explained in few words",
		    outcome_name(code));
		ck_assert_msg(text[strlen(text) - 1] == '.' || text[strlen(text) - 1] == ')',
		    "%s: the text has no end", outcome_name(code));
	}
}
END_TEST

START_TEST(test_no_two_outcomes_have_the_same_text)
{
	char *texts[OUTCOME_COUNT];

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		texts[i] = strdup(text_of((enum outcome_code)i));
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(texts[i], texts[j]);
	}
	for (int i = 0; i < OUTCOME_COUNT; i++)
		free(texts[i]);
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
