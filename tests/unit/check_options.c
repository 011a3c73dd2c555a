/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <limits.h>
#include <stdio.h>

#include "support/check_main.h"

enum { WORDS_MAX = 16, EVENTS_MAX = 512 };

/* What options_parse did, as words: "all listen=a:1 (operand)". */
struct events {
	char text[EVENTS_MAX];
	bool flag;
	const char *word, *checked;
	unsigned number, time, choice;
};

static void note(struct events *e, const char *name, const char *between, const char *value)
{
	size_t len = strlen(e->text);

	snprintf(e->text + len, sizeof e->text - len, "%s%s%s%s", len > 0 ? " " : "", name, between,
	    value);
}

static int take(void *to, const struct option_row *row, const char *value, struct outcome *oc)
{
	(void)oc;
	note(to, row->name, value ? "=" : "", value ? value : "");
	return 0;
}

static int done(void *to, const struct option_row *row, const char *value, struct outcome *oc)
{
	take(to, row, value, oc);
	return 1;
}

static int operand(void *to, const char *word, struct outcome *oc)
{
	(void)oc;
	note(to, "(", word, ")");
	return 0;
}

static int check_even(const char *name, const char *value, struct outcome *oc)
{
	return strlen(value) % 2 == 0 ? 0 : outcome_set(oc, OC_USAGE, "%s is odd: %s", name, value);
}

static const char *const colors[] = { "red", "green", "blue", NULL };

#define OPTIONS_STRUCT struct events
#define EMPTY .flags = OPTION_MAY_BE_EMPTY

static const struct option_row rows[] = {
	HEADING("Events"),
	ACTION("all", NULL, take, "a flag", .letter = 'a'),
	ACTION("ipv4", NULL, take, "another", .letter = '4'),
	ACTION("ipv6", NULL, take, "and another", .letter = '6'),
	ACTION("listen", "ADDR", take, "with a value", .letter = 'l', EMPTY),
	ACTION("allow", "WHOM", take, "with a value, without a letter"),
	ACTION("done", NULL, done, "ends the walk"),
	HEADING("Values"),
	FLAG("flag", flag, "sets a bool", .flags = OPTION_PER_TARGET),
	TEXT("word", "WORD", word, "keeps a word", .text = "usual", .excludes = "flag number",
	    .why = "words are no numbers"),
	TEXT("checked", "WORD", checked, "a word of an even length", .check = check_even),
	UINT("number", "N", number, 5, 1, 10, "a number", .needs = "word time"),
	DURATION("time", time, 1500, "a time"),
	CHOICE("choice", "COLOR", choice, 1, colors, "a color"),
	{ .name = NULL },
};

/* A command line, as words up to NULL; argv[0] is put before. */
struct report_line {
	char *argv[WORDS_MAX];
	struct events events;
	struct options_given given;
	struct outcome oc;
	bool in_list;
};

#define LINE(...) (&(struct report_line){ .argv = { (char []){ "prog" }, __VA_ARGS__ } })
#define W(text) ((char []){ text })

static int parse(struct report_line *l, int *at)
{
	const struct options_line line = { rows, &l->events, &l->given, operand, l->in_list };
	int argc = 0;

	while (l->argv[argc])
		argc++;
	l->oc = OUTCOME_NONE;
	options_set_defaults(rows, &l->events);
	return options_parse(&line, argc, l->argv, at, &l->oc);
}

static void expect(struct report_line *l, const char *events)
{
	ck_assert_int_eq(parse(l, NULL), 0);
	ck_assert_no_failure(&l->oc);
	ck_assert_str_eq(l->events.text, events);
}

static void expect_bad(struct report_line *l, const char *message)
{
	ck_assert_int_eq(parse(l, NULL), -1);
	ck_assert_outcome(&l->oc, OC_USAGE, message);
	ck_assert_str_eq(l->oc.detail, message);
}

START_TEST(test_no_arguments)
{
	const struct options_line line = { rows, NULL, NULL, operand, false };
	struct outcome oc = OUTCOME_NONE;

	expect(LINE(NULL), "");
	ck_assert_int_eq(options_parse(&line, 0, NULL, NULL, &oc), 0);
}
END_TEST

START_TEST(test_long_names)
{
	expect(LINE(W("--all"), W("--listen=a:1"), W("--listen"), W("b:2"), W("--allow=x=y"),
		   W("--ipv6")),
	    "all listen=a:1 listen=b:2 allow=x=y ipv6");
}
END_TEST

