/* SPDX-License-Identifier: MIT */
#include "base/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

/* Below what timeout(1), the shell and signals use. */
enum { STATUS_LIMIT = 124 };

static void fill(char *text, size_t size, char with)
{
	memset(text, with, size - 1);
	text[size - 1] = '\0';
}

/* What a user sees; static, the next call overwrites it. */
static const char *printed(const struct outcome *oc)
{
	static char text[2048];
	FILE *to = fmemopen(text, sizeof text, "w");

	ck_assert_ptr_nonnull(to);
	outcome_print(to, "prog", oc);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

START_TEST(test_no_two_outcomes_share_a_status_or_a_name)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code a = (enum outcome_code)i;

		ck_assert_int_lt(outcome_status(a), STATUS_LIMIT);
		for (int j = 0; j < i; j++) {
			enum outcome_code b = (enum outcome_code)j;

			ck_assert_str_ne(outcome_name(a), outcome_name(b));
			ck_assert_msg(outcome_status(a) == OUTCOME_NO_STATUS ||
			    outcome_status(a) != outcome_status(b), "%s and %s are both %d",
			    outcome_name(a), outcome_name(b), outcome_status(a));
		}
	}
}
END_TEST

START_TEST(test_only_success_exits_with_zero)
{
	ck_assert_int_eq(outcome_status(OC_OK), 0);
	for (int i = 1; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		int status = outcome_status(code);

		/* The server's own events have no status, and nothing else lacks one. */
		ck_assert_int_eq(status == OUTCOME_NO_STATUS,
		    outcome_layer(code) == LAYER_SERVER);
		ck_assert_msg(status > 0 || status == OUTCOME_NO_STATUS, "%s: %d",
		    outcome_name(code), status);
	}
}
END_TEST

START_TEST(test_the_table_is_complete)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		struct outcome oc = { .code = code };

		ck_assert_str_ne(outcome_name(code), "");
		ck_assert_str_ne(outcome_words(code), "");
		ck_assert_str_ne(outcome_layer_name(code), "");
		ck_assert_ptr_null(strstr(printed(&oc), "try: \n"));
		ck_assert_uint_eq(strspn(outcome_name(code), "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"),
		    strlen(outcome_name(code)));
	}
}
END_TEST

START_TEST(test_each_layer_has_its_own_name)
{
	ck_assert_str_eq(outcome_layer_name(OC_USAGE), "local");
	ck_assert_str_eq(outcome_layer_name(OC_RESOLVE_FAILED), "resolve");
	ck_assert_str_eq(outcome_layer_name(OC_CONNECT_REFUSED), "connect");
	ck_assert_str_eq(outcome_layer_name(OC_NOT_TLS), "handshake");
	ck_assert_str_eq(outcome_layer_name(OC_CERT_EXPIRED), "verify");
	ck_assert_str_eq(outcome_layer_name(OC_GREETING_RESET), "greeting");
	ck_assert_str_eq(outcome_layer_name(OC_OUTCOME_UNEXPECTED), "expected");
	ck_assert_str_eq(outcome_layer_name(OC_SHUTDOWN), "server");
}
END_TEST

START_TEST(test_begins_with_nothing)
{
	const struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(oc.code, OC_OK);
	/* 0 is an alert too: close_notify. */
	ck_assert_int_eq(oc.alert, OUTCOME_NO_ALERT);
	ck_assert_int_ne(oc.alert, 0);
	ck_assert_int_eq(oc.sys_errno, 0);
	ck_assert_str_eq(oc.detail, "");
	ck_assert_str_eq(oc.advice, "");
}
END_TEST

START_TEST(test_the_first_report_wins)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(outcome_set(&oc, OC_NOT_TLS, "first %d", 1), -1);
	ck_assert_int_eq(outcome_set(&oc, OC_INTERNAL, "second"), -1);
	errno = EPIPE;
	ck_assert_int_eq(outcome_set_errno(&oc, OC_FILE, "third"), -1);
	ck_assert_int_eq(oc.code, OC_NOT_TLS);
	ck_assert_str_eq(oc.detail, "first 1");
	ck_assert_int_eq(oc.sys_errno, 0);
}
END_TEST

START_TEST(test_the_first_advice_wins)
{
	struct outcome oc = OUTCOME_NONE;

	outcome_set(&oc, OC_NOT_TLS, "first");
	outcome_advise(&oc, "advice %d", 1);
	outcome_advise(&oc, "advice %d", 2);
	ck_assert_str_eq(oc.advice, "advice 1");
	outcome_advise_instead(&oc, "advice %d", 3);
	ck_assert_str_eq(oc.advice, "advice 3");
}
END_TEST

