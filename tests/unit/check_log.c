/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/check_main.h"

/* Where standard error leads meanwhile. */
struct capture {
	int saved, from;
	char text[8 * LOG_LINE_MAX];
};

/* A pipe of packets: one read gets what one write wrote, so lines in halves are seen. */
static void begin(struct capture *c)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
	c->from = ends[0];
	c->saved = dup(STDERR_FILENO);
	ck_assert_int_ge(c->saved, 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
}

/* What the next write(2) wrote, "" when there was none. */
static const char *next_write(struct capture *c)
{
	ssize_t n = read(c->from, c->text, sizeof c->text - 1);

	c->text[n > 0 ? n : 0] = '\0';
	return c->text;
}

static void end(struct capture *c)
{
	ck_assert_str_eq(next_write(c), "");
	ck_assert_int_ge(dup2(c->saved, STDERR_FILENO), 0);
	close(c->saved);
	close(c->from);
}

/* Past "time=...Z ", which is another in each run. */
static const char *after_time(const char *line)
{
	const char *blank = strchr(line, ' ');

	ck_assert_msg(strncmp(line, "time=", 5) == 0 && blank, "\"%s\"", line);
	return blank + 1;
}

/* The value as it is in a line, from where it begins to the end of the line. */
static const char *as_field(struct capture *c, const char *value)
{
	static const char before[] = "level=error role=test value=";
	struct log_line line;
	const char *text;

	log_begin(&line, LEVEL_ERROR);
	log_field(&line, "value", "%s", value);
	log_end(&line);
	text = after_time(next_write(c));
	ck_assert_int_eq(strncmp(text, before, sizeof before - 1), 0);
	return text + sizeof before - 1;
}

START_TEST(test_a_message_is_one_line)
{
	struct capture c;

	begin(&c);
	log_role("test");
	log_at(LEVEL_INFO, "hello %d %s", 7, "worlds");
	ck_assert_str_eq(after_time(next_write(&c)),
	    "level=info role=test msg=\"hello 7 worlds\"\n");
	log_at(LEVEL_ERROR, "hello");
	ck_assert_str_eq(after_time(next_write(&c)), "level=error role=test msg=hello\n");
	end(&c);
}
END_TEST

/* How many lines of all four levels come out. */
static void expect_up_to(struct capture *c, enum log_level most_verbose)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	const struct outcome oc = OUTCOME_NONE;
	struct log_line line;

	log_open(most_verbose, LOG_TEXT);
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		enum log_level level = (enum log_level)i;
		char expected[64] = "";

		if (level <= most_verbose)
			snprintf(expected, sizeof expected, " level=%s role=test ", names[i]);
		log_at(level, "x");
		ck_assert_has(next_write(c), expected);
		ck_assert_int_eq(c->text[0] != '\0', level <= most_verbose);
		log_outcome(level, "x", &oc);
		ck_assert_has(next_write(c), expected);
		ck_assert_int_eq(c->text[0] != '\0', level <= most_verbose);
		log_begin(&line, level);
		log_field(&line, "a", "b");
		log_end(&line);
		ck_assert_has(next_write(c), expected);
		ck_assert_int_eq(c->text[0] != '\0', level <= most_verbose);
	}
}

START_TEST(test_lines_above_the_level_are_dropped)
{
	struct capture c;

	begin(&c);
	log_role("test");
	expect_up_to(&c, LEVEL_INFO);
	expect_up_to(&c, LEVEL_ERROR);
	expect_up_to(&c, LEVEL_WARNING);
	expect_up_to(&c, LEVEL_DEBUG);
	end(&c);
}
END_TEST

START_TEST(test_debug_is_off_at_first)
{
	struct capture c;

	begin(&c);
	log_at(LEVEL_DEBUG, "x");
	ck_assert_str_eq(next_write(&c), "");
	log_at(LEVEL_INFO, "x");
	ck_assert_str_eq(after_time(next_write(&c)), "level=info role=start msg=x\n");
	end(&c);
}
END_TEST

START_TEST(test_values_that_are_quoted)
{
	static const struct { const char *value, *text; } table[] = {
		{ "plain-Text_0.:/[]~!", "plain-Text_0.:/[]~!\n" },
		{ "", "\"\"\n" },
		{ " ", "\" \"\n" },
		{ "a b", "\"a b\"\n" },
		{ "a=b", "\"a=b\"\n" },
		{ "\"", "\"\\\"\"\n" },
		{ "\\", "\"\\\\\"\n" },
		{ "a\" role=\"master", "\"a\\\" role=\\\"master\"\n" },
		{ "a\nb", "\"a\\x0ab\"\n" },
		{ "\r\t\x1b[1m\x7f\x01", "\"\\x0d\\x09\\x1b[1m\\x7f\\x01\"\n" },
		{ "\xc3\xa9\x80\xff", "\"\xc3\xa9\\x80\\xff\"\n" },
		{ "\xc2\x9b" "1m\xe2\x80\xae", "\"\\xc2\\x9b1m\\xe2\\x80\\xae\"\n" },
		/* Clean text is not escaped again; a backslash of its own is. */
		{ "a\\x1b\\\\b", "\"a\\x1b\\\\b\"\n" },
		{ "a\\b\\xg\\", "\"a\\\\b\\\\xg\\\\\"\n" },
		{ "\\\"", "\"\\\\\\\"\"\n" },
	};
	struct capture c;

	begin(&c);
	log_role("test");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_str_eq(as_field(&c, table[i].value), table[i].text);
	end(&c);
}
END_TEST

