/* SPDX-License-Identifier: MIT */
#include "net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

static struct addr parsed(const char *host, const char *port)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;

	ck_assert_int_eq(addr_parse(host, port, &a, &oc), 0);
	ck_assert_no_failure(&oc);
	return a;
}

static void refuse_parse(const char *host, const char *port, const char *because)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr a;

	ck_assert_msg(addr_parse(host, port, &a, &oc) == -1, "taken: \"%s\" \"%s\"", host, port);
	ck_assert_outcome(&oc, OC_USAGE, because);
}

static void refuse_split(const char *text, const char *because)
{
	char host[ADDR_HOST_MAX] = "dh", port[ADDR_PORT_MAX] = "1";
	struct outcome oc = OUTCOME_NONE;

	ck_assert_msg(addr_split(text, host, port, &oc) == -1, "taken: \"%s\"", text);
	ck_assert_outcome(&oc, OC_USAGE, because);
}

START_TEST(test_split_takes_the_usual_forms)
{
	static const struct { const char *text, *host, *port; } table[] = {
		{ "a.test:443", "a.test", "443" },
		{ "a.test", "a.test", "1" },
		{ "a.test:", "a.test", "" },
		{ "192.0.2.1:65535", "192.0.2.1", "65535" },
		{ ":443", "dh", "443" },
		{ ":", "dh", "" },
		{ "[::1]:443", "::1", "443" },
		{ "[::1]", "::1", "1" },
		{ "[::1]:", "::1", "" },
		{ "[fe80::1%lo]:443", "fe80::1%lo", "443" },
		{ "[a.test]:443", "a.test", "443" },
		{ "::1", "::1", "1" },
		{ "::", "::", "1" },
		{ "2001:db8::1:443", "2001:db8::1:443", "1" },
		{ "443", "443", "1" },
		{ "]x", "]x", "1" },
		{ "a.test:x y", "a.test", "x y" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char host[ADDR_HOST_MAX] = "dh", port[ADDR_PORT_MAX] = "1";
		struct outcome oc = OUTCOME_NONE;

		ck_assert_msg(addr_split(table[i].text, host, port, &oc) == 0, "refused: %s",
		    table[i].text);
		ck_assert_no_failure(&oc);
		ck_assert_str_eq(host, table[i].host);
		ck_assert_str_eq(port, table[i].port);
	}
}
END_TEST

START_TEST(test_split_refuses_broken_brackets)
{
	refuse_split("[::1", "\"[::1\": expected [IPv6]:PORT");
	refuse_split("[", "expected [IPv6]:PORT");
	refuse_split("[[]", "\"[[]\": expected [IPv6]:PORT");
	refuse_split("[[::1]:443", "expected [IPv6]:PORT");
	refuse_split("[::1]x", "\"[::1]x\": expected [IPv6]:PORT");
	refuse_split("[::1]443", "expected [IPv6]:PORT");
	refuse_split("[::1]]:443", "expected [IPv6]:PORT");
}
END_TEST

START_TEST(test_split_takes_what_just_fits)
{
	char text[2 * ADDR_HOST_MAX], host[ADDR_HOST_MAX], port[ADDR_PORT_MAX] = "1";
	struct outcome oc = OUTCOME_NONE;

	memset(text, 'h', ADDR_HOST_MAX);
	snprintf(text + ADDR_HOST_MAX - 1, ADDR_HOST_MAX, ":12345");
	ck_assert_int_eq(addr_split(text, host, port, &oc), 0);
	ck_assert_uint_eq(strlen(host), ADDR_HOST_MAX - 1);
	ck_assert_uint_eq(strspn(host, "h"), ADDR_HOST_MAX - 1);
	ck_assert_str_eq(port, "12345");
}
END_TEST

START_TEST(test_split_refuses_what_is_too_long)
{
	char text[2 * ADDR_HOST_MAX] = "";

	memset(text, 'h', ADDR_HOST_MAX);
	refuse_split(text, "the host is too long: hhhh");
	snprintf(text + ADDR_HOST_MAX, ADDR_HOST_MAX, ":443");
	refuse_split(text, "the host is too long");
	text[0] = '[';
	snprintf(text + ADDR_HOST_MAX + 1, ADDR_HOST_MAX - 1, "]:443");
	refuse_split(text, "the host is too long");
	refuse_split("a.test:123456", "the port is too long: 123456");
	refuse_split("[::1]:123456", "the port is too long");
	refuse_split(":123456", "the port is too long");
}
END_TEST

START_TEST(test_parse_takes_both_families)
{
	struct addr v4 = parsed("192.0.2.1", "443"), v6 = parsed("2001:db8::1", "65535");

	ck_assert_int_eq(v4.ss.any.sa_family, AF_INET);
	ck_assert_uint_eq(v4.len, sizeof v4.ss.v4);
	ck_assert_uint_eq(ntohl(v4.ss.v4.sin_addr.s_addr), 0xc0000201);
	ck_assert_uint_eq(addr_port(&v4), 443);
	ck_assert_int_eq(v6.ss.any.sa_family, AF_INET6);
	ck_assert_uint_eq(v6.len, sizeof v6.ss.v6);
	ck_assert_uint_eq(v6.ss.v6.sin6_addr.s6_addr[15], 1);
	ck_assert_uint_eq(addr_port(&v6), 65535);
}
END_TEST

START_TEST(test_parse_takes_a_scope)
{
	struct addr a = parsed("fe80::1%lo", "443");

	ck_assert_uint_eq(a.ss.v6.sin6_scope_id, if_nametoindex("lo"));
	refuse_parse("fe80::1%no-such-if", "443", "only a link-local address has a zone");
	refuse_parse("fe80::1%", "443", "only a link-local address has a zone");
	refuse_parse("fe80::1%1x", "443", "only a link-local address has a zone");
	refuse_parse("::1%lo", "443", "only a link-local address has a zone");
	refuse_parse("127.0.0.1%lo", "443", "expected an IPv4 or IPv6 address");
}
END_TEST

START_TEST(test_parse_takes_every_port)
{
	struct addr zero = parsed("127.0.0.1", "0"), padded = parsed("::1", "00443");

	ck_assert_uint_eq(addr_port(&zero), 0);
	ck_assert_uint_eq(addr_port(&padded), 443);
}
END_TEST

START_TEST(test_parse_refuses_what_is_no_port)
{
	static const char *const ports[] = {
		"65536", "65537", "99999", "4294967739", "18446744073709551616", "-1", "+1", " 1",
		"1 ", "", "0x1bb", "443x", "4.3", "https", "\xd9\xa3",
	};

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		refuse_parse("127.0.0.1", ports[i], "expected 0 to 65535");
		refuse_parse("127.0.0.1", ports[i], ports[i]);
	}
}
END_TEST

