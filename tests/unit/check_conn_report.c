/* SPDX-License-Identifier: MIT */
#include "net/conn_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check_main.h"

static struct conn_report sample(void)
{
	struct conn_report s;

	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		char text[32];

		snprintf(text, sizeof text, "value %d: x", i);
		conn_report_set(&s, (enum conn_report_field)i, text);
	}
	return s;
}

static void expect_refused(const char *bytes, size_t len, const char *why)
{
	struct outcome oc = OUTCOME_NONE;
	/* On the heap and of this size, so that a sanitizer sees a byte too far. */
	char *copy = malloc(len ? len : 1);
	struct conn_report s;
	size_t said;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	ck_assert_int_eq(conn_report_parse(copy, len, &s, &said, &oc), -1);
	ck_assert_outcome(&oc, OC_GREETING_MISMATCH, why);
	free(copy);
}

START_TEST(test_what_is_written_is_read)
{
	const struct conn_report s = sample();
	char text[CONN_REPORT_TEXT_MAX + 64] = "two\n\nlines\n\n";
	struct outcome oc = OUTCOME_NONE;
	size_t before = strlen(text), len = before + conn_report_format(&s, text + before), said;
	struct conn_report read;

	ck_assert_int_eq(conn_report_parse(text, len, &read, &said, &oc), 0);
	ck_assert_uint_eq(said, before - 1);
	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		ck_assert_str_eq(conn_report_get(&read, (enum conn_report_field)i),
		    conn_report_get(&s, (enum conn_report_field)i));
}
END_TEST

START_TEST(test_every_cut_is_refused)
{
	const struct conn_report s = sample();
	char text[CONN_REPORT_TEXT_MAX + 64] = "hello\n\n";
	size_t len = 7 + conn_report_format(&s, text + 7), said;
	size_t without = (size_t)(strstr(text, "offers: ") - text);
	struct outcome oc = OUTCOME_NONE;
	struct conn_report read;

	for (size_t i = 0; i < len; i++) {
		if (i != without)
			expect_refused(text, i, "");
	}
	/* An older server has no offers. */
	ck_assert_int_eq(conn_report_parse(text, without, &read, &said, &oc), 0);
	ck_assert(conn_report_is_none(&read, CONN_REPORT_OFFERS));
	ck_assert(!conn_report_is_none(&read, CONN_REPORT_BINDING));
}
END_TEST

START_TEST(test_what_a_peer_chose_is_one_line)
{
	struct conn_report s;

	conn_report_set(&s, CONN_REPORT_SERVER_NAME, "a\nnode: b\\\x1b\xc3");
	ck_assert_str_eq(s.value[CONN_REPORT_SERVER_NAME], "a\\x0anode: b\\\\x1b\\xc3");
	conn_report_set(&s, CONN_REPORT_CLIENT, "B\xc3\xbc\xe2\x80\xae");
	ck_assert_str_eq(s.value[CONN_REPORT_CLIENT], "B\xc3\xbc\\xe2\\x80\\xae");
	/* Once escaped is enough. */
	conn_report_set(&s, CONN_REPORT_CLIENT, s.value[CONN_REPORT_CLIENT]);
	conn_report_set(&s, CONN_REPORT_SERVER_NAME, " a ");
	ck_assert_str_eq(s.value[CONN_REPORT_SERVER_NAME], "\\x20a ");
	conn_report_set(&s, CONN_REPORT_SERVER_NAME, "");
	ck_assert(conn_report_is_none(&s, CONN_REPORT_SERVER_NAME));
	conn_report_set(&s, CONN_REPORT_SERVER_NAME, NULL);
	ck_assert(conn_report_is_none(&s, CONN_REPORT_SERVER_NAME));
}
END_TEST

