/* SPDX-License-Identifier: MIT */
#include "client/judge/compare.h"

#include <string.h>

#include "support/check_main.h"

static struct conn_report sample(void)
{
	struct conn_report s;

	conn_report_set(&s, CONN_REPORT_PEER, "192.0.2.1:4711");
	conn_report_set(&s, CONN_REPORT_SERVER_NAME, "a.test");
	conn_report_set(&s, CONN_REPORT_PROTOCOL, "TLSv1.3");
	conn_report_set(&s, CONN_REPORT_CIPHER, "TLS_AES_128_GCM_SHA256");
	conn_report_set(&s, CONN_REPORT_GROUP, "x25519");
	conn_report_set(&s, CONN_REPORT_RESUMED, "no");
	conn_report_set(&s, CONN_REPORT_CLIENT, NULL);
	conn_report_set(&s, CONN_REPORT_CERTIFICATE, "0123456789abcdef0123");
	conn_report_set(&s, CONN_REPORT_NODE, "box");
	conn_report_set(&s, CONN_REPORT_TIME, "2026-11-25 22:00:00Z");
	conn_report_set(&s, CONN_REPORT_BINDING, "00ff");
	return s;
}

static const struct {
	enum conn_report_field field;
	const char *theirs;
	const char *words; /* NULL: no difference */
} rows[] = {
	{ CONN_REPORT_BINDING, "ff00", "TLS is terminated between you and the server: "
				    "the two ends do not share keys" },
	{ CONN_REPORT_BINDING, NULL, "do not share keys" },
	{ CONN_REPORT_CERTIFICATE, "fedcba98765432100123",
	    "SHA-256 0123456789abcdef... was received, fedcba9876543210... was sent" },
	{ CONN_REPORT_CERTIFICATE, NULL, NULL },
	{ CONN_REPORT_SERVER_NAME, "b.test", "requested a.test, the server received b.test" },
	{ CONN_REPORT_SERVER_NAME, NULL, "requested a.test, the server received none" },
	{ CONN_REPORT_PROTOCOL, "TLSv1.2", "protocol: TLSv1.3 here, TLSv1.2 at the server" },
	{ CONN_REPORT_CIPHER, "x", "cipher: TLS_AES_128_GCM_SHA256 here, x at the server" },
	{ CONN_REPORT_GROUP, "x", "group: x25519 here, x at the server" },
	{ CONN_REPORT_RESUMED, "yes", "resumed: no here, yes at the server" },
	{ CONN_REPORT_CLIENT, "somebody", NULL },
	{ CONN_REPORT_NODE, "other", NULL },
	{ CONN_REPORT_TIME, "never", NULL },
};

START_TEST(test_each_difference_is_named)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct conn_report ours = sample();
		struct conn_report theirs = sample();
		char remark[COMPARE_REMARK_MAX] = "?";
		struct outcome oc = OUTCOME_NONE;

		conn_report_set(&theirs, rows[i].field, rows[i].theirs);
		ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc),
		    rows[i].words ? -1 : 0);
		ck_assert_str_eq(remark, "");
		ck_assert_int_eq(compare_differs(&ours, &theirs, rows[i].field),
		    rows[i].words != NULL);
		if (rows[i].words)
			ck_assert_outcome(&oc, OC_PATH_DIFFERS, rows[i].words);
	}
}
END_TEST

