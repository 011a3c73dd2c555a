/* SPDX-License-Identifier: MIT */
#include "common/optparse.h"

#include <limits.h>
#include <stdio.h>

#include "support/check_main.h"

enum { ALL, FOUR, SIX, LISTEN, ALLOW, WORDS_MAX = 16 };

static const struct optparse_option options[] = {
	[ALL] = { 'a', "all", NULL, "a flag" },
	[FOUR] = { '4', "ipv4", NULL, "another" },
	[SIX] = { '6', "ipv6", NULL, "and another" },
	[LISTEN] = { 'l', "listen", "ADDR", "with a value" },
	[ALLOW] = { 0, "allow", "WHOM", "with a value, without a letter" },
	{ 0, NULL, NULL, NULL },
};

/* A command line, as words up to NULL; argv[0] is put before. */
struct line {
	struct optparse p;
	char *argv[WORDS_MAX];
	struct outcome oc;
};

#define LINE(...) (&(struct line){ .argv = { (char []){ "prog" }, __VA_ARGS__ } })
#define W(text) ((char []){ text })

/* The next answer, which has to be this one. */
static void expect(struct line *l, int answer, const char *value)
{
	static const char untouched[] = "untouched";
	const char *got = untouched;

	if (!l->p.argv) {
		l->oc = OUTCOME_NONE;
		l->p.options = options;
		l->p.argv = l->argv;
		while (l->argv[l->p.argc])
			l->p.argc++;
	}
	ck_assert_int_eq(optparse_next(&l->p, &got, &l->oc), answer);
	if (answer == OPTPARSE_BAD) {
		ck_assert_outcome(&l->oc, OC_USAGE, value);
		return;
	}
	ck_assert_no_failure(&l->oc);
	if (value)
		ck_assert_str_eq(got, value);
	else if (answer >= 0)
		ck_assert_ptr_null(got);
}

static void expect_end(struct line *l)
{
	/* Asking once too often does no harm. */
	expect(l, OPTPARSE_END, NULL);
	expect(l, OPTPARSE_END, NULL);
}

static void expect_bad(struct line *l, const char *message)
{
	expect(l, OPTPARSE_BAD, message);
	ck_assert_str_eq(l->oc.detail, message);
}

START_TEST(test_no_arguments)
{
	struct optparse nothing = { .argc = 0, .options = options };
	struct outcome oc = OUTCOME_NONE;
	const char *value;

	expect_end(LINE(NULL));
	ck_assert_int_eq(optparse_next(&nothing, &value, &oc), OPTPARSE_END);
}
END_TEST

START_TEST(test_long_names)
{
	struct line *l = LINE(W("--all"), W("--listen=a:1"), W("--listen"), W("b:2"),
	    W("--allow=x=y"), W("--ipv6"));

	expect(l, ALL, NULL);
	expect(l, LISTEN, "a:1");
	expect(l, LISTEN, "b:2");
	expect(l, ALLOW, "x=y");
	expect(l, SIX, NULL);
	expect_end(l);
}
END_TEST

START_TEST(test_letters)
{
	struct line *l = LINE(W("-46"), W("-a"), W("-la:1"), W("-l"), W("b:2"), W("-6lc:3"),
	    W("-4l"), W("d:4"), W("-l=x"));

	expect(l, FOUR, NULL);
	expect(l, SIX, NULL);
	expect(l, ALL, NULL);
	expect(l, LISTEN, "a:1");
	expect(l, LISTEN, "b:2");
	expect(l, SIX, NULL);
	expect(l, LISTEN, "c:3");
	expect(l, FOUR, NULL);
	expect(l, LISTEN, "d:4");
	expect(l, LISTEN, "=x");
	expect_end(l);
}
END_TEST

START_TEST(test_a_value_may_be_empty_or_look_like_an_option)
{
	struct line *l = LINE(W("--listen="), W("--listen"), W(""), W("--listen"), W("--all"),
	    W("-l"), W("-4"), W("-l"), W("--"), W("--listen=-x"), W("-l"), W("-"));

	expect(l, LISTEN, "");
	expect(l, LISTEN, "");
	expect(l, LISTEN, "--all");
	expect(l, LISTEN, "-4");
	expect(l, LISTEN, "--");
	expect(l, LISTEN, "-x");
	expect(l, LISTEN, "-");
	expect_end(l);
}
END_TEST