START_TEST(test_the_advice_of_a_dropped_failure_is_dropped)
{
	struct outcome oc = OUTCOME_NONE, with_errno = OUTCOME_NONE;

	outcome_set(&oc, OC_CERT_EXPIRED, "first");
	outcome_set(&oc, OC_FILE, "second");
	outcome_advise(&oc, "only good for the second");
	ck_assert_str_eq(oc.advice, "");
	ck_assert_str_eq(outcome_best_advice(&oc), outcome_advice(OC_CERT_EXPIRED));

	outcome_set(&with_errno, OC_CERT_EXPIRED, "first");
	outcome_set_errno(&with_errno, OC_FILE, "second");
	outcome_advise(&with_errno, "only good for the second");
	ck_assert_str_eq(with_errno.advice, "");
}
END_TEST

START_TEST(test_what_was_recorded_apart_is_reported_whole_and_once)
{
	struct outcome apart = OUTCOME_NONE, oc = OUTCOME_NONE, taken = OUTCOME_NONE;

	errno = ENOENT;
	outcome_set_errno(&apart, OC_FILE, "apart");
	outcome_advise(&apart, "advice apart");
	ck_assert_int_eq(outcome_report(&oc, &apart), -1);
	ck_assert_int_eq(oc.code, OC_FILE);
	ck_assert_int_eq(oc.sys_errno, ENOENT);
	ck_assert_str_eq(oc.detail, apart.detail);
	ck_assert_str_eq(oc.advice, "advice apart");

	outcome_set(&taken, OC_NOT_TLS, "first");
	ck_assert_int_eq(outcome_report(&taken, &apart), -1);
	ck_assert_int_eq(taken.code, OC_NOT_TLS);
	ck_assert_str_eq(taken.detail, "first");
	outcome_advise(&taken, "about the file");
	ck_assert_str_eq(taken.advice, "");
}
END_TEST

START_TEST(test_nobody_has_to_want_the_reason)
{
	struct outcome apart = OUTCOME_NONE;

	outcome_set(&apart, OC_FILE, "apart");
	ck_assert_int_eq(outcome_set(NULL, OC_FILE, "unwanted"), -1);
	errno = ENOENT;
	ck_assert_int_eq(outcome_set_errno(NULL, OC_FILE, "unwanted"), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(outcome_report(NULL, &apart), -1);
	outcome_append(NULL, "unwanted");
	outcome_advise(NULL, "unwanted");
	outcome_advise_instead(NULL, "unwanted");
}
END_TEST

START_TEST(test_flags_are_those_of_the_row)
{
	ck_assert(outcome_is(OC_HEALTH_CHECK, OUTCOME_ROUTINE));
	ck_assert(!outcome_is(OC_HANDSHAKE_CLOSED, OUTCOME_ROUTINE));
	ck_assert(outcome_is(OC_CRL_UNUSABLE, OUTCOME_OWN_FAULT));
	ck_assert(!outcome_is(OC_CERT_EXPIRED, OUTCOME_OWN_FAULT));
	ck_assert(outcome_is(OC_GREETING_RESET, OUTCOME_PEER_LEFT));
	ck_assert(outcome_is(OC_CLIENT_CERT_REQUIRED, OUTCOME_OFFER));
	ck_assert(outcome_is(OC_CERT_SELF_SIGNED, OUTCOME_UNTRUSTED));
	ck_assert(!outcome_is(OC_CERT_MISSING_INTERMEDIATE, OUTCOME_UNTRUSTED));
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;

		/* What only the server's log knows has a counter there. */
		ck_assert(outcome_layer(code) != LAYER_SERVER || outcome_is(code, OUTCOME_SERVED));
	}
}
END_TEST

START_TEST(test_errno_is_kept_with_its_text)
{
	struct outcome oc = OUTCOME_NONE;

	errno = ENOENT;
	ck_assert_int_eq(outcome_set_errno(&oc, OC_FILE, "cannot read %s", "a.pem"), -1);
	ck_assert_int_eq(oc.code, OC_FILE);
	ck_assert_int_eq(oc.sys_errno, ENOENT);
	ck_assert_str_eq(oc.detail, "cannot read a.pem: No such file or directory");
}
END_TEST

START_TEST(test_without_errno_none_is_claimed)
{
	struct outcome oc = OUTCOME_NONE;

	errno = ENOENT;
	outcome_set(&oc, OC_FILE, "no key in it");
	ck_assert_int_eq(oc.sys_errno, 0);
	ck_assert_str_eq(oc.detail, "no key in it");
}
END_TEST

START_TEST(test_control_bytes_never_reach_a_terminal)
{
	struct outcome oc = OUTCOME_NONE, with_errno = OUTCOME_NONE;

	outcome_set(&oc, OC_NOT_TLS, "a%sb", "\r\n\t\x1b[31m\x01\x1f\x7f ~\xc3\xa9");
	ck_assert_str_eq(oc.detail, "a\\x0d\\x0a\\x09\\x1b[31m\\x01\\x1f\\x7f ~\xc3\xa9" "b");
	outcome_advise(&oc, "x%sy", "\n\x1b");
	ck_assert_str_eq(oc.advice, "x\\x0a\\x1by");
	errno = EPERM;
	outcome_set_errno(&with_errno, OC_FILE, "a%sb", "\n\x7f");
	ck_assert_str_eq(with_errno.detail, "a\\x0a\\x7f" "b: Operation not permitted");
}
END_TEST