START_TEST(test_letters)
{
	expect(LINE(W("-46"), W("-a"), W("-la:1"), W("-l"), W("b:2"), W("-6lc:3"), W("-4l"),
		   W("d:4"), W("-l=x")),
	    "ipv4 ipv6 all listen=a:1 listen=b:2 ipv6 listen=c:3 ipv4 listen=d:4 listen==x");
}
END_TEST

START_TEST(test_a_value_may_look_like_an_option)
{
	expect(LINE(W("--listen"), W("--all"), W("-l"), W("-4"), W("-l"), W("--"), W("--listen=-x"),
		   W("-l"), W("-")),
	    "listen=--all listen=-4 listen=-- listen=-x listen=-");
}
END_TEST

START_TEST(test_an_empty_value_is_refused_where_the_row_does_not_allow_it)
{
	expect(LINE(W("--listen="), W("--listen"), W("")), "listen= listen=");
	expect_bad(LINE(W("--allow=")), "the value of --allow is empty");
	expect_bad(LINE(W("--word"), W("")), "the value of --word is empty");
}
END_TEST

START_TEST(test_operands_may_stand_anywhere)
{
	expect(LINE(W("one"), W("--all"), W("-"), W("-4"), W(""), W("-l"), W("v"), W("a=b")),
	    "(one) all (-) ipv4 () listen=v (a=b)");
}
END_TEST

START_TEST(test_after_two_dashes_all_are_operands)
{
	expect(LINE(W("-4"), W("--"), W("--all"), W("-6"), W("--"), W("-")),
	    "ipv4 (--all) (-6) (--) (-)");
	expect(LINE(W("--")), "");
}
END_TEST

START_TEST(test_names_are_never_abbreviated)
{
	expect_bad(LINE(W("--al")), "unknown option --al");
	expect_bad(LINE(W("--liste"), W("a:1")), "unknown option --liste");
	expect_bad(LINE(W("--listen-")), "unknown option --listen-");
	expect_bad(LINE(W("--ALL")), "unknown option --ALL");
	/* A heading is no option. */
	expect_bad(LINE(W("--Values")), "unknown option --Values");
}
END_TEST

/* What is advised for this word; NULL: nothing but the table's own. */
static void expect_advice(struct report_line *l, const char *advice)
{
	char whole[64] = "";

	ck_assert_int_eq(parse(l, NULL), -1);
	ck_assert_outcome(&l->oc, OC_USAGE, "unknown option");
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
	struct report_line *l = LINE(W("-4x6"));
	int at = 0;

	expect_bad(LINE(W("--none")), "unknown option --none");
	expect_bad(LINE(W("--none=secret")), "unknown option --none");
	expect_bad(LINE(W("---all")), "unknown option ---all");
	expect_bad(LINE(W("--=x")), "unknown option --");
	expect_bad(LINE(W("-x")), "unknown option -x");
	expect_bad(l, "unknown option -x");
	ck_assert_str_eq(l->events.text, "ipv4");
	ck_assert_int_eq(parse(LINE(W("a"), W("--all"), W("-k")), &at), -1);
	ck_assert_int_eq(at, 3);
}
END_TEST

START_TEST(test_a_missing_value)
{
	expect_bad(LINE(W("--listen")), "missing value after --listen");
	expect_bad(LINE(W("-l")), "missing value after -l");
	expect_bad(LINE(W("-4l")), "missing value after -l");
}
END_TEST

START_TEST(test_a_flag_takes_no_value)
{
	expect_bad(LINE(W("--all=yes")), "no value is allowed for --all");
	expect_bad(LINE(W("--all=")), "no value is allowed for --all");
}
END_TEST

START_TEST(test_an_action_ends_the_walk)
{
	struct report_line *l = LINE(W("-a"), W("--done"), W("--none"));

	ck_assert_int_eq(parse(l, NULL), 1);
	ck_assert_str_eq(l->events.text, "all done");
}
END_TEST

START_TEST(test_typed_rows_have_defaults_and_take_values)
{
	struct report_line *l = LINE(NULL);

	memset(&l->events, 0xff, sizeof l->events);
	l->events.text[0] = '\0';
	expect(l, "");
	ck_assert_int_eq(l->events.flag, false);
	ck_assert_str_eq(l->events.word, "usual");
	ck_assert_uint_eq(l->events.number, 5);
	ck_assert_uint_eq(l->events.time, 1500);
	ck_assert_uint_eq(l->events.choice, 1);

	l = LINE(W("--flag"), W("--word=a"), W("--number=7"), W("--time"), W("2s"),
	    W("--choice=blue"));
	expect(l, "");
	ck_assert_int_eq(l->events.flag, true);
	ck_assert_str_eq(l->events.word, "a");
	ck_assert_uint_eq(l->events.number, 7);
	ck_assert_uint_eq(l->events.time, 2000);
	ck_assert_uint_eq(l->events.choice, 2);

	expect_bad(LINE(W("--number=11")), "invalid --number \"11\": expected 1 to 10");
	expect_bad(LINE(W("--choice=pink")),
	    "invalid --choice \"pink\": expected red, green or blue");
	expect_bad(LINE(W("--time=x")),
	    "invalid --time \"x\": expected a time from 1ms to 24h, such as 500ms, 5s or 2m");
}
END_TEST