START_TEST(test_what_is_too_long_is_cut)
{
	char text[1024];
	struct conn_report s;

	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	conn_report_set(&s, CONN_REPORT_CLIENT, text);
	ck_assert_uint_eq(strlen(s.value[CONN_REPORT_CLIENT]), CONN_REPORT_VALUE_MAX - 1);
	memset(text, '\n', sizeof text - 1);
	conn_report_set(&s, CONN_REPORT_CLIENT, text);
	/* Never in the middle of an escape. */
	ck_assert_uint_eq(strlen(s.value[CONN_REPORT_CLIENT]) % 4, 3);
	ck_assert_uint_ge(strlen(s.value[CONN_REPORT_CLIENT]), CONN_REPORT_VALUE_MAX - 4);
}
END_TEST

START_TEST(test_the_longest_block_fits)
{
	char text[CONN_REPORT_TEXT_MAX], longest[CONN_REPORT_OFFERS_MAX];
	struct conn_report s;

	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		conn_report_set(&s, (enum conn_report_field)i, longest);
	ck_assert_uint_lt(conn_report_format(&s, text), sizeof text);
	ck_assert_uint_eq(strlen(s.offers), CONN_REPORT_OFFERS_MAX - 1);
}
END_TEST

START_TEST(test_names_that_are_new_are_passed_over)
{
	const struct conn_report s = sample();
	char text[CONN_REPORT_TEXT_MAX + 64] = "hello\n\nsomething-new: \xc3\xa4\n";
	size_t before = strlen(text), len = before + conn_report_format(&s, text + before), said;
	struct outcome oc = OUTCOME_NONE;
	struct conn_report read;

	ck_assert_int_eq(conn_report_parse(text, len, &read, &said, &oc), 0);
	ck_assert_uint_eq(said, 6);
}
END_TEST

/* The sample's block with one line more, or with one of its bytes changed. */
static void expect_spoilt(const char *more, const char *why)
{
	const struct conn_report s = sample();
	char text[CONN_REPORT_TEXT_MAX + 512] = "hello\n\n";
	size_t len = 7 + conn_report_format(&s, text + 7);

	memcpy(text + len, more, strlen(more));
	expect_refused(text, len + strlen(more), why);
}

START_TEST(test_what_is_no_report)
{
	char longest[CONN_REPORT_VALUE_MAX + 16] = "x\n\npeer: ";
	char offers[CONN_REPORT_OFFERS_MAX + 16] = "x\n\noffers: ";

	expect_refused("", 0, "no report");
	expect_refused("\n", 1, "no report");
	expect_refused("\n\n", 2, "no report");
	expect_refused("Hello world\n", 12, "no report");
	expect_refused("a\n\nb\n", 5, "name: value");
	expect_refused("a\n\nb:\n", 6, "name: value");
	expect_refused("a\n\nb:c\n", 7, "name: value");
	expect_refused("a\n\n: c\n", 7, "name: value");
	expect_refused("a\n\nb: c\n", 8, "lacks peer");
	expect_refused("a\n\npeer: \n", 10, "invalid value for peer");
	expect_refused("a\n\npeer: \0\n", 11, "invalid value for peer");
	expect_spoilt("peer: x\n", "peer twice");
	expect_spoilt("binding: x\n", "binding twice");
	expect_spoilt("x: y", "no line break");
	expect_spoilt("\n", "no report");
	memset(longest + 9, 'a', sizeof longest - 9);
	longest[sizeof longest - 1] = '\n';
	expect_refused(longest, sizeof longest, "invalid value for peer");
	memset(offers + 11, 'a', sizeof offers - 11);
	offers[sizeof offers - 1] = '\n';
	expect_refused(offers, sizeof offers, "invalid value for offers");
}
END_TEST

CHECK_MAIN("conn_report", test_what_is_written_is_read, test_every_cut_is_refused,
    test_what_a_peer_chose_is_one_line, test_what_is_too_long_is_cut, test_the_longest_block_fits,
    test_names_that_are_new_are_passed_over, test_what_is_no_report)
