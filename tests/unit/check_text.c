/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

/* What a peer may put anywhere, and what every output makes of it. */
static const struct {
	const char *bytes;
	size_t len;
	const char *clean;
} rows[] = {
#define ROW(bytes, clean) \
	{ \
		bytes, sizeof(bytes) - 1, clean \
	}
	ROW("", ""),
	ROW("a.test ~!\"'|", "a.test ~!\"'|"),
	ROW("b\xc3\xbc"
	    "cher",
	    "b\xc3\xbc"
	    "cher"),
	ROW("\xe2\x82\xac \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
	    "\xe2\x82\xac \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"),
	/* C0, DEL, C1 */
	ROW("\x1b[2J", "\\x1b[2J"),
	ROW("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
	ROW("\x7f", "\\x7f"),
	ROW("\xc2\x80\xc2\x9b"
	    "31m\xc2\x9f",
	    "\\xc2\\x80\\xc2\\x9b31m\\xc2\\x9f"),
	ROW("\xc2\xa0", "\xc2\xa0"),
	/* directional marks, embeddings, isolates */
	ROW("\xd8\x9c", "\\xd8\\x9c"),
	ROW("\xe2\x80\x8e\xe2\x80\x8f", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"),
	ROW("\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae"),
	ROW("\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"),
	/* no width, line ends of another kind, tags */
	ROW("\xc2\xad", "\\xc2\\xad"),
	ROW("\xe2\x80\x8b\xe2\x80\x8d", "\\xe2\\x80\\x8b\\xe2\\x80\\x8d"),
	ROW("\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"),
	ROW("\xef\xbb\xbf", "\\xef\\xbb\\xbf"),
	ROW("\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81"),
	/* their neighbours */
	ROW("\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf",
	    "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf"),
	/* not UTF-8: lone bytes, overlong, surrogates, too large, cut */
	ROW("\x80\xbf", "\\x80\\xbf"),
	ROW("\xff\xfe", "\\xff\\xfe"),
	ROW("\xc0\xaf\xc1\xbf", "\\xc0\\xaf\\xc1\\xbf"),
	ROW("\xe0\x80\x9b", "\\xe0\\x80\\x9b"),
	ROW("\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b"),
	ROW("\xed\xa0\x80", "\\xed\\xa0\\x80"),
	ROW("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"),
	ROW("\xc3", "\\xc3"),
	ROW("\xe2\x82", "\\xe2\\x82"),
	ROW("\xf0\x9f\x98", "\\xf0\\x9f\\x98"),
	ROW("\xc3(", "\\xc3("),
	ROW("\xe2\x82\xc3\xa9", "\\xe2\\x82\xc3\xa9"),
#undef ROW
};

enum { ROWS = sizeof rows / sizeof rows[0] };

START_TEST(test_what_is_shown_and_what_is_escaped)
{
	char buf[128], again[128];
	struct text t;

	for (size_t i = 0; i < ROWS; i++) {
		ck_assert_str_eq(text_clean(rows[i].bytes, buf, sizeof buf), rows[i].clean);
		text_begin(&t, buf, sizeof buf);
		text_add_bytes(&t, rows[i].bytes, rows[i].len, "");
		ck_assert_str_eq(buf, rows[i].clean);
		ck_assert(!t.cut);
		/* Twice is once. */
		ck_assert_str_eq(text_clean(buf, again, sizeof again), rows[i].clean);
		ck_assert(text_is_clean(buf, strlen(buf)));
		ck_assert(text_is_clean(rows[i].bytes, rows[i].len) ==
		    (strcmp(rows[i].bytes, rows[i].clean) == 0));
	}
}
END_TEST

START_TEST(test_every_code_point)
{
	char utf8[5] = "", unit[TEXT_UNIT_MAX];
	unsigned escaped = 0;

	for (unsigned c = 0x80; c <= 0x10ffff; c++) {
		size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

		for (size_t i = len; i-- > 1;)
			utf8[i] = (char)(0x80 | ((c >> 6 * (len - 1 - i)) & 0x3f));
		utf8[0] = (char)((0xf00 >> len) | c >> 6 * (len - 1));
		if (c >= 0xd800 && c <= 0xdfff) {
			ck_assert_uint_eq(text_unit(utf8, len, unit), 1);
			continue;
		}
		ck_assert_uint_eq(text_unit(utf8, len, unit), len);
		escaped += unit[0] == '\\';
		ck_assert(unit[0] == '\\' ? strlen(unit) == 4 * len : memcmp(unit, utf8, len) == 0);
	}
	/* C1, marks, fillers, Khmer, Mongolian, U+20xx, BOM, specials, music, tags: and no more. */
	ck_assert_uint_eq(escaped, 32 + 3 + 4 + 2 + 5 + 5 + 7 + 16 + 1 + 12 + 2 + 8 + 4096);
}
END_TEST

START_TEST(test_what_came_from_outside_cannot_pass_for_an_escape)
{
	char buf[64];
	struct text t;

	text_begin(&t, buf, sizeof buf);
	text_add_bytes(&t, "\\x1b \0\x1b", 7, "");
	ck_assert_str_eq(buf, "\\\\x1b \\x00\\x1b");
	text_begin(&t, buf, sizeof buf);
	text_add_bytes(&t, "a\", b", 5, "\",");
	ck_assert_str_eq(buf, "a\\x22\\x2c b");
	text_begin(&t, buf, sizeof buf);
	text_add_item(&t, "\\x1b a <- b", "<");
	ck_assert_str_eq(buf, "\\x1b a \\x3c- b");
}
END_TEST

START_TEST(test_bytes_of_a_peer_may_stand_between_quotes)
{
	static const char bytes[] = "a\"b\\x41\0\x1b";
	char buf[64], small[8];

	ck_assert_ptr_eq(text_quotable(bytes, sizeof bytes - 1, buf, sizeof buf), buf);
	ck_assert_str_eq(buf, "a\\x22b\\\\x41\\x00\\x1b");
	ck_assert_str_eq(text_quotable("abcdefghij", 10, small, sizeof small), "abcd...");
	ck_assert_str_eq(text_quotable("", 0, small, sizeof small), "");
}
END_TEST

START_TEST(test_labels_are_quoted)
{
	char buf[64];
	struct text t;

	text_begin(&t, buf, sizeof buf);
	text_add_quoted(&t, "a\"b\\c\n\xff\xc3\xa9");
	ck_assert_str_eq(buf, "a\\\"b\\\\c\\\\x0a\\\\xff\xc3\xa9");
}
END_TEST

START_TEST(test_html_gets_no_markup)
{
	static const char bytes[] = "a&<>\"'\0\xff\xc3\xa9\xe2\x80\xae\\";
	char unit[TEXT_UNIT_MAX], all[128] = "";
	size_t n;

	for (size_t i = 0; i < sizeof bytes - 1; i += n) {
		n = text_unit_html(bytes + i, sizeof bytes - 1 - i, unit);
		strncat(all, unit, sizeof all - strlen(all) - 1);
	}
	ck_assert_str_eq(all,
	    "a&amp;&lt;&gt;&quot;&#39;\\x00\\xff\xc3\xa9\\xe2\\x80\\xae\\");
	/* A character that is cut off takes nothing that comes after it. */
	ck_assert_uint_eq(text_unit_html("\xc3<", 2, unit), 1);
	ck_assert_str_eq(unit, "\\xc3");
}
END_TEST

START_TEST(test_a_cut_says_so_and_tears_nothing)
{
	static const char long_text[] = "ab\xc3\xa9\x1b\xe2\x82\xac\xf0\x9f\x98\x80"
					"cd";
	char whole[64];

	text_clean(long_text, whole, sizeof whole);
	for (size_t max = 1; max < sizeof whole; max++) {
		char *buf = malloc(max);
		size_t len = strlen(text_clean(long_text, buf, max));

		ck_assert_uint_lt(len, max);
		ck_assert(text_is_clean(buf, len));
		if (max > strlen(whole))
			ck_assert_str_eq(buf, whole);
		else if (max > 3)
			ck_assert_str_eq(buf + len - 3, "...");
		free(buf);
	}
}
END_TEST

START_TEST(test_no_character_is_torn)
{
	static const char s[] = "a\xc3\xa9\xf0\x9f\x98\x80";

	ck_assert_uint_eq(text_fit(s, 7, 9), 7);
	ck_assert_uint_eq(text_fit(s, 7, 7), 7);
	ck_assert_uint_eq(text_fit(s, 7, 6), 3);
	ck_assert_uint_eq(text_fit(s, 7, 4), 3);
	ck_assert_uint_eq(text_fit(s, 7, 3), 3);
	ck_assert_uint_eq(text_fit(s, 7, 2), 1);
	ck_assert_uint_eq(text_fit(s, 7, 0), 0);
}
END_TEST

CHECK_MAIN("text", test_what_is_shown_and_what_is_escaped, test_every_code_point,
    test_what_came_from_outside_cannot_pass_for_an_escape,
    test_bytes_of_a_peer_may_stand_between_quotes, test_labels_are_quoted,
    test_html_gets_no_markup, test_a_cut_says_so_and_tears_nothing, test_no_character_is_torn)