START_TEST(test_operands_may_stand_anywhere)
{
	struct line *l = LINE(W("one"), W("--all"), W("-"), W("-4"), W(""), W("-l"), W("v"),
	    W("a=b"));

	expect(l, OPTPARSE_OPERAND, "one");
	expect(l, ALL, NULL);
	expect(l, OPTPARSE_OPERAND, "-");
	expect(l, FOUR, NULL);
	expect(l, OPTPARSE_OPERAND, "");
	expect(l, LISTEN, "v");
	expect(l, OPTPARSE_OPERAND, "a=b");
	expect_end(l);
}
END_TEST

START_TEST(test_after_two_dashes_all_are_operands)
{
	struct line *l = LINE(W("-4"), W("--"), W("--all"), W("-6"), W("--"), W("-"));

	expect(l, FOUR, NULL);
	expect(l, OPTPARSE_OPERAND, "--all");
	expect(l, OPTPARSE_OPERAND, "-6");
	expect(l, OPTPARSE_OPERAND, "--");
	expect(l, OPTPARSE_OPERAND, "-");
	expect_end(l);
	expect_end(LINE(W("--")));
}
END_TEST

START_TEST(test_names_are_never_abbreviated)
{
	expect_bad(LINE(W("--al")), "unknown option --al");
	expect_bad(LINE(W("--liste"), W("a:1")), "unknown option --liste");
	expect_bad(LINE(W("--listen-")), "unknown option --listen-");
	expect_bad(LINE(W("--ALL")), "unknown option --ALL");
}
END_TEST

/* What is advised for this word; NULL: nothing but the table's own. */
static void expect_advice(struct line *l, const char *advice)
{
	char whole[64] = "";

	expect(l, OPTPARSE_BAD, "unknown option");
	if (advice)
		snprintf(whole, sizeof whole, "%s; --help lists the options", advice);
	ck_assert_str_eq(l->oc.advice, whole);
}

START_TEST(test_the_nearest_option_is_advised)
{
	expect_advice(LINE(W("--lisen")), "--listen");
	expect_advice(LINE(W("--lstien=a:1")), "--listen");
	expect_advice(LINE(W("--lissten")), "--listen");
	expect_advice(LINE(W("--lis")), "--listen");
	expect_advice(LINE(W("--alow")), "--allow");
	expect_advice(LINE(W("--allo")), "--allow");
	/* Of two that are as near, neither. */
	expect_advice(LINE(W("--ipv")), NULL);
	expect_advice(LINE(W("--ipv5")), NULL);
	expect_advice(LINE(W("--al")), NULL);
	expect_advice(LINE(W("--lixxen")), "--listen");
	expect_advice(LINE(W("--lixxxn")), NULL);
	expect_advice(LINE(W("--axxow")), NULL);
	expect_advice(LINE(W("--a-name-that-is-longer-than-any-option")), NULL);
	expect_advice(LINE(W("--=x")), NULL);
}
END_TEST

START_TEST(test_unknown_options_are_named_as_typed)
{
	struct line *l = LINE(W("-4x6"));

	expect_bad(LINE(W("--none")), "unknown option --none");
	expect_bad(LINE(W("--none=secret")), "unknown option --none");
	expect_bad(LINE(W("---all")), "unknown option ---all");
	expect_bad(LINE(W("--=x")), "unknown option --");
	expect_bad(LINE(W("-x")), "unknown option -x");
	expect(l, FOUR, NULL);
	expect_bad(l, "unknown option -x");
}
END_TEST

START_TEST(test_a_missing_value)
{
	struct line *l = LINE(W("-4l"));

	expect_bad(LINE(W("--listen")), "a value is missing after --listen");
	expect_bad(LINE(W("-l")), "a value is missing after -l");
	expect(l, FOUR, NULL);
	expect_bad(l, "a value is missing after -l");
}
END_TEST

START_TEST(test_a_flag_takes_no_value)
{
	expect_bad(LINE(W("--all=yes")), "no value is allowed for --all");
	expect_bad(LINE(W("--all=")), "no value is allowed for --all");
}
END_TEST

