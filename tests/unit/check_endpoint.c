/* SPDX-License-Identifier: MIT */
#include "server/listen/endpoint.h"

#include <stdio.h>

#include "support/check_main.h"
#include "tls/quic.h"

static struct endpoint taken(const char *value)
{
	struct outcome oc = OUTCOME_NONE;
	struct endpoint p;

	ck_assert_int_eq(endpoint_parse("--listen", value, &p, &oc), 0);
	ck_assert_no_failure(&oc);
	return p;
}

static void refused(const char *value, const char *because)
{
	struct endpoint p = { .text = "kept" };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(endpoint_parse("--metrics", value, &p, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, because);
	ck_assert_has(oc.detail, "--metrics");
	ck_assert_str_eq(p.text, "kept");
}

START_TEST(test_an_address)
{
	struct endpoint p = taken("[::1]:443");
	char text[ADDR_TEXT_MAX];

	ck_assert_int_eq(p.kind, ENDPOINT_INET);
	ck_assert_str_eq(addr_format(&p.at, text), "[::1]:443");
}
END_TEST

START_TEST(test_a_path)
{
	struct endpoint p = taken("unix:run/hello:1.sock");

	ck_assert_int_eq(p.kind, ENDPOINT_UNIX);
	ck_assert_str_eq(p.text, "run/hello:1.sock");
	refused("unix:", "the path is empty");
	refused("unix", "expected ADDR:PORT");
}
END_TEST

START_TEST(test_a_path_that_is_too_long)
{
	char value[128] = "unix:";

	/* unix(7): 108 bytes with the terminator. */
	memset(value + 5, 'p', 107);
	ck_assert_uint_eq(strlen(taken(value).text), 107);
	value[5 + 107] = 'p';
	refused(value, "the path has 108 bytes; a socket's path has at most 107");
}
END_TEST

START_TEST(test_what_was_handed_over)
{
	struct endpoint p = taken("systemd");

	ck_assert_int_eq(p.kind, ENDPOINT_SYSTEMD);
	ck_assert_str_eq(p.text, "");
	p = taken("systemd:hello.socket");
	ck_assert_int_eq(p.kind, ENDPOINT_SYSTEMD);
	ck_assert_str_eq(p.text, "hello.socket");
	refused("systemd:", "expected systemd or systemd:NAME");
	refused("systemd1", "expected systemd or");
}
END_TEST

START_TEST(test_datagrams)
{
	struct endpoint p = taken("dtls:[::1]:443");
	char text[ADDR_TEXT_MAX];

	ck_assert_int_eq(p.kind, ENDPOINT_DTLS);
	ck_assert_str_eq(addr_format(&p.at, text), "[::1]:443");
	refused("dtls:443", "\"dtls:443\": expected dtls:ADDR:PORT");
	refused("dtls:localhost:443", "invalid address \"localhost\"");
	refused("dtls:", "expected dtls:ADDR:PORT");
}
END_TEST

START_TEST(test_quic)
{
	char text[ADDR_TEXT_MAX];
	struct endpoint p;

	if (!tls_quic_is_built()) {
		refused("quic:[::1]:443", "this program was built without QUIC (it uses OpenSSL ");
		return;
	}
	p = taken("quic:[::1]:443");
	ck_assert_int_eq(p.kind, ENDPOINT_QUIC);
	ck_assert(endpoint_is_datagram(&p));
	ck_assert_str_eq(addr_format(&p.at, text), "[::1]:443");
	refused("quic:443", "\"quic:443\": expected quic:ADDR:PORT");
}
END_TEST

START_TEST(test_what_is_no_endpoint)
{
	refused("localhost:443", "invalid address \"localhost\": expected an IPv4 or IPv6 address");
	refused("443", "\"443\": expected ADDR:PORT");
	refused("", "\"\": expected ADDR:PORT");
}
END_TEST

CHECK_MAIN("endpoint", test_an_address, test_a_path, test_a_path_that_is_too_long,
    test_what_was_handed_over, test_datagrams, test_quic, test_what_is_no_endpoint)