static const char *const no_literals[] = {
	"", "1", "127.1", "0x7f.1", "0x7f000001", "017700000001", "127.0.0.1.", "127.0.0.256",
	"127.0.0.1 ", " 127.0.0.1", "localhost", "a.test", "[::1]", "::1]", ":::", "1::2::3",
	"%lo", "127.0.0.1%lo", "::ffff:1.2.3", "12345::",
	"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
};

START_TEST(test_parse_asks_no_resolver)
{
	for (size_t i = 0; i < sizeof no_literals / sizeof no_literals[0]; i++) {
		refuse_parse(no_literals[i], "443", "expected an IPv4 or IPv6 address");
		refuse_parse(no_literals[i], "443", no_literals[i]);
	}
}
END_TEST

START_TEST(test_what_is_a_literal)
{
	static const char *const literals[] = {
		"127.0.0.1", "0.0.0.0", "::", "::1", "2001:DB8::1", "::ffff:192.0.2.1",
		"fe80::1%lo",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
	};

	for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++)
		ck_assert_msg(addr_is_literal(literals[i]), "\"%s\"", literals[i]);
	for (size_t i = 0; i < sizeof no_literals / sizeof no_literals[0]; i++)
		ck_assert_msg(!addr_is_literal(no_literals[i]), "\"%s\"", no_literals[i]);
}
END_TEST

