/* SPDX-License-Identifier: MIT */
#include "net/hostname.h"

#include <stdio.h>
#include <string.h>

#include "client/options/options.h"
#include "server/options.h"
#include "support/check_main.h"

#define LABEL "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz" /* 62 */
#define LONG LABEL "a." LABEL "a." LABEL "a."                                  /* 192 */

static const char *const good[] = {
	"localhost",
	"localhost.",
	"a",
	"A.Test",
	"a.test.",
	"_dns.a.test",
	"my_host",
	"xn--bcher-kva.test",
	"1",
	"127.1",
	"r3---sn-x.test",
	"a-.test",
	"127.0.0.1",
	"::1",
	"fe80::1%eth0",
	"fe80::1%wg+vpn",
	"fe80::1%2",
	LABEL "a.test",
	LONG "a.test",
};

static const struct {
	const char *name, *why;
} bad[] = {
	{ "", "empty" },
	{ ".", "a dot alone" },
	{ ".test", "begins with a dot" },
	{ "..", "begins with a dot" },
	{ "a..test", "two dots" },
	{ "a.test..", "two dots" },
	{ LABEL "aa.test", "a label is longer than 63" },
	{ LONG LABEL, "longer than 253" },
	{ "*.test", "wildcard" },
	{ "a.*", "wildcard" },
	{ "a b", "only letters" },
	{ "a|b", "only letters" },
	{ "a\"b", "only letters" },
	{ "a/b", "only letters" },
	{ "a:b", "only letters" },
	{ "a\\b", "only letters" },
	{ "a%25", "only letters" },
	{ "a\r\nX: y", "control character" },
	{ "a\n", "control character" },
	{ "\x1b"
	  "ca",
	    "control character" },
	{ "a\x7f", "control character" },
	{ "a\xc2\x9b", "control character" },
	{ "a\xe2\x80\xae"
	  "b",
	    "invisible" },
	{ "a\xe2\x80\x8b"
	  "b",
	    "invisible" },
	{ "a\xff", "invalid UTF-8" },
	{ "b\xc3\xbc"
	  "cher.test",
	    "xn--" },
	{ "\xe6\x97\xa5\xe6\x9c\xac.test", "xn--" },
	{ ".b\xc3\xbc", "begins with a dot" },
	{ "b\xc3\xbc;id", "only letters" },
	{ "fe80::1%a\nb", "zone" },
	{ "fe80::1%a b", "zone" },
	{ "fe80::1%a*", "zone" },
	{ "fe80::1%a|b", "zone" },
	{ "fe80::1%\xff", "zone" },
};

START_TEST(test_good_names)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		ck_assert_msg(!hostname_fault(good[i]), "%s: %s", good[i], hostname_fault(good[i]));
}
END_TEST

START_TEST(test_bad_names)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct outcome oc = OUTCOME_NONE;

		ck_assert_msg(hostname_check("--x", bad[i].name, &oc) == -1, "row %zu", i);
		ck_assert_outcome(&oc, OC_USAGE, bad[i].why);
		ck_assert_has(oc.detail, "--x: invalid name \"");
	}
}
END_TEST

START_TEST(test_lengths)
{
	char name[300];

	for (size_t len = 250; len < 258; len++) {
		memset(name, 'a', sizeof name);
		for (size_t dot = 50; dot < 250; dot += 50)
			name[dot] = '.';
		name[len] = '\0';
		ck_assert_int_eq(!hostname_fault(name), len <= 253);
		name[len - 1] = '.';
		ck_assert_int_eq(!hostname_fault(name), len <= 254);
	}
}
END_TEST

static int parse_client(const char *option, const char *value, struct outcome *oc)
{
	char program[] = "x", host[] = "a.test", first[64], second[512];
	char *argv[] = { program, first, second, host, NULL };
	struct client_options o;

	snprintf(first, sizeof first, "%s", option);
	snprintf(second, sizeof second, "%s", value);
	return client_options_parse(&o, 4, argv, oc);
}

/* Every place where a client is given a name: what stands around the name. */
static const struct {
	const char *option, *before, *after;
} places[] = {
	{ "--verify-name", "", "" },
	{ "--servername", "", "" },
	{ "--connect-to", "", ":443" },
	{ "--connect-to", "", ":1:b.test:2" },
	{ "--connect-to", "b.test:1:", ":2" },
	{ "--resolve", "", ":443:127.0.0.1" },
	{ "--proxy", "http://", ":3128" },
	{ "--proxy", "socks5h://u:p@", ":1080" },
};

START_TEST(test_every_place_of_the_client_asks_the_same)
{
	for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
		for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
			struct outcome oc = OUTCOME_NONE;
			char value[400];

			/* Empty, and any of the two: these have a meaning there. */
			if (!bad[i].name[0] || strpbrk(bad[i].name, ":/%*"))
				continue;
			snprintf(value, sizeof value, "%s%s%s", places[p].before, bad[i].name,
			    places[p].after);
			ck_assert_msg(parse_client(places[p].option, value, &oc) == -1,
			    "%s took row %zu", places[p].option, i);
			ck_assert_int_eq(oc.code, OC_USAGE);
			ck_assert_has(oc.detail, bad[i].why);
		}
		for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
			struct outcome oc = OUTCOME_NONE;
			char value[400];

			if (strchr(good[i], ':'))
				continue;
			snprintf(value, sizeof value, "%s%s%s", places[p].before, good[i],
			    places[p].after);
			ck_assert_msg(parse_client(places[p].option, value, &oc) == 0, "%s %s: %s",
			    places[p].option, value, oc.detail);
		}
	}
}
END_TEST

START_TEST(test_host_and_the_server)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char program[] = "x", name[400], option[] = "--allow-dns",
		     *argv[4] = { program, name };
		struct client_options c;
		struct server_options s;
		struct outcome oc = OUTCOME_NONE;

		snprintf(name, sizeof name, "%s", bad[i].name);
		ck_assert_msg(client_options_parse(&c, 2, argv, &oc) == -1, "row %zu", i);
		ck_assert_int_eq(oc.code, OC_USAGE);
		if (strcmp(name, "*.test") == 0)
			continue;
		oc = OUTCOME_NONE;
		argv[1] = option;
		argv[2] = name;
		ck_assert_msg(server_options_parse(&s, 3, argv, &oc) == -1, "row %zu", i);
		ck_assert_int_eq(oc.code, OC_USAGE);
	}
}
END_TEST

START_TEST(test_the_node_is_text)
{
	static const struct {
		const char *value;
		int ret;
	} nodes[] = { { "box 1", 0 }, { "b\xc3\xbc", 0 }, { "a\nb", -1 }, { "\xff", -1 },
		{ "\xe2\x80\xae", -1 }, { "", -1 } };

	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
		char program[] = "x", option[] = "--node", value[16];
		char *argv[] = { program, option, value, NULL };
		struct server_options s;
		struct outcome oc = OUTCOME_NONE;

		snprintf(value, sizeof value, "%s", nodes[i].value);
		ck_assert_int_eq(server_options_parse(&s, 3, argv, &oc), nodes[i].ret);
	}
}
END_TEST

CHECK_MAIN("hostname", test_good_names, test_bad_names, test_lengths,
    test_every_place_of_the_client_asks_the_same, test_host_and_the_server, test_the_node_is_text)
