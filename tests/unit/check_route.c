/* SPDX-License-Identifier: MIT */
#include "client/session/route.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

typedef int add_fn(struct route *r, const char *text, struct outcome *oc);

static struct route route;

static void add(add_fn *add_rule, const char *text)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_msg(add_rule(&route, text, &oc) == 0, "%s: %s", text, oc.detail);
}

static void refused(add_fn *add_rule, const char *text, const char *because)
{
	struct outcome oc = OUTCOME_NONE;
	struct route before = route;

	ck_assert_msg(add_rule(&route, text, &oc) == -1, "taken: %s", text);
	ck_assert_outcome(&oc, OC_USAGE, because);
	ck_assert_uint_eq(before.detour_count, route.detour_count);
	ck_assert_uint_eq(before.answer_count, route.answer_count);
}

/* Where svc.test:8443, or another place, leads to. */
static void leads(const char *host, const char *port, const char *to_host, const char *to_port)
{
	struct route_endpoint to;

	route_follow(&route, host, port, &to);
	ck_assert_str_eq(to.host, to_host);
	ck_assert_str_eq(to.port, to_port);
}

static void only(const char *detour)
{
	memset(&route, 0, sizeof route);
	add(route_add_detour, detour);
}

START_TEST(test_nothing_is_changed_without_rules)
{
	leads("svc.test", "8443", "svc.test", "8443");
	leads("2001:db8::1", "1", "2001:db8::1", "1");
}
END_TEST

START_TEST(test_all_targets_go_to_one_place)
{
	only("192.0.2.7");
	leads("svc.test", "8443", "192.0.2.7", "8443");
	only("192.0.2.7:443");
	leads("svc.test", "8443", "192.0.2.7", "443");
	only("node-3.test:443");
	leads("svc.test", "8443", "node-3.test", "443");
	only(":443");
	leads("svc.test", "8443", "svc.test", "443");
	only("2001:db8::7");
	leads("svc.test", "8443", "2001:db8::7", "8443");
	only("[2001:db8::7]");
	leads("svc.test", "8443", "2001:db8::7", "8443");
	only("[2001:db8::7]:443");
	leads("svc.test", "8443", "2001:db8::7", "443");
}
END_TEST

START_TEST(test_one_target_as_curl_writes_it)
{
	only("svc.test:8443:node.test:443");
	leads("svc.test", "8443", "node.test", "443");
	leads("SVC.test", "8443", "node.test", "443");
	leads("svc.test", "8444", "svc.test", "8444");
	leads("other.test", "8443", "other.test", "8443");
	only("svc.test::node.test:");
	leads("svc.test", "1", "node.test", "1");
	only(":::443");
	leads("any.test", "1", "any.test", "443");
	only("[2001:db8::1]:1:[2001:db8::2]:2");
	leads("2001:db8::1", "1", "2001:db8::2", "2");
	only("::[::1]:2");
	leads("any.test", "1", "::1", "2");
}
END_TEST

START_TEST(test_the_first_rule_that_fits_counts)
{
	only("a.test:1:one.test:");
	add(route_add_detour, "a.test::two.test:");
	add(route_add_detour, "three.test");
	leads("a.test", "1", "one.test", "1");
	leads("a.test", "2", "two.test", "2");
	leads("b.test", "1", "three.test", "1");
}
END_TEST

START_TEST(test_what_is_no_detour)
{
	const char *const texts[] = { "", ":", "a:b", "a:0", "a:65536", "a:1:b", "a:1:b:2:c",
		"[::1", "[::1]x", "[::1]x:1", "a:x:b:1", ":::" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		refused(route_add_detour, texts[i], "invalid --connect-to");
	/* Either an address, or the host "cafe": nobody can know. */
	refused(route_add_detour, "::cafe:443", "invalid --connect-to");
}
END_TEST

/* The addresses for a place, joined by blanks; "none": ask the resolver. */
static const char *answer(const char *host, const char *port)
{
	struct route_endpoint place;
	static char text[ROUTE_ADDRS_MAX * ADDR_TEXT_MAX];
	const struct addr *addrs;
	size_t count = 0, len = 0;

	snprintf(place.host, sizeof place.host, "%s", host);
	snprintf(place.port, sizeof place.port, "%s", port);
	addrs = route_answer(&route, &place, &count);
	if (!addrs)
		return "none";
	for (size_t i = 0; i < count; i++) {
		char one[ADDR_TEXT_MAX];

		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "",
		    addr_format(&addrs[i], one));
	}
	return text;
}

START_TEST(test_answers_in_place_of_the_resolver)
{
	ck_assert_str_eq(answer("svc.test", "443"), "none");
	add(route_add_answer, "svc.test:443:192.0.2.7");
	add(route_add_answer, "two.test:443:192.0.2.7,2001:db8::7,[2001:db8::8]");
	add(route_add_answer, "*:1:127.0.0.1");
	ck_assert_str_eq(answer("svc.test", "443"), "192.0.2.7:443");
	ck_assert_str_eq(answer("Svc.Test", "443"), "192.0.2.7:443");
	ck_assert_str_eq(answer("svc.test", "444"), "none");
	ck_assert_str_eq(answer("two.test", "443"),
	    "192.0.2.7:443 [2001:db8::7]:443 [2001:db8::8]:443");
	ck_assert_str_eq(answer("any.test", "1"), "127.0.0.1:1");
}
END_TEST

START_TEST(test_what_is_no_answer)
{
	const char *const texts[] = { "", "a", "a:1", "a:1:", "a::127.0.0.1", ":1:127.0.0.1",
		"a:x:127.0.0.1", "*" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		refused(route_add_answer, texts[i], "invalid --resolve");
	refused(route_add_answer, "a:1:b", "expected an IPv4 or IPv6 address");
	refused(route_add_answer, "a:1:127.0.0.1,,127.0.0.2", "expected an IPv4 or IPv6 address");
	refused(route_add_answer, "a:1:::1,::2,::3,::4,::5,::6,::7,::8,::9",
	    "more than 8 addresses");
}
END_TEST

START_TEST(test_too_many_rules)
{
	for (int i = 0; i < ROUTE_RULES_MAX; i++) {
		add(route_add_detour, "192.0.2.7");
		add(route_add_answer, "a.test:1:192.0.2.7");
	}
	refused(route_add_detour, "192.0.2.7", "more than 16 times");
	refused(route_add_answer, "a.test:1:192.0.2.7", "more than 16 times");
}
END_TEST

START_TEST(test_one_address_for_every_place)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr to;

	memset(&route, 0, sizeof route);
	add(route_add_answer, "a.test:1:192.0.2.7,192.0.2.8");
	add(route_add_answer, "b.test:1:192.0.2.9");
	ck_assert_int_eq(addr_parse("2001:db8::1", "443", &to, &oc), 0);
	route_pin(&route, &to);
	ck_assert_str_eq(answer("a.test", "1"), "[2001:db8::1]:443");
	ck_assert_str_eq(answer("c.test", "2"), "[2001:db8::1]:443");
}
END_TEST

CHECK_MAIN("route", test_nothing_is_changed_without_rules, test_all_targets_go_to_one_place,
    test_one_target_as_curl_writes_it, test_the_first_rule_that_fits_counts,
    test_what_is_no_detour, test_answers_in_place_of_the_resolver, test_what_is_no_answer,
    test_too_many_rules, test_one_address_for_every_place)