START_TEST(test_a_line_of_a_list_may_say_less)
{
	struct report_line *l = LINE(W("--flag"), W("host"));

	l->in_list = true;
	expect(l, "(host)");
	l = LINE(W("--word=x"));
	l->in_list = true;
	expect_bad(l, "--word applies to all targets, not to one line");
}
END_TEST

START_TEST(test_a_word_is_checked_before_it_is_kept)
{
	struct report_line *l = LINE(W("--checked=even"), W("--checked"), W("odd"));

	expect_bad(l, "--checked is odd: odd");
	ck_assert_str_eq(l->events.checked, "even");
}
END_TEST

static void expect_together(struct report_line *l, const char *message)
{
	int ret = parse(l, NULL);

	ck_assert_int_eq(ret, 0);
	ret = options_check(rows, &l->given, &l->oc);
	ck_assert_int_eq(ret, message ? -1 : 0);
	if (message)
		ck_assert_str_eq(l->oc.detail, message);
}

START_TEST(test_what_goes_together)
{
	expect_together(LINE(W("--word=x"), W("--all")), NULL);
	expect_together(LINE(W("--word=x"), W("--flag")),
	    "--word and --flag exclude each other: words are no numbers");
	expect_together(LINE(W("--number=1"), W("--word=x")),
	    "--word and --number exclude each other: words are no numbers");
	expect_together(LINE(W("--number=1")), "--number needs --word or --time");
	expect_together(LINE(W("--number=1"), W("--time=1")), NULL);
}
END_TEST

START_TEST(test_which_options_were_given)
{
	struct report_line *l = LINE(W("--flag"), W("-a"));

	expect(l, "all");
	ck_assert(options_have(rows, &l->given, "flag"));
	ck_assert(options_have(rows, &l->given, "word all"));
	ck_assert(!options_have(rows, &l->given, "word number"));
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

		ck_assert_msg(options_duration("--t", table[i].text, &ms, &oc) == 0, "refused: %s",
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

		ck_assert_msg(options_duration("--t", table[i], &ms, &oc) == -1, "taken: \"%s\"",
		    table[i]);
		ck_assert_outcome(&oc, OC_USAGE, "expected a time from 1ms to 24h");
		snprintf(quoted, sizeof quoted, "invalid --t \"%s\"", table[i]);
		ck_assert_has(oc.detail, quoted);
		ck_assert_uint_eq(ms, 7);
	}
}
END_TEST

static int take_uint(const char *text, unsigned min, unsigned max, unsigned *out)
{
	struct outcome oc = OUTCOME_NONE;
	char expected[128];
	int ret = options_uint("--n", text, min, max, out, &oc);

	snprintf(expected, sizeof expected, "invalid --n \"%s\": expected %u to %u", text, min,
	    max);
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
	static const char *const names[] = { "auto", "require", "off", NULL };
	struct outcome oc = OUTCOME_NONE;
	unsigned at = 7;

	ck_assert_int_eq(options_choice("--mode", "require", names, &at, &oc), 0);
	ck_assert_uint_eq(at, 1);
	ck_assert_int_eq(options_choice("--mode", "requir", names, &at, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE,
	    "invalid --mode \"requir\": expected auto, require or off");
	ck_assert_uint_eq(at, 1);
}
END_TEST

CHECK_MAIN("options",
    test_no_arguments, test_long_names, test_letters, test_a_value_may_look_like_an_option,
    test_an_empty_value_is_refused_where_the_row_does_not_allow_it,
    test_operands_may_stand_anywhere, test_after_two_dashes_all_are_operands,
    test_names_are_never_abbreviated, test_unknown_options_are_named_as_typed,
    test_the_nearest_option_is_advised, test_a_missing_value, test_a_flag_takes_no_value,
    test_an_action_ends_the_walk, test_typed_rows_have_defaults_and_take_values,
    test_a_word_is_checked_before_it_is_kept,
    test_a_line_of_a_list_may_say_less, test_what_goes_together, test_which_options_were_given,
    test_durations, test_what_is_no_duration,
    test_whole_numbers, test_what_is_no_whole_number, test_one_of_several_words)
