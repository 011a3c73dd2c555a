/* SPDX-License-Identifier: MIT */
#include "client/judge/expected_outcome.h"

#include <stdio.h>

#include "support/check_main.h"

START_TEST(test_names)
{
	static const char *const lists[] = { "OK", "CERT_EXPIRED", "cert_expired",
		"OK,CERT_EXPIRED,CONNECT_REFUSED", "OK,OK" };
	size_t n = 0;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct outcome oc = OUTCOME_NONE;

		ck_assert_msg(expected_outcome_check(lists[i], &oc) == 0, "%s", lists[i]);
		ck_assert_no_failure(&oc);
	}
	/* Each outcome but those of this machine, of the log, and the unexpected one itself. */
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome_code code = (enum outcome_code)i;
		enum outcome_layer layer = outcome_layer(code);
		struct outcome oc = OUTCOME_NONE;
		bool allowed = code == OC_OK ||
		    (layer != LAYER_LOCAL && layer != LAYER_SERVER && layer != LAYER_EXPECTED);

		ck_assert_msg((expected_outcome_check(outcome_name(code), &oc) == 0) == allowed,
		    "%s", outcome_name(code));
		n += allowed;
		if (!allowed)
			ck_assert_outcome(&oc, OC_USAGE, outcome_name(code));
	}
	for (size_t i = 0; i < n; i++)
		ck_assert_ptr_nonnull(expected_outcome_names[i]);
	ck_assert_ptr_null(expected_outcome_names[n]);
}
END_TEST

START_TEST(test_invalid_lists)
{
	static const struct {
		const char *list, *words;
	} rows[] = {
		{ "", "\"\": expected names of outcomes" },
		{ "CERT_EXPIRD", "\"CERT_EXPIRD\": expected names" },
		{ "CERT_EXPIRED,", "\"\": expected names" },
		{ ",OK", "\"\": expected names" },
		{ "OK,,OK", "\"\": expected names" },
		{ "OK, OK", "\" OK\": expected names" },
		{ "CERT", "\"CERT\": expected names" },
		{ "52", "\"52\": expected names" },
		{ "OK,CERT_EXPIREDX", "\"CERT_EXPIREDX\"" },
		{ "usage", "\"usage\": a failure of this machine is never a success" },
		{ "CERT_EXPIRED,FILE", "\"FILE\": a failure of this machine" },
		{ "INTERNAL", "a failure of this machine" },
		{ "SHUTDOWN", "only the log of hello-server has this outcome" },
		{ "OUTCOME_UNEXPECTED", "it means that none of the listed outcomes occurred" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome oc = OUTCOME_NONE;

		ck_assert_int_eq(expected_outcome_check(rows[i].list, &oc), -1);
		ck_assert_outcome(&oc, OC_USAGE, rows[i].words);
		ck_assert_str_ne(oc.advice, "");
	}
}
END_TEST

/* What becomes of an outcome. */
static struct outcome judge(const char *list, enum outcome_code code)
{
	struct outcome oc = OUTCOME_NONE;

	if (code != OC_OK)
		outcome_set(&oc, code, "the detail");
	oc.verify_error = 10;
	outcome_advise(&oc, "the advice");
	expected_outcome_judge(list, &oc);
	return oc;
}

START_TEST(test_expected)
{
	struct outcome oc = judge("CONNECT_REFUSED,cert_expired", OC_CERT_EXPIRED);

	ck_assert_no_failure(&oc);
	ck_assert_str_eq(oc.detail, "CERT_EXPIRED, as expected: the detail");
	ck_assert_str_eq(oc.advice, "");
	ck_assert_int_eq(oc.verify_error, 0);
	oc = judge("CERT_EXPIRED,OK", OC_OK);
	ck_assert_no_failure(&oc);
	ck_assert_str_eq(oc.detail, "");
	/* A name that another begins with is not that one. */
	ck_assert(!expected_outcome_is("CERT_EXPIRED", OC_OK));
	ck_assert(!expected_outcome_is("GREETING_RESET", OC_HANDSHAKE_RESET));
}
END_TEST

START_TEST(test_unexpected)
{
	struct outcome oc = judge("CERT_EXPIRED", OC_OK);

	ck_assert_outcome(&oc, OC_OUTCOME_UNEXPECTED, "the outcome was OK, expected CERT_EXPIRED");
	ck_assert_ptr_null(strstr(oc.detail, ": "));
	ck_assert_str_eq(outcome_best_advice(&oc), outcome_advice(OC_OUTCOME_UNEXPECTED));
	oc = judge("CERT_EXPIRED,OK", OC_CONNECT_REFUSED);
	ck_assert_outcome(&oc, OC_OUTCOME_UNEXPECTED,
	    "the outcome was CONNECT_REFUSED, expected CERT_EXPIRED,OK: the detail");
	/* What helps against the failure that came. */
	ck_assert_str_eq(outcome_best_advice(&oc), "the advice");
	ck_assert_int_eq(oc.verify_error, 0);
}
END_TEST

START_TEST(test_failures_of_this_machine_remain)
{
	static const enum outcome_code codes[] = { OC_INTERNAL, OC_USAGE, OC_FILE, OC_LISTEN,
		OC_PRIVILEGES, OC_WARNINGS };

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct outcome oc = judge("CERT_EXPIRED", codes[i]);

		ck_assert_outcome(&oc, codes[i], "the detail");
		ck_assert_str_eq(oc.advice, "the advice");
		/* Not even with a list that nobody has checked. */
		oc = judge(outcome_name(codes[i]), codes[i]);
		ck_assert_outcome(&oc, codes[i], "the detail");
	}
}
END_TEST

START_TEST(test_a_long_list_leaves_both_names)
{
	char list[4096] = "";
	struct outcome oc;

	for (size_t len = 0; len < sizeof list - 32; len = strlen(list))
		snprintf(list + len, sizeof list - len, "%sCERT_WRONG_NAME", len > 0 ? "," : "");
	oc = judge(list, OC_CONNECT_REFUSED);
	ck_assert_outcome(&oc, OC_OUTCOME_UNEXPECTED,
	    "the outcome was CONNECT_REFUSED, expected CERT_WRONG_NAME,");
	/* A name that is cut is no other name. */
	ck_assert_has(oc.detail, "...: the detail");
}
END_TEST

CHECK_MAIN("expected_outcome", test_names, test_invalid_lists, test_expected, test_unexpected,
    test_failures_of_this_machine_remain, test_a_long_list_leaves_both_names)