START_TEST(test_a_line_too_long_still_ends)
{
	/* Every length, because an escape is cut at each of its bytes. */
	static const char *const units[] = { "x", " ", "\n", "\"" };
	struct capture c;

	begin(&c);
	log_role("test");
	for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
		for (size_t len = 400; len < LOG_LINE_MAX + 3; len++) {
			char value[LOG_LINE_MAX + 4] = "";
			const char *text;
			size_t got;

			memset(value, units[u][0], len);
			text = as_field(&c, value);
			got = (size_t)(text - c.text) + strlen(text);
			ck_assert_uint_le(got, LOG_LINE_MAX);
			ck_assert_ptr_eq(strchr(c.text, '\n'), c.text + got - 1);
		}
	}
	end(&c);
}
END_TEST

START_TEST(test_fields_after_the_end_are_left_out)
{
	char value[LOG_LINE_MAX];
	struct log_line line;
	struct capture c;

	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	begin(&c);
	log_begin(&line, LEVEL_ERROR);
	log_field(&line, "a", "%s", value);
	for (int i = 0; i < 100; i++)
		log_field(&line, "b", "%s", value);
	log_end(&line);
	/* The ends of a quoted value and of an object, which this one needs not, are kept free. */
	ck_assert_uint_ge(strlen(next_write(&c)), LOG_LINE_MAX - 2);
	ck_assert_ptr_eq(strchr(c.text, '\n'), c.text + strlen(c.text) - 1);
	ck_assert_ptr_null(strstr(c.text, "b="));
	end(&c);
}
END_TEST

