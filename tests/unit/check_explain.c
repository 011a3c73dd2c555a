/* SPDX-License-Identifier: MIT */
#include "client/output/explain.h"

#include <ctype.h>
#include <stdbool.h>
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

/* The word after the next mention of this program, or NULL; *at goes behind it. */
static const char *next_command(const char **at, const char *program, size_t *len)
{
	const size_t size = strlen(program);
	const char *found = *at, *word;

	while ((found = strstr(found, program))) {
		bool whole = found == *at || !isalnum((unsigned char)found[-1]);

		found += size;
		if (!whole || !isspace((unsigned char)*found))
			continue;
		word = found + strspn(found, " \n");
		*len = strcspn(word, " \n\";,)");
		*at = word + *len;
		return word;
	}
	return NULL;
}

/* Returns whether the text has this command of the program, or none at all. */
static bool agrees(const char *text, const char *program, const char *word, size_t len)
{
	const char *other;
	size_t other_len;
	bool any = false;

	while ((other = next_command(&text, program, &other_len))) {
		if (other_len == len && memcmp(other, word, len) == 0)
			return true;
		any = true;
	}
	return !any;
}

START_TEST(test_advice_and_text_name_the_same_command)
{
	static const char *const programs[] = { "getent", "hello-client", "hello-server", "ip",
		"openssl", "ping", "ss", "tcpdump", "traceroute" };

	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		char *text = paragraphs(code);

		for (size_t p = 0; p < sizeof programs / sizeof programs[0]; p++) {
			const char *at = outcome_advice(code), *word;
			size_t len;

			while ((word = next_command(&at, programs[p], &len)))
				ck_assert_msg(agrees(text, programs[p], word, len),
				    "%s: the text has another command than \"%s %.*s\"",
				    outcome_name(code), programs[p], (int)len, word);
		}
		free(text);
	}
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
    test_advice_and_text_name_the_same_command, test_by_name_and_by_status,
    test_of_what_there_is_not)
