/* SPDX-License-Identifier: MIT */
#include "server/conn/page.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/text.h"
#include "support/check_main.h"

/* The page, until the next one. */
static const char *write_page(const char *greeting, size_t len, const struct conn_report *seen)
{
	static char *text;
	size_t text_len = 0;
	FILE *to;

	free(text);
	text = NULL;
	to = open_memstream(&text, &text_len);
	ck_assert_ptr_nonnull(to);
	page_write(to, greeting, len, seen);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_uint_eq(strlen(text), text_len);
	return text;
}

static struct conn_report report_of(const char *value)
{
	struct conn_report seen;

	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		conn_report_set(&seen, (enum conn_report_field)i, value);
	return seen;
}

static const char *page_of(const char *greeting, const char *value)
{
	const struct conn_report seen = report_of(value);

	return write_page(greeting, strlen(greeting), &seen);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, part)); at++)
		n++;
	return n;
}

/* What is between the first begin and the next end. */
static void cut_out(const char *text, const char *begin, const char *end, char *part, size_t max)
{
	const char *from = strstr(text, begin), *to;

	ck_assert_ptr_nonnull(from);
	from += strlen(begin);
	to = strstr(from, end);
	ck_assert_ptr_nonnull(to);
	ck_assert_uint_lt((size_t)(to - from), max);
	memcpy(part, from, (size_t)(to - from));
	part[to - from] = '\0';
}

START_TEST(test_each_field_has_its_row)
{
	struct conn_report seen;
	const char *page;

	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		char value[32];

		snprintf(value, sizeof value, "value-%d.", i);
		conn_report_set(&seen, (enum conn_report_field)i, value);
	}
	page = write_page("hello\n", 6, &seen);
	ck_assert_uint_eq(count(page, "<tr id="), CONN_REPORT_FIELDS);
	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		char begin[64], row[1024], value[64], title[64], meaning[512];

		snprintf(begin, sizeof begin, "<tr id=\"%s\">",
		    conn_report_name((enum conn_report_field)i));
		cut_out(page, begin, "</tr>", row, sizeof row);
		snprintf(value, sizeof value, "<td><code>value-%d.</code>", i);
		ck_assert_has(row, value);
		cut_out(row, "<th scope=\"row\">", "</th>", title, sizeof title);
		cut_out(row, "<p>", "</p>", meaning, sizeof meaning);
		/* A sentence of our own, that begins and ends as one. */
		ck_assert_msg(title[0] >= 'A' && title[0] <= 'Z', "%s", row);
		ck_assert_msg(meaning[0] && meaning[strlen(meaning) - 1] == '.', "%s", row);
	}
}
END_TEST

START_TEST(test_nobody_adds_markup)
{
	static const char evil[] = "\"'><script>alert(1)</script><!-- &lt; </td></style> \x1b\xff";
	char plain[32768], *page;
	static const char *const marks[] = { "<", ">", "\"", "'", "<!--", "\x1b", "\xff" };

	snprintf(plain, sizeof plain, "%s", page_of("hello\n", NULL));
	page = (char *)page_of(evil, evil);
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		ck_assert_uint_eq(count(page, marks[i]), count(plain, marks[i]));
	ck_assert_uint_eq(count(page,
			      "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- "
			      "&amp;lt; &lt;/td&gt;&lt;/style&gt; \\x1b\\xff"),
	    1 + CONN_REPORT_FIELDS);
	for (char *c = page; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	ck_assert(text_is_clean(page, strlen(page)));
}
END_TEST

START_TEST(test_the_greeting_keeps_its_lines)
{
	const struct conn_report seen = report_of(NULL);

	ck_assert_has(page_of("a <b>\n\n\tc\n", NULL), "dir=\"auto\">a &lt;b&gt;\n\n\tc</p>");
	ck_assert_has(page_of("a\r\n", NULL), ">a\\x0d</p>");
	ck_assert_has(page_of("no end", NULL), ">no end</p>");
	ck_assert_has(page_of("\n", NULL), "dir=\"auto\"></p>");
	ck_assert_has(write_page("a\0b", 3, &seen), ">a\\x00b</p>");
}
END_TEST

/* The longest of everything: what a page may take. */
START_TEST(test_what_it_takes)
{
	static char greeting[65536], value[CONN_REPORT_VALUE_MAX];
	size_t empty = strlen(page_of("", ""));
	struct conn_report seen;

	memset(greeting, '"', sizeof greeting);
	memset(value, '"', sizeof value - 1);
	seen = report_of(value);
	ck_assert_uint_le(empty, 8192);
	ck_assert_uint_le(strlen(write_page(greeting, sizeof greeting, &seen)),
	    empty + 6 * (sizeof greeting + CONN_REPORT_FIELDS * sizeof value));
}
END_TEST

/* A browser applies the style only if the policy has its hash (CSP level 3, section 2.3.1). */
START_TEST(test_the_policy_allows_this_style)
{
	char style[8192], expected[128] = "style-src 'sha256-";
	unsigned char digest[32];

	cut_out(page_of("hello\n", NULL), "<style>", "</style>", style, sizeof style);
	ck_assert(EVP_Digest(style, strlen(style), digest, NULL, EVP_sha256(), NULL) == 1);
	EVP_EncodeBlock((unsigned char *)expected + strlen(expected), digest, sizeof digest);
	strncat(expected, "'; ", sizeof expected - strlen(expected) - 1);
	ck_assert_has(page_policy, expected);
	ck_assert(strncmp(page_policy, "default-src 'none'; ", 20) == 0);
}
END_TEST

/* A page that is complete in itself refers to nothing, and does nothing. */
START_TEST(test_nothing_else_is_needed)
{
	static const char *const forbidden[] = { "<script", " src=", "http:", "https:", "//",
		"url(", "@import", " style=", " on", "javascript:", "<a ", "<form", "<iframe" };
	const char *page = page_of("hello\n", NULL);
	char markup[16384];
	size_t len = 0;
	bool inside = false;

	/* Within the tags and the style; a sentence may have any word. */
	cut_out(page, "<style>", "</style>", markup, sizeof markup);
	len = strlen(markup);
	for (; *page; page++) {
		inside = *page == '<' || (inside && *page != '>');
		ck_assert_uint_lt(len + 1, sizeof markup);
		if (inside)
			markup[len++] = *page;
	}
	markup[len] = '\0';
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
		ck_assert_msg(!strstr(markup, forbidden[i]), "%s", forbidden[i]);
	ck_assert_uint_eq(count(markup, " href="), 1);
	ck_assert_has(markup, "<link rel=\"icon\" href=\"data:,\"");
}
END_TEST

CHECK_MAIN("page", test_each_field_has_its_row, test_nobody_adds_markup,
    test_the_greeting_keeps_its_lines, test_what_it_takes, test_the_policy_allows_this_style,
    test_nothing_else_is_needed)
