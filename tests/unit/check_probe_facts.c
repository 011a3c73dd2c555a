/* SPDX-License-Identifier: MIT */
#include "client/output/probe_facts.h"

#include <stdio.h>
#include <string.h>

#include "client/output/nagios.h"
#include "client/output/metrics_file.h"
#include "support/check_main.h"
#include "support/test_pki.h"

enum { DAY = 86400, NOW = 1700000000 };

static struct client_nagios limits;

static char text[8192];

static struct probe_facts good(int64_t leaf_days, int64_t chain_days)
{
	struct probe_facts f = {
		.host = "a.test",
		.port = "1",
		.at = NOW,
		.us = { 1, 2, PHASE_UNKNOWN, PHASE_UNKNOWN, 3, 4, 5, 15 },
	};

	f.leaf = (struct probe_lifetime){ NOW - 100 * DAY, NOW + leaf_days * DAY };
	f.first = (struct probe_lifetime){ NOW - 200 * DAY, NOW + chain_days * DAY };
	return f;
}

static struct probe_facts bad(enum outcome_code code)
{
	struct probe_facts f = good(0, 0);

	f.code = f.came = code;
	f.leaf = f.first = (struct probe_lifetime){ 0, 0 };
	for (int i = 1; i < PHASE_TOTAL; i++)
		f.us[i] = PHASE_UNKNOWN;
	snprintf(f.detail, sizeof f.detail, "a|b");
	return f;
}

/* NULL: the default. */
static void set_limits(const char *warning, const char *critical)
{
	limits = (struct client_nagios){ true, lifetime_warning, lifetime_critical };
	if (warning)
		ck_assert_int_eq(
		    lifetime_limit_parse("-w", warning, &limits.warning, NULL), 0);
	if (critical)
		ck_assert_int_eq(
		    lifetime_limit_parse("-c", critical, &limits.critical, NULL), 0);
}

static int run_nagios(struct probe_facts f)
{
	FILE *to = tmpfile();
	int status;

	memset(text, 0, sizeof text);
	status = nagios_print(to, &f, &limits);
	rewind(to);
	ck_assert_ptr_nonnull(fgets(text, sizeof text, to));
	/* One line, and nothing behind it. */
	ck_assert_int_eq(fgetc(to), EOF);
	fclose(to);
	return status;
}

START_TEST(test_days)
{
	struct probe_facts f = { .at = NOW };

	ck_assert_int_eq(probe_facts_days(&f, NOW + DAY), 1);
	ck_assert_int_eq(probe_facts_days(&f, NOW + DAY - 1), 0);
	ck_assert_int_eq(probe_facts_days(&f, NOW), 0);
	ck_assert_int_eq(probe_facts_days(&f, NOW - 1), -1);
	ck_assert_int_eq(probe_facts_days(&f, NOW - DAY), -1);
	ck_assert_int_eq(probe_facts_days(&f, NOW - DAY - 1), -2);
}
END_TEST

START_TEST(test_nagios_states)
{
	set_limits(NULL, NULL);
	ck_assert_int_eq(run_nagios(good(14, 14)), 0);
	ck_assert_has(text, "HELLO OK - a.test 1 verified");
	ck_assert_has(text, " | days_left=14;14:;7: chain_days_left=14;14:;7: resolve=0.001ms");
	ck_assert_int_eq(run_nagios(good(300, 13)), 1);
	ck_assert_has(text, "HELLO WARNING - ");
	ck_assert_ptr_null(strstr(text, "proxy="));
	ck_assert_has(text, "300 days left (13 days in the chain)");
	ck_assert_int_eq(run_nagios(good(7, 7)), 1);
	ck_assert_int_eq(run_nagios(good(6, 6)), 2);
	ck_assert_int_eq(run_nagios(bad(OC_CONNECT_REFUSED)), 2);
	/* A bar begins the performance data, so there is only one. */
	ck_assert_has(text, "HELLO CRITICAL - CONNECT_REFUSED: a/b | days_left=U;; ");
	ck_assert_has(text, "handshake=U;;;0");
	ck_assert_int_eq(run_nagios(bad(OC_CERT_EXPIRED)), 2);
	ck_assert_int_eq(run_nagios(bad(OC_FILE)), 3);
	ck_assert_int_eq(run_nagios(bad(OC_USAGE)), 3);
}
END_TEST

static const char *read_file(const char *name)
{
	FILE *from = fopen(name, "r");

	ck_assert_ptr_nonnull(from);
	memset(text, 0, sizeof text);
	ck_assert_uint_gt(fread(text, 1, sizeof text - 1, from), 0);
	fclose(from);
	return text;
}