/* NAT, or a balancer that passes TLS through. */
START_TEST(test_a_rewritten_address_alone_is_a_remark)
{
	struct conn_report ours = sample(), theirs = sample();
	char remark[COMPARE_REMARK_MAX];
	struct outcome oc = OUTCOME_NONE;

	conn_report_set(&theirs, CONN_REPORT_PEER, "198.51.100.7:99");
	ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc), 0);
	ck_assert_has(remark, "you are 192.0.2.1:4711, the server sees 198.51.100.7:99");
	/* With another difference it is one of them. */
	conn_report_set(&theirs, CONN_REPORT_BINDING, "ff00");
	ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc), -1);
	ck_assert_outcome(&oc, OC_PATH_DIFFERS, "do not share keys; ");
	ck_assert_has(oc.detail, "the server sees 198.51.100.7:99");
	ck_assert_str_eq(remark, "");
	/* And where nothing proves that the keys are shared. */
	oc = OUTCOME_NONE;
	conn_report_set(&ours, CONN_REPORT_BINDING, NULL);
	conn_report_set(&theirs, CONN_REPORT_BINDING, NULL);
	ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc), -1);
	ck_assert_outcome(&oc, OC_PATH_DIFFERS, "source address");
}
END_TEST

/* A link is called by its name here and by its number there, or by another name. */
START_TEST(test_zones_are_of_one_machine)
{
	static const struct {
		const char *ours, *theirs;
		bool same;
	} pairs[] = {
		{ "[fe80::1%eth0]:4711", "[fe80::1%2]:4711", true },
		{ "[fe80::1%eth0]:4711", "[fe80::1]:4711", true },
		{ "[fe80::1]:4711", "[fe80::1%2]:4711", true },
		{ "[fe80::1%eth0]:4711", "[fe80::1%eth0]:4711", true },
		{ "[fe80::1%eth0]:4711", "[fe80::2%eth0]:4711", false },
		{ "[fe80::1%eth0]:4711", "[fe80::1%eth0]:4712", false },
		{ "[fe80::1%eth0]:4711", "[fe80::12%eth0]:4711", false },
		{ "[fe80::1%eth0]:4711", "192.0.2.1:4711", false },
	};
	char remark[COMPARE_REMARK_MAX];

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct conn_report ours = sample(), theirs = sample();
		struct outcome oc = OUTCOME_NONE;

		conn_report_set(&ours, CONN_REPORT_PEER, pairs[i].ours);
		conn_report_set(&theirs, CONN_REPORT_PEER, pairs[i].theirs);
		ck_assert_int_eq(compare_differs(&ours, &theirs, CONN_REPORT_PEER), !pairs[i].same);
		ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc), 0);
		ck_assert_int_eq(remark[0] == '\0', pairs[i].same);
	}
}
END_TEST

START_TEST(test_the_longest_addresses_are_told_whole)
{
	static const char a[] = "[2001:db8:1111:2222:3333:4444:5555:6666%interface-15chr]:65535",
			  b[] = "[2001:db8:1111:2222:3333:4444:5555:7777%interface-15chr]:65535";
	struct conn_report ours = sample(), theirs = sample();
	char remark[COMPARE_REMARK_MAX];
	struct outcome oc = OUTCOME_NONE;

	conn_report_set(&ours, CONN_REPORT_PEER, a);
	conn_report_set(&theirs, CONN_REPORT_PEER, b);
	ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc), 0);
	ck_assert_has(remark, a);
	ck_assert_has(remark, b);
	ck_assert_has(remark, "; TLS is passed through");
}
END_TEST

START_TEST(test_all_of_it_fits)
{
	char longest[CONN_REPORT_VALUE_MAX], remark[COMPARE_REMARK_MAX];
	struct conn_report ours, theirs;
	struct outcome oc = OUTCOME_NONE;

	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		conn_report_set(&ours, (enum conn_report_field)i, longest);
		conn_report_set(&theirs, (enum conn_report_field)i, "b");
	}
	ck_assert_int_eq(compare_reports(&ours, &theirs, remark, &oc), -1);
	ck_assert_outcome(&oc, OC_PATH_DIFFERS, "do not share keys");
	/* What tells least is what is cut. */
	ck_assert_has(oc.detail, "the server sees b");
}
END_TEST

CHECK_MAIN("compare", test_each_difference_is_named, test_a_rewritten_address_alone_is_a_remark,
    test_zones_are_of_one_machine, test_the_longest_addresses_are_told_whole, test_all_of_it_fits)