START_TEST(test_what_is_too_long_is_cut_and_ends)
{
	struct outcome oc = OUTCOME_NONE, with_errno = OUTCOME_NONE;
	char text[2 * OUTCOME_TEXT_MAX];

	fill(text, sizeof text, 'x');
	outcome_set(&oc, OC_USAGE, "%s", text);
	outcome_advise(&oc, "%s", text);
	ck_assert_uint_eq(strlen(oc.detail), OUTCOME_TEXT_MAX - 1);
	ck_assert_uint_eq(strspn(oc.detail, "x"), OUTCOME_TEXT_MAX - 4);
	ck_assert_str_eq(oc.detail + OUTCOME_TEXT_MAX - 4, "...");
	ck_assert_uint_eq(strlen(oc.advice), OUTCOME_TEXT_MAX - 1);

	errno = ENOENT;
	outcome_set_errno(&with_errno, OC_FILE, "%s", text);
	ck_assert_uint_eq(strlen(with_errno.detail), OUTCOME_TEXT_MAX - 1);
	ck_assert_str_eq(with_errno.advice, "");
	ck_assert_int_eq(with_errno.sys_errno, ENOENT);
}
END_TEST

START_TEST(test_what_is_appended_stays_whole)
{
	struct outcome oc = OUTCOME_NONE;
	char text[2 * OUTCOME_TEXT_MAX];

	fill(text, sizeof text, 'x');
	outcome_set(&oc, OC_USAGE, "%.*s", OUTCOME_TEXT_MAX - 8, text);
	outcome_append(&oc, "; more!");
	ck_assert_uint_eq(strspn(oc.detail, "x"), OUTCOME_TEXT_MAX - 8);
	ck_assert_str_eq(oc.detail + OUTCOME_TEXT_MAX - 8, "; more!");
	outcome_append(&oc, "?");
	ck_assert_uint_eq(strlen(oc.detail), OUTCOME_TEXT_MAX - 1);
	ck_assert_str_eq(oc.detail + OUTCOME_TEXT_MAX - 8, "; m...?");
}
END_TEST

START_TEST(test_the_errno_text_is_cut_where_the_field_ends)
{
	struct outcome oc = OUTCOME_NONE;
	char text[OUTCOME_TEXT_MAX - 5];

	fill(text, sizeof text, 'x');
	errno = ENOENT;
	outcome_set_errno(&oc, OC_FILE, "%s", text);
	ck_assert_uint_eq(strlen(oc.detail), OUTCOME_TEXT_MAX - 1);
	ck_assert_str_eq(oc.detail + sizeof text - 1, ": No ");
}
END_TEST

START_TEST(test_a_failure_prints_two_lines)
{
	struct outcome oc = OUTCOME_NONE;

	outcome_set(&oc, OC_CERT_EXPIRED, "two %s", "days\nago");
	ck_assert_str_eq(printed(&oc), "prog: CERT_EXPIRED: two days\\x0a" "ago\n"
	    "  try: renew it, then reload the server\n");
	outcome_advise(&oc, "wait %d\nyears", 2);
	ck_assert_str_eq(printed(&oc), "prog: CERT_EXPIRED: two days\\x0a" "ago\n"
	    "  try: wait 2\\x0ayears\n");
}
END_TEST

START_TEST(test_without_detail_the_table_speaks)
{
	const struct outcome oc = { .code = OC_CERT_EXPIRED };

	ck_assert_str_eq(printed(&oc), "prog: CERT_EXPIRED: a certificate has expired\n"
	    "  try: renew it, then reload the server\n");
}
END_TEST

START_TEST(test_percent_signs_of_a_peer_are_text)
{
	struct outcome oc = OUTCOME_NONE;

	outcome_set(&oc, OC_NOT_TLS, "%s", "%s%n");
	outcome_advise(&oc, "%s", "%d%%");
	ck_assert_str_eq(printed(&oc), "prog: NOT_TLS: %s%n\n  try: %d%%\n");
}
END_TEST

CHECK_MAIN("outcome",
    test_no_two_outcomes_share_a_status_or_a_name,
    test_only_success_exits_with_zero,
    test_the_table_is_complete,
    test_each_layer_has_its_own_name,
    test_begins_with_nothing,
    test_the_first_report_wins,
    test_the_first_advice_wins,
    test_the_advice_of_a_dropped_failure_is_dropped,
    test_what_was_recorded_apart_is_reported_whole_and_once,
    test_nobody_has_to_want_the_reason,
    test_flags_are_those_of_the_row,
    test_errno_is_kept_with_its_text,
    test_without_errno_none_is_claimed,
    test_control_bytes_never_reach_a_terminal,
    test_what_is_too_long_is_cut_and_ends,
    test_what_is_appended_stays_whole,
    test_the_errno_text_is_cut_where_the_field_ends,
    test_a_failure_prints_two_lines,
    test_without_detail_the_table_speaks,
    test_percent_signs_of_a_peer_are_text)