START_TEST(test_durations)
{
	static const struct { const char *text; unsigned ms; } table[] = {
		{ "500ms", 500 }, { "5s", 5000 }, { "2m", 120000 }, { "1h", 3600000 },
		{ "5", 5000 }, { "0.5", 500 }, { ".5", 500 }, { "5.", 5000 },
		{ "1.5h", 5400000 }, { "0.25m", 15000 }, { "1.9999s", 2000 }, { "0.29s", 290 },
		{ "1ms", 1 }, { "0.001", 1 }, { "24h", 86400000 }, { "86400000ms", 86400000 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		unsigned ms = 0;

		ck_assert_msg(optparse_duration("--t", table[i].text, &ms, &oc) == 0, "refused: %s",
		    table[i].text);
		ck_assert_no_failure(&oc);
		ck_assert_uint_eq(ms, table[i].ms);
	}
}
END_TEST

START_TEST(test_what_is_no_duration)
{
	static const char *const table[] = {
		"0", "0ms", "0.0", "0.9ms", "0.0009", "", ".", "..", "1.2.3", "-1", "+1", "1e3",
		"1e3s", "inf", "nan", "0x10", "5x", "s", "ms", "5 s", " 5", "5s ", "5S", "5,5",
		"1h30m", "25h", "24.01h", "86401", "86400001ms", "99999999999999999999h",
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		char quoted[64];
		unsigned ms = 7;

		ck_assert_msg(optparse_duration("--t", table[i], &ms, &oc) == -1, "taken: \"%s\"",
		    table[i]);
		ck_assert_outcome(&oc, OC_USAGE, "--t wants a time from 1ms to 24h");
		snprintf(quoted, sizeof quoted, "not \"%s\"", table[i]);
		ck_assert_has(oc.detail, quoted);
		ck_assert_uint_eq(ms, 7);
	}
}
END_TEST

static int take_uint(const char *text, unsigned min, unsigned max, unsigned *out)
{
	struct outcome oc = OUTCOME_NONE;
	char expected[128];
	int ret = optparse_uint("--n", text, min, max, out, &oc);

	snprintf(expected, sizeof expected, "--n wants a whole number from %u to %u, not \"%s\"",
	    min, max, text);
	if (ret == 0)
		ck_assert_no_failure(&oc);
	else
		ck_assert_outcome(&oc, OC_USAGE, expected);
	return ret;
}

START_TEST(test_whole_numbers)
{
	unsigned n = 0;

	ck_assert_int_eq(take_uint("1", 1, 256, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(take_uint("256", 1, 256, &n), 0);
	ck_assert_uint_eq(n, 256);
	ck_assert_int_eq(take_uint("010", 1, 256, &n), 0);
	ck_assert_uint_eq(n, 10);
	ck_assert_int_eq(take_uint("4294967295", 0, UINT_MAX, &n), 0);
	ck_assert_uint_eq(n, UINT_MAX);
	ck_assert_int_eq(take_uint("0", 0, 0, &n), 0);
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(test_what_is_no_whole_number)
{
	static const char *const table[] = {
		"0", "257", "", " 1", "1 ", "+1", "-1", "-4294967295", "1.0", "1e1", "0x1", "many",
		"4294967297", "18446744073709551617", "99999999999999999999999",
	};
	unsigned n = 7;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(take_uint(table[i], 1, 256, &n) == -1, "taken: \"%s\"", table[i]);
	/* The largest range does not let an overflow through. */
	ck_assert_int_eq(take_uint("4294967296", 0, UINT_MAX, &n), -1);
	ck_assert_int_eq(take_uint("99999999999999999999", 0, UINT_MAX, &n), -1);
	ck_assert_uint_eq(n, 7);
}
END_TEST

START_TEST(test_one_of_several_words)
{
	static const char *const names[] = { "auto", "require", "off" };
	struct outcome oc = OUTCOME_NONE;
	unsigned at = 7;

	ck_assert_int_eq(optparse_choice("--mode", "require", names, 3, &at, &oc), 0);
	ck_assert_uint_eq(at, 1);
	ck_assert_int_eq(optparse_choice("--mode", "requir", names, 3, &at, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "--mode wants auto, require or off, not \"requir\"");
	ck_assert_uint_eq(at, 1);
}
END_TEST

CHECK_MAIN("optparse",
    test_no_arguments, test_long_names, test_letters,
    test_a_value_may_be_empty_or_look_like_an_option,
    test_operands_may_stand_anywhere, test_after_two_dashes_all_are_operands,
    test_names_are_never_abbreviated, test_unknown_options_are_named_as_typed,
    test_the_nearest_option_is_advised,
    test_a_missing_value, test_a_flag_takes_no_value,
    test_durations, test_what_is_no_duration,
    test_whole_numbers, test_what_is_no_whole_number, test_one_of_several_words)