/* A certificate of this lifetime, with so much of it left. */
static struct probe_facts fresh(int64_t life, int64_t left)
{
	struct probe_facts f = good(0, 0);

	f.leaf = f.first = (struct probe_lifetime){ NOW + left - life, NOW + left };
	return f;
}

START_TEST(test_nagios_judges_by_the_lifetime)
{
	static const struct {
		const char *warning, *critical;
		int64_t life, left;
		int status;
		const char *data;
	} rows[] = {
		{ NULL, NULL, 6 * DAY, 6 * DAY, 0, " 6 days left | days_left=6;2:;1: " },
		{ NULL, NULL, 6 * DAY, 2 * DAY, 0, " 2 days left | days_left=2;2:;1: " },
		{ NULL, NULL, 6 * DAY, 2 * DAY - 1, 1, " days_left=1.99999;2:;1: " },
		{ NULL, NULL, 6 * DAY, DAY - 1, 2, " 23 hours left | days_left=0.99999;2:;1: " },
		{ NULL, NULL, 90 * DAY, 14 * DAY, 0, " days_left=14;14:;7: " },
		{ NULL, NULL, 90 * DAY, 14 * DAY - 1, 1, " days_left=13.99999;14:;7: " },
		{ NULL, NULL, 365 * DAY, 7 * DAY - 1, 2, " days_left=6.99999;14:;7: " },
		{ NULL, NULL, 3600, 3600, 0,
		    " 60 minutes left | days_left=0.04167;0.01389:;0.00694: " },
		{ NULL, NULL, 3600, 1199, 1, " days_left=0.01388;0.01389:;0.00694: " },
		{ NULL, NULL, 3600, 599, 2, " days_left=0.00693;0.01389:;0.00694: " },
		{ "33%", NULL, 100 * DAY, 33 * DAY - 1, 1, " days_left=32.99999;33:;7: " },
		{ "33%", NULL, 100 * DAY, 33 * DAY, 0, " days_left=33;33:;7: " },
		{ "33%", "15%", 100 * DAY, 15 * DAY - 1, 2, " days_left=14.99999;33:;15: " },
		{ "36h", "12h", 6 * DAY, DAY, 1, " days_left=1;1.5:;0.5: " },
		{ "40", "20", 365 * DAY, 30 * DAY, 1, " days_left=30;40:;20: " },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_limits(rows[i].warning, rows[i].critical);
		ck_assert_msg(run_nagios(fresh(rows[i].life, rows[i].left)) == rows[i].status,
		    "row %zu: %s", i, text);
		ck_assert_has(text, rows[i].data);
	}
}
END_TEST

START_TEST(test_nagios_limits_that_conflict_for_this_certificate)
{
	struct probe_facts f = fresh(6 * DAY, 6 * DAY);
	struct outcome oc = OUTCOME_NONE;

	set_limits("33%", "7");
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE,
	    "for this certificate --warning 33% (47 hours) is less than --critical 7 (7 days)");
	oc = OUTCOME_NONE;
	f = fresh(90 * DAY, 90 * DAY);
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), 0);
	set_limits("3", NULL);
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "less than the default of --critical (7 days)");
	/* Five days, and a sixth of thirty days and an hour. */
	oc = OUTCOME_NONE;
	f = fresh(30 * DAY + 3600, 30 * DAY);
	set_limits("5", NULL);
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE,
	    "--warning 5 (432000 seconds) is less than the default of --critical (432600 seconds)");
	/* A failure is more important, and it may have no certificate at all. */
	oc = OUTCOME_NONE;
	f = bad(OC_CONNECT_REFUSED);
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), 0);
	ck_assert_no_failure(&oc);
}
END_TEST

START_TEST(test_nagios_without_a_certificate)
{
	set_limits("14", "10%");
	run_nagios(bad(OC_CONNECT_REFUSED));
	ck_assert_has(text, " | days_left=U;14:; chain_days_left=U;14:; ");
}
END_TEST

/* The same after --expect-outcome. */
static struct probe_facts expected(struct probe_facts f, enum outcome_code came)
{
	f.expects = true;
	f.came = came;
	f.code = OC_OK;
	snprintf(f.detail, sizeof f.detail, "%s, as expected: a|b", outcome_name(came));
	return f;
}

