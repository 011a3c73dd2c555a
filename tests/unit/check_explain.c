/* SPDX-License-Identifier: MIT */
#include "client/output/explain.h"

#include <stdlib.h>
#include <string.h>

#include "support/check_main.h"

/* What is printed of an outcome, the caller's to free. */
static char *explained(const char *reason)
{
	struct outcome oc = OUTCOME_NONE;
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(to);
	ck_assert_int_eq(explain_reason(to, reason, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

/* Its paragraphs: between the empty line behind the head and the advice. */
static char *paragraphs(enum outcome_code code)
{
	char *all = explained(outcome_name(code)), *text, *begin, *end;

	begin = strstr(all, "\n\n");
	end = strstr(all, "\n\ntry: ");
	/* Without a text both are in the same empty lines. */
	ck_assert_msg(begin && end && begin + 2 < end, "%s is not explained: %s",
	    outcome_name(code), all);
	text = strndup(begin + 2, (size_t)(end - begin) - 2);
	free(all);
	return text;
}

START_TEST(test_every_outcome_has_a_text)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		char *text = paragraphs(code);

		ck_assert_msg(strlen(text) > 60, "%s is explained in few words",
		    outcome_name(code));
		ck_assert_msg(text[strlen(text) - 1] == '.' || text[strlen(text) - 1] == ')',
		    "%s: the text has no end", outcome_name(code));
		free(text);
	}
}
END_TEST

START_TEST(test_no_two_outcomes_have_the_same_text)
{
	char *texts[OUTCOME_COUNT];

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		texts[i] = paragraphs((enum outcome_code)i);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(texts[i], texts[j]);
	}
	for (int i = 0; i < OUTCOME_COUNT; i++)
		free(texts[i]);
}
END_TEST

START_TEST(test_by_name_and_by_status)
{
	static const struct {
		const char *reason, *head;
	} rows[] = {
		{ "CERT_EXPIRED", "CERT_EXPIRED: " },
		{ "cert_expired", "CERT_EXPIRED: " },
		{ "52", "CERT_EXPIRED: " },
		{ "0", "OK: " },
		{ "LIMIT_REACHED", "LIMIT_REACHED: " },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = explained(rows[i].reason);

		ck_assert_msg(strncmp(text, rows[i].head, strlen(rows[i].head)) == 0, "%s: %s",
		    rows[i].reason, text);
		free(text);
	}
}
END_TEST

START_TEST(test_of_what_there_is_not)
{
	const char *const words[] = { "-1", "123", "CERT", "052", "52 ", "no\nsuch" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct outcome oc = OUTCOME_NONE;

		ck_assert_int_eq(explain_reason(stdout, words[i], &oc), -1);
		ck_assert_outcome(&oc, OC_USAGE, "invalid outcome \"");
	}
}
END_TEST

CHECK_MAIN("explain", test_every_outcome_has_a_text, test_no_two_outcomes_have_the_same_text,
    test_by_name_and_by_status, test_of_what_there_is_not)