START_TEST(test_format_of_both_families)
{
	static const struct { const char *host, *port, *with_port; } table[] = {
		{ "192.0.2.1", "443", "192.0.2.1:443" },
		{ "255.255.255.255", "65535", "255.255.255.255:65535" },
		{ "2001:db8::1", "443", "[2001:db8::1]:443" },
		{ "::", "0", "[::]:0" },
		{ "::ffff:192.0.2.1", "443", "[::ffff:192.0.2.1]:443" },
		{ "fe80::1%lo", "443", "[fe80::1%lo]:443" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct addr a = parsed(table[i].host, table[i].port);
		char text[ADDR_TEXT_MAX];

		ck_assert_ptr_eq(addr_format(&a, text), text);
		ck_assert_str_eq(text, table[i].with_port);
		ck_assert_ptr_eq(addr_format_host(&a, text), text);
		ck_assert_str_eq(text, table[i].host);
	}
}
END_TEST

START_TEST(test_format_for_ip)
{
	struct addr a = parsed("fe80::1%lo", "443");
	char text[ADDR_TEXT_MAX];

	ck_assert_str_eq(addr_format_for_ip(&a, text), "fe80::1 dev lo");
	a = parsed("2001:db8::1", "443");
	ck_assert_str_eq(addr_format_for_ip(&a, text), "2001:db8::1");
}
END_TEST

START_TEST(test_format_of_no_address)
{
	const struct addr none = { .len = 0 };
	char text[ADDR_TEXT_MAX];

	ck_assert_str_eq(addr_format_host(&none, text), "unknown");
	ck_assert_str_eq(addr_format(&none, text), "unknown:0");
	ck_assert_uint_eq(addr_port(&none), 0);
}
END_TEST

START_TEST(test_the_port_can_be_changed)
{
	struct addr v4 = parsed("127.0.0.1", "1"), v6 = parsed("::1", "1");
	char text[ADDR_TEXT_MAX];

	addr_set_port(&v4, 0x1234);
	addr_set_port(&v6, UINT16_MAX);
	ck_assert_uint_eq(addr_port(&v4), 0x1234);
	ck_assert_uint_eq(ntohs(v4.ss.v4.sin_port), 0x1234);
	ck_assert_str_eq(addr_format(&v6, text), "[::1]:65535");
}
END_TEST

START_TEST(test_a_unix_socket_has_a_family_and_nothing_else)
{
	struct addr a = { .len = 110 };
	char text[ADDR_TEXT_MAX];

	/* As accept(2) leaves it: cut, with the length of what it cut. */
	memset(&a.ss, 'x', sizeof a.ss);
	a.ss.any.sa_family = AF_UNIX;
	addr_settle(&a);
	ck_assert_uint_eq(a.len, sizeof(sa_family_t));
	ck_assert_str_eq(addr_format(&a, text), "unix");
	ck_assert_str_eq(addr_format_host(&a, text), "unix");
	ck_assert_uint_eq(addr_port(&a), 0);
	addr_set_port(&a, 443);
	ck_assert_uint_eq(addr_port(&a), 0);
	ck_assert_str_eq(addr_format(&a, text), "unix");
}
END_TEST

START_TEST(test_what_the_kernel_gave_is_settled)
{
	struct addr v4 = parsed("192.0.2.1", "443"), v6 = parsed("2001:db8::1", "443"),
		    mapped = parsed("::ffff:192.0.2.1", "443");
	char text[ADDR_TEXT_MAX];

	addr_settle(&v4);
	ck_assert_str_eq(addr_format(&v4, text), "192.0.2.1:443");
	addr_settle(&v6);
	ck_assert_str_eq(addr_format(&v6, text), "[2001:db8::1]:443");
	addr_settle(&mapped);
	ck_assert_str_eq(addr_format(&mapped, text), "192.0.2.1:443");
}
END_TEST

START_TEST(test_what_is_this_machine)
{
	static const struct {
		const char *host;
		bool here;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.255.255.255", true },
		{ "::1", true },
		{ "126.255.255.255", false },
		{ "128.0.0.1", false },
		{ "0.0.0.0", false },
		{ "::", false },
		{ "::2", false },
		{ "fe80::1", false },
		{ "1.0.0.127", false },
	};
	struct addr unix_socket = { .len = sizeof(sa_family_t) };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct addr a = parsed(rows[i].host, "443");

		ck_assert_msg(addr_is_loopback(&a) == rows[i].here, "%s", rows[i].host);
	}
	unix_socket.ss.any.sa_family = AF_UNIX;
	ck_assert(!addr_is_loopback(&unix_socket));
}
END_TEST

CHECK_MAIN("addr",
    test_split_takes_the_usual_forms,
    test_split_refuses_broken_brackets,
    test_split_takes_what_just_fits,
    test_split_refuses_what_is_too_long,
    test_parse_takes_both_families,
    test_parse_takes_a_scope,
    test_parse_takes_every_port,
    test_parse_refuses_what_is_no_port,
    test_parse_asks_no_resolver,
    test_what_is_a_literal,
    test_format_of_both_families,
    test_format_for_ip,
    test_format_of_no_address,
    test_a_unix_socket_has_a_family_and_nothing_else,
    test_what_the_kernel_gave_is_settled,
    test_the_port_can_be_changed,
    test_what_is_this_machine)