START_TEST(test_nagios_and_an_expected_failure)
{
	struct probe_facts unexpected = good(300, 300);
	struct outcome oc = OUTCOME_NONE;
	struct probe_facts f;

	set_limits(NULL, NULL);
	ck_assert_int_eq(run_nagios(expected(bad(OC_CONNECT_REFUSED), OC_CONNECT_REFUSED)), 0);
	ck_assert_has(text,
	    "HELLO OK - CONNECT_REFUSED, as expected: a/b | days_left=U;; chain_days_left=U;; ");
	/* A certificate that was seen is judged as usual. */
	ck_assert_int_eq(run_nagios(expected(good(300, 300), OC_CLIENT_CERT_REQUIRED)), 0);
	ck_assert_has(text, "REQUIRED, as expected: a/b, 300 days left | days_left=300;");
	ck_assert_int_eq(run_nagios(expected(good(13, 13), OC_CLIENT_CERT_REQUIRED)), 1);
	ck_assert_has(text, "HELLO WARNING - CLIENT_CERT_REQUIRED, as expected: a/b, 13 days ");
	ck_assert_int_eq(run_nagios(expected(good(6, 6), OC_CLIENT_CERT_REQUIRED)), 2);
	/* But this one was expected to have no time left. */
	f = expected(good(-5, -5), OC_CERT_EXPIRED);
	ck_assert_int_eq(run_nagios(f), 0);
	ck_assert_has(text, "CERT_EXPIRED, as expected: a/b | days_left=-5;");
	set_limits("33%", "365");
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), 0);
	ck_assert_no_failure(&oc);
	set_limits(NULL, NULL);
	/* This one has two faults. */
	ck_assert_int_eq(run_nagios(expected(good(-5, -9), OC_CERT_WRONG_NAME)), 2);
	ck_assert_has(text,
	    "as expected: a/b, expired 5 days ago (expired 9 days ago in the chain) |");
	/* And this one ends before it begins: its limits do not conflict. */
	f = expected(fresh(-10 * DAY, 30 * DAY), OC_CERT_NOT_YET_VALID);
	ck_assert_int_eq(nagios_check(&f, &limits, &oc), 0);
	ck_assert_no_failure(&oc);
	unexpected.expects = true;
	unexpected.code = OC_OUTCOME_UNEXPECTED;
	ck_assert_int_eq(run_nagios(unexpected), 2);
	ck_assert_has(text, "HELLO CRITICAL - OUTCOME_UNEXPECTED: ");
}
END_TEST

START_TEST(test_prometheus_and_an_expected_failure)
{
	struct probe_facts f[2] = { expected(bad(OC_CONNECT_REFUSED), OC_CONNECT_REFUSED),
		good(300, 300) };
	struct outcome oc = OUTCOME_NONE;

	f[1].host = "b.test";
	f[1].expects = true;
	f[1].code = OC_OUTCOME_UNEXPECTED;
	ck_assert_int_eq(metrics_file_write("b.prom", f, 2, &oc), 0);
	read_file("b.prom");
	ck_assert_has(text, "hello_client_success{host=\"a.test\",port=\"1\"} 1\n");
	ck_assert_has(text, "hello_client_outcome{host=\"a.test\",port=\"1\","
			    "reason=\"CONNECT_REFUSED\",stage=\"connect\"} 1\n");
	ck_assert_has(text, "hello_client_outcome_expected{host=\"a.test\",port=\"1\"} 1\n");
	ck_assert_has(text, "hello_client_success{host=\"b.test\",port=\"1\"} 0\n");
	ck_assert_has(text, "hello_client_outcome{host=\"b.test\",port=\"1\",reason=\"OK\",");
	ck_assert_has(text, "hello_client_outcome_expected{host=\"b.test\",port=\"1\"} 0\n");
	/* Without the option there is no such sample. */
	f[0] = bad(OC_CONNECT_REFUSED);
	ck_assert_int_eq(metrics_file_write("b.prom", f, 1, &oc), 0);
	ck_assert_ptr_null(strstr(read_file("b.prom"), "hello_client_outcome_expected{"));
	ck_assert_no_failure(&oc);
}
END_TEST

START_TEST(test_share)
{
	struct probe_facts f = fresh(6 * DAY, 3 * DAY), none = bad(OC_CONNECT_REFUSED);

	ck_assert_double_eq(probe_facts_share(&f), 0.5);
	f = fresh(6 * DAY, -3 * DAY);
	ck_assert_double_eq(probe_facts_share(&f), -0.5);
	ck_assert(probe_facts_share(&none) < probe_facts_share(&f));
	/* No division by its lifetime. */
	f = fresh(0, 0);
	ck_assert_double_eq(probe_facts_share(&f), 0);
}
END_TEST

START_TEST(test_a_long_detail_is_cut_and_says_so)
{
	static const struct client_options o;
	struct outcome oc = OUTCOME_NONE;
	struct probe_facts f;

	outcome_set(&oc, OC_CERT_EXPIRED, "%0*d", PROBE_FACTS_DETAIL_MAX - 1, 7);
	probe_facts_get(&f, &o, NULL, &oc);
	ck_assert_str_eq(f.detail, oc.detail);
	outcome_append(&oc, "8");
	probe_facts_get(&f, &o, NULL, &oc);
	ck_assert_uint_eq(strlen(f.detail), PROBE_FACTS_DETAIL_MAX - 1);
	ck_assert_str_eq(f.detail + PROBE_FACTS_DETAIL_MAX - 5, "0...");
}
END_TEST

