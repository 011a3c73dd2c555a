/* SPDX-License-Identifier: MIT */
#include "server/listen/access.h"

#include "support/check_main.h"

static struct addr at(const char *host)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;

	ck_assert_int_eq(addr_parse(host, "1", &a, &oc), 0);
	addr_unmap(&a);
	return a;
}

static struct cidr block(const char *text)
{
	struct outcome oc = OUTCOME_NONE;
	struct cidr c;

	ck_assert_msg(cidr_parse("--allow", text, &c, &oc) == 0, "%s: %s", text, oc.detail);
	return c;
}

static void expect_in(const char *text, const char *host, bool expected)
{
	const struct cidr c = block(text);
	const struct addr a = at(host);

	ck_assert_msg(cidr_contains(&c, &a) == expected, "%s %s", host, text);
}

static void expect_refused(const char *text, const char *part)
{
	struct outcome oc = OUTCOME_NONE;
	struct cidr c;

	ck_assert_msg(cidr_parse("--deny", text, &c, &oc) == -1, "%s was taken", text);
	ck_assert_outcome(&oc, OC_USAGE, part);
	ck_assert_has(oc.detail, "--deny");
}

START_TEST(test_where_a_block_ends)
{
	expect_in("192.0.2.0/24", "192.0.2.0", true);
	expect_in("192.0.2.0/24", "192.0.2.255", true);
	expect_in("192.0.2.0/24", "192.0.3.0", false);
	expect_in("192.0.2.128/25", "192.0.2.127", false);
	expect_in("192.0.2.128/25", "192.0.2.128", true);
	expect_in("10.0.0.0/9", "10.127.255.255", true);
	expect_in("10.0.0.0/9", "10.128.0.0", false);
	expect_in("2001:db8::/33", "2001:db8:7fff::1", true);
	expect_in("2001:db8::/33", "2001:db8:8000::1", false);
	expect_in("2001:db8::1/128", "2001:db8::1", true);
	expect_in("2001:db8::1/128", "2001:db8::2", false);
}
END_TEST

START_TEST(test_no_length_is_one_address)
{
	expect_in("192.0.2.1", "192.0.2.1", true);
	expect_in("192.0.2.1", "192.0.2.2", false);
	expect_in("::1", "::1", true);
}
END_TEST

START_TEST(test_length_zero_is_all_of_a_family)
{
	expect_in("0.0.0.0/0", "203.0.113.9", true);
	expect_in("0.0.0.0/0", "2001:db8::1", false);
	expect_in("::/0", "2001:db8::1", true);
	expect_in("::/0", "203.0.113.9", false);
}
END_TEST

START_TEST(test_a_mapped_address_is_ipv4)
{
	expect_in("192.0.2.0/24", "::ffff:192.0.2.7", true);
	expect_in("::/0", "::ffff:192.0.2.7", false);
}
END_TEST

/* Written as the system shows such peers: it must not be a rule that nobody meets. */
START_TEST(test_a_mapped_block_is_ipv4)
{
	expect_in("::ffff:192.0.2.7", "192.0.2.7", true);
	expect_in("::ffff:192.0.2.7", "192.0.2.8", false);
	expect_in("::ffff:192.0.2.0/120", "192.0.2.7", true);
	expect_in("::ffff:192.0.2.0/120", "192.0.3.7", false);
	expect_in("::ffff:0:0/96", "203.0.113.9", true);
	expect_in("::ffff:0:0/96", "2001:db8::1", false);
	expect_refused("::ffff:192.0.2.7/120", "set after the first 120");
	/* Not mapped, though they begin alike. */
	expect_in("::fffe:0:0/96", "::fffe:0:1", true);
	expect_in("::/95", "::1", true);
}
END_TEST

START_TEST(test_what_is_no_block)
{
	expect_refused("", "expected addresses such as");
	expect_refused("localhost", "expected addresses such as");
	expect_refused("192.0.2", "expected addresses such as");
	expect_refused("192.0.2.0/", "expected addresses such as");
	expect_refused("192.0.2.0/33", "expected addresses such as");
	expect_refused("192.0.2.0/+8", "expected addresses");
	expect_refused("192.0.2.0/-1", "expected addresses");
	expect_refused("192.0.2.0/99999999999999999999", "expected addresses");
	expect_refused("2001:db8::/129", "expected addresses");
	expect_refused("192.0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0/8",
	    "expected addresses");
}
END_TEST

START_TEST(test_bits_behind_the_prefix_are_a_slip)
{
	struct outcome oc = OUTCOME_NONE;
	struct cidr c;

	expect_refused("192.0.2.1/24", "set after the first 24");
	expect_refused("2001:db8::1/32", "set after the first 32");
	ck_assert_int_eq(cidr_parse("--allow", "10.1.2.3/8", &c, &oc), -1);
	ck_assert_has(oc.advice, "--allow 10.0.0.0/8");
}
END_TEST