START_TEST(test_the_role_is_named)
{
	char longest[64];
	struct capture c;

	begin(&c);
	log_role("worker-%d", 12);
	log_at(LEVEL_ERROR, "x");
	ck_assert_str_eq(after_time(next_write(&c)), "level=error role=worker-12 msg=x\n");
	log_role("a b");
	log_at(LEVEL_ERROR, "x");
	ck_assert_str_eq(after_time(next_write(&c)), "level=error role=\"a b\" msg=x\n");
	memset(longest, 'r', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	log_role("%s", longest);
	log_at(LEVEL_ERROR, "x");
	ck_assert_has(next_write(&c), " role=rrrr");
	ck_assert_has(c.text, "r msg=x\n");
	end(&c);
}
END_TEST

START_TEST(test_the_time_is_utc_with_milliseconds)
{
	struct tm tm = { .tm_isdst = 0 };
	time_t before, after, said;
	struct capture c;
	const char *rest;

	/* As far from UTC as it goes, and it must not matter. */
	ck_assert_int_eq(setenv("TZ", "XYZ-14", 1), 0);
	tzset();
	begin(&c);
	before = time(NULL);
	log_at(LEVEL_ERROR, "x");
	after = time(NULL);
	rest = strptime(next_write(&c), "time=%Y-%m-%dT%H:%M:%S", &tm);
	ck_assert_ptr_nonnull(rest);
	said = timegm(&tm);
	/* time(2) may lag behind the finer clock by a tick. */
	ck_assert_msg(said >= before && said <= after + 1, "%s", c.text);
	ck_assert_msg(rest[0] == '.' && strspn(rest + 1, "0123456789") == 3 &&
	    strncmp(rest + 4, "Z level=", 8) == 0, "%s", c.text);
	end(&c);
}
END_TEST

/* What the next line says, in milliseconds since 1970. */
static int64_t next_time(struct capture *c)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *rest;

	log_at(LEVEL_ERROR, "x");
	rest = strptime(next_write(c), "time=%Y-%m-%dT%H:%M:%S.", &tm);
	ck_assert_msg(rest != NULL, "%s", c->text);
	return (int64_t)timegm(&tm) * 1000 + strtol(rest, NULL, 10);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Within a second and across its end, where the date and the rest of the time change too. */
START_TEST(test_each_line_has_its_own_time)
{
	struct capture c;
	int64_t first, said;

	begin(&c);
	first = said = next_time(&c);
	while (said / 1000 < first / 1000 + 2) {
		int64_t before = now_ms();

		said = next_time(&c);
		ck_assert_msg(said >= before && said <= now_ms(), "%s", c.text);
	}
	end(&c);
}
END_TEST

START_TEST(test_an_outcome_is_told_in_fields)
{
	struct outcome oc = OUTCOME_NONE;
	struct capture c;

	outcome_set(&oc, OC_HANDSHAKE_ALERT, "it said \"no\" to %s", "192.0.2.1");
	begin(&c);
	log_role("test");
	log_outcome(LEVEL_WARNING, "handshake failed", &oc);
	ck_assert_str_eq(after_time(next_write(&c)),
	    "level=warning role=test msg=\"handshake failed\" outcome=HANDSHAKE_ALERT "
	    "layer=handshake detail=\"it said \\\"no\\\" to 192.0.2.1\"\n");
	oc.detail[0] = '\0';
	log_outcome(LEVEL_ERROR, "x", &oc);
	ck_assert_has(next_write(&c), " layer=handshake detail=\"\"\n");
	end(&c);
}
END_TEST

START_TEST(test_a_log_nobody_reads_stops_nothing)
{
	struct capture c;

	begin(&c);
	close(STDERR_FILENO);
	log_at(LEVEL_ERROR, "nowhere");
	ck_assert_int_ge(dup2(c.saved, STDERR_FILENO), 0);
	end(&c);
}
END_TEST

START_TEST(test_json)
{
	struct capture c;
	struct log_line line;
	const char *text;

	begin(&c);
	log_role("test");
	log_open(LEVEL_INFO, LOG_JSON);
	log_begin(&line, LEVEL_INFO);
	log_field(&line, "peer", "%s", "a \"b\" \\ \n\377");
	log_number(&line, "sent", UINT64_MAX);
	log_end(&line);
	text = next_write(&c);
	ck_assert_int_eq(strncmp(text, "{\"time\":\"", 9), 0);
	ck_assert_has(text, "\"level\":\"info\",\"role\":\"test\","
			    "\"peer\":\"a \\\"b\\\" \\\\ \\\\x0a\\\\xff\","
			    "\"sent\":18446744073709551615}\n");
	end(&c);
}
END_TEST

/* However long the values are, the line ends as it should, and no field is there in part. */
static void expect_cut(enum log_format format, size_t len, const char *ends)
{
	static char value[2 * LOG_LINE_MAX];
	struct capture c;
	struct log_line line;
	const char *text;

	begin(&c);
	log_open(LEVEL_INFO, format);
	memset(value, '"', len);
	value[len] = '\0';
	log_begin(&line, LEVEL_INFO);
	log_field(&line, "value", "%s", value);
	log_number(&line, "number", 1234567890);
	log_field(&line, "after", "%s", "x y");
	log_end(&line);
	text = next_write(&c);
	ck_assert_uint_le(strlen(text), LOG_LINE_MAX);
	ck_assert_msg(strcmp(text + strlen(text) - strlen(ends), ends) == 0 ||
		strstr(text, "1234567890") != NULL, "%s", text + strlen(text) - 40);
	/* An escape is a pair, so the quotes in it are as many as the backslashes. */
	ck_assert_msg(strstr(text, "\\\"\"") != NULL, "%s", text + strlen(text) - 40);
	end(&c);
}

START_TEST(test_a_cut_value_ends_as_any_other)
{
	for (size_t len = LOG_LINE_MAX / 2 - 80; len < LOG_LINE_MAX / 2 + 20; len++) {
		expect_cut(LOG_TEXT, len, "\\\"\"\n");
		expect_cut(LOG_JSON, len, "\\\"\"}\n");
	}
}
END_TEST

/* A journal is told by device and inode; anything else gets no priority. */
START_TEST(test_priorities_are_for_the_journal)
{
	struct capture c;
	struct stat st;
	char stream[64];

	begin(&c);
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open(LEVEL_INFO, LOG_TEXT);
	log_at(LEVEL_WARNING, "x");
	ck_assert_int_eq(strncmp(next_write(&c), "<4>time=", 8), 0);
	setenv("JOURNAL_STREAM", "1:1", 1);
	log_open(LEVEL_INFO, LOG_TEXT);
	log_at(LEVEL_WARNING, "x");
	ck_assert_int_eq(strncmp(next_write(&c), "time=", 5), 0);
	end(&c);
}
END_TEST

CHECK_MAIN("log",
    test_debug_is_off_at_first, test_lines_above_the_level_are_dropped,
    test_a_message_is_one_line, test_values_that_are_quoted,
    test_a_line_too_long_still_ends, test_fields_after_the_end_are_left_out,
    test_the_role_is_named, test_the_time_is_utc_with_milliseconds,
    test_each_line_has_its_own_time,
    test_an_outcome_is_told_in_fields, test_a_log_nobody_reads_stops_nothing, test_json,
    test_a_cut_value_ends_as_any_other, test_priorities_are_for_the_journal)