START_TEST(test_prometheus_keeps_what_it_knew)
{
	struct probe_facts f[3] = { good(1, 1), good(2, 2), good(3, 3) }, again[3];
	struct outcome oc = OUTCOME_NONE;
	char line[128];

	f[1].port = "2";
	f[2].host = "b\"\\\n";
	ck_assert_int_eq(metrics_file_write("a.prom", f, 3, &oc), 0);
	ck_assert_has(read_file("a.prom"), "hello_client_success{host=\"a.test\",port=\"2\"} 1\n");
	ck_assert_has(text, "{host=\"b\\\"\\\\\\\\x0a\",port=\"1\"}");

	/* In another order, so that the search goes around. */
	f[0] = bad(OC_CONNECT_TIMEOUT);
	f[2] = bad(OC_CONNECT_REFUSED);
	f[2].host = "new";
	f[1] = bad(OC_CONNECT_REFUSED);
	f[1].port = "2";
	again[0] = f[1];
	again[1] = f[2];
	again[2] = f[0];
	ck_assert_int_eq(metrics_file_write("a.prom", again, 3, &oc), 0);
	read_file("a.prom");
	for (int i = 0; i < 2; i++) {
		snprintf(line, sizeof line,
		    "expiry_timestamp_seconds{host=\"a.test\",port=\"%s\","
		    "certificate=\"chain\"} %d\n",
		    f[i].port, NOW + (i + 1) * DAY);
		ck_assert_has(text, line);
		snprintf(line, sizeof line,
		    "not_before_timestamp_seconds{host=\"a.test\",port=\"%s\","
		    "certificate=\"chain\"} %d\n",
		    f[i].port, NOW - 200 * DAY);
		ck_assert_has(text, line);
	}
	ck_assert_ptr_null(strstr(text, "{host=\"new\",port=\"1\",certificate"));
	ck_assert_has(text, "reason=\"CONNECT_TIMEOUT\",stage=\"connect\"} 1\n");
	ck_assert_no_failure(&oc);
}
END_TEST

START_TEST(test_prometheus_names_only_the_certificate_of_this_probe)
{
	static const char info[] = "\nhello_client_certificate_info{host=\"";
	struct probe_facts f[2] = { good(1, 1), good(2, 2) };
	struct outcome oc = OUTCOME_NONE;

	f[1].host = "192.0.2.7";
	f[1].name = "a.test";
	snprintf(f[0].sha256, sizeof f[0].sha256, "12ab");
	snprintf(f[1].sha256, sizeof f[1].sha256, "34cd");
	ck_assert_int_eq(metrics_file_write("c.prom", f, 2, &oc), 0);
	read_file("c.prom");
	ck_assert_has(text, info);
	ck_assert_has(text, "{host=\"a.test\",port=\"1\",name=\"a.test\",sha256=\"12ab\"} 1\n");
	ck_assert_has(text, "{host=\"192.0.2.7\",port=\"1\",name=\"a.test\",sha256=\"34cd\"} 1\n");
	/* The dates of an earlier certificate are kept, but not the certificate. */
	f[0] = f[1] = bad(OC_CONNECT_REFUSED);
	f[1].host = "192.0.2.7";
	ck_assert_int_eq(metrics_file_write("c.prom", f, 2, &oc), 0);
	ck_assert_has(read_file("c.prom"), "\nhello_client_certificate_expiry_timestamp_seconds{");
	ck_assert_ptr_null(strstr(text, info));
	ck_assert_no_failure(&oc);
}
END_TEST

START_TEST(test_prometheus_cannot_write)
{
	struct probe_facts f = good(1, 1);
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(metrics_file_write("no/such/folder.prom", &f, 1, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "no/such/folder.prom");
}
END_TEST

CHECK_MAIN_IN("probe_facts", testpki_begin, testpki_end, test_days, test_nagios_states,
    test_nagios_judges_by_the_lifetime, test_nagios_limits_that_conflict_for_this_certificate,
    test_nagios_without_a_certificate, test_nagios_and_an_expected_failure,
    test_prometheus_and_an_expected_failure, test_share,
    test_a_long_detail_is_cut_and_says_so,
    test_prometheus_keeps_what_it_knew, test_prometheus_names_only_the_certificate_of_this_probe,
    test_prometheus_cannot_write)
