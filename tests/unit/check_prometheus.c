/* SPDX-License-Identifier: MIT */
#include "base/prometheus.h"

#include <stdlib.h>
#include <string.h>

#include "support/check_main.h"

static char *text;
static size_t text_len;

static FILE *begin(void)
{
	FILE *to = open_memstream(&text, &text_len);

	ck_assert_ptr_nonnull(to);
	return to;
}

static void expect(FILE *to, const char *expected)
{
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(test_a_metric)
{
	FILE *to = begin();

	prometheus_describe(to, "hello_x_total", "counter", "How many.");
	prometheus_sample(to, "hello_x_total", NULL, "%d", 7);
	prometheus_sample(to, "hello_x_total", PROMETHEUS_LABELS({ "a", "1" }, { "b", "" }), "%.1f",
	    0.25);
	expect(to,
	    "# HELP hello_x_total How many.\n# TYPE hello_x_total counter\n"
	    "hello_x_total 7\nhello_x_total{a=\"1\",b=\"\"} 0.2\n");
}
END_TEST

/* A value cannot end its quotes or its line. */
START_TEST(test_values_are_quoted)
{
	FILE *to = begin();

	prometheus_sample(to, "x", PROMETHEUS_LABELS({ "a", "\"} 1\nx\\" }), "1");
	expect(to, "x{a=\"\\\"} 1\\\\x0ax\\\\\"} 1\n");
}
END_TEST

START_TEST(test_a_long_value_is_cut)
{
	char value[3000], labels[PROMETHEUS_LABELS_MAX];

	memset(value, '"', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	prometheus_labels(PROMETHEUS_LABELS({ "a", value }, { "b", "2" }), labels);
	ck_assert_uint_lt(strlen(labels), 1100);
	ck_assert_has(labels, "...\",b=\"2\"");
	prometheus_labels(PROMETHEUS_LABELS({ "a", value }, { "b", value }, { "c", value },
			      { "d", value }, { "e", value }),
	    labels);
	ck_assert_uint_lt(strlen(labels), sizeof labels);
}
END_TEST

CHECK_MAIN("prometheus", test_a_metric, test_values_are_quoted, test_a_long_value_is_cut)