static void allow(struct access *a, const char *text)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(access_allow(a, text, &oc), 0);
}

static void deny(struct access *a, const char *text)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(access_deny(a, text, &oc), 0);
}

static void expect_permits(const struct access *a, const char *host, bool expected)
{
	const struct addr peer = at(host);

	ck_assert_msg(access_permits(a, &peer) == expected, "%s", host);
}

START_TEST(test_without_rules_all_are_let_in)
{
	const struct access a = { .allow_count = 0 };

	expect_permits(&a, "192.0.2.1", true);
	expect_permits(&a, "2001:db8::1", true);
}
END_TEST

START_TEST(test_denied_wins_and_allowed_closes_the_rest)
{
	struct access a = { .allow_count = 0 };

	deny(&a, "10.9.0.0/16");
	expect_permits(&a, "10.9.1.1", false);
	expect_permits(&a, "10.8.1.1", true);
	allow(&a, "10.0.0.0/8");
	expect_permits(&a, "10.9.1.1", false);
	expect_permits(&a, "10.8.1.1", true);
	expect_permits(&a, "192.0.2.1", false);
	expect_permits(&a, "::1", false);
	allow(&a, "::1");
	expect_permits(&a, "::1", true);
}
END_TEST

START_TEST(test_a_peer_without_an_address_is_let_in)
{
	struct addr local = { .ss.any.sa_family = AF_UNIX };
	struct access a = { .allow_count = 0 };

	allow(&a, "10.0.0.0/8");
	deny(&a, "0.0.0.0/0");
	ck_assert(access_permits(&a, &local));
}
END_TEST

START_TEST(test_who_is_a_balancer)
{
	const struct addr inside = at("203.0.113.5"), outside = at("192.0.2.1");
	const struct addr local = { .ss.any.sa_family = AF_UNIX };
	struct outcome oc = OUTCOME_NONE;
	struct access a = { .allow_count = 0 };

	ck_assert(!access_is_balancer(&a, &inside));
	ck_assert(!access_is_balancer(&a, &local));
	ck_assert_int_eq(access_trust_balancer(&a, "203.0.113.0/24", &oc), 0);
	ck_assert(access_is_balancer(&a, &inside));
	ck_assert(!access_is_balancer(&a, &outside));
	ck_assert(!access_is_balancer(&a, &local));
	ck_assert_int_eq(access_trust_balancer(&a, "unix", &oc), 0);
	ck_assert(access_is_balancer(&a, &local));
	ck_assert_int_eq(access_trust_balancer(&a, "unix:/run/x", &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "--proxy-protocol-from");
}
END_TEST

START_TEST(test_who_believes_everybody)
{
	struct outcome oc = OUTCOME_NONE;
	struct access a = { .allow_count = 0 };

	ck_assert_ptr_null(access_believes_all(&a));
	ck_assert_int_eq(access_trust_balancer(&a, "unix", &oc), 0);
	ck_assert_int_eq(access_trust_balancer(&a, "128.0.0.0/1", &oc), 0);
	allow(&a, "0.0.0.0/0");
	ck_assert_ptr_null(access_believes_all(&a));
	ck_assert_int_eq(access_trust_balancer(&a, "::/0", &oc), 0);
	ck_assert_str_eq(access_believes_all(&a), "::/0");
	a.balancer_count = 0;
	ck_assert_int_eq(access_trust_balancer(&a, "::ffff:0:0/96", &oc), 0);
	ck_assert_str_eq(access_believes_all(&a), "0.0.0.0/0");
}
END_TEST

START_TEST(test_too_many_blocks)
{
	struct outcome oc = OUTCOME_NONE;
	struct access a = { .allow_count = 0 };

	for (int i = 0; i < ACCESS_BLOCKS_MAX; i++)
		deny(&a, "192.0.2.1");
	ck_assert_int_eq(access_deny(&a, "192.0.2.1", &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "--deny: more than 64 address blocks");
}
END_TEST

CHECK_MAIN("access", test_where_a_block_ends, test_no_length_is_one_address,
    test_length_zero_is_all_of_a_family, test_a_mapped_address_is_ipv4,
    test_a_mapped_block_is_ipv4, test_what_is_no_block,
    test_bits_behind_the_prefix_are_a_slip, test_without_rules_all_are_let_in,
    test_denied_wins_and_allowed_closes_the_rest, test_a_peer_without_an_address_is_let_in,
    test_who_is_a_balancer, test_who_believes_everybody, test_too_many_blocks)
