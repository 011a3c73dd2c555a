/* SPDX-License-Identifier: MIT */
#include "client/services/target.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

/* clang-format off */
static const struct {
	const char *text, *option, *only_hello, *port; /* what was typed */
	const char *service, *from, *host, *at, *path; /* what it means */
} rows[] = {
	{ "a.test", NULL, NULL, "", "hello", "port", "a.test", "8443", "" },
	{ "a.test:443", NULL, NULL, "", "https", "port", "a.test", "443", "" },
	{ "a.test", NULL, NULL, "443", "https", "port", "a.test", "443", "" },
	{ "a.test:8443", NULL, NULL, "", "hello", "port", "a.test", "8443", "" },
	{ "a.test:9999", NULL, NULL, "", "hello", "port", "a.test", "9999", "" },
	{ "a.test:443", NULL, "expect", "", "hello", "port", "a.test", "443", "" },
	{ "a.test:443/x?y=1", NULL, NULL, "", "https", "port", "a.test", "443", "/x?y=1" },
	{ "https://a.test", NULL, NULL, "", "https", "scheme", "a.test", "443", "" },
	{ "HTTPS://a.test/", NULL, NULL, "", "https", "scheme", "a.test", "443", "/" },
	{ "https://a.test:1/a/b", NULL, NULL, "", "https", "scheme", "a.test", "1", "/a/b" },
	{ "https://a.test?q", NULL, NULL, "", "https", "scheme", "a.test", "443", "/?q" },
	{ "https://a.test/x#y", NULL, NULL, "", "https", "scheme", "a.test", "443", "/x" },
	{ "https://a.test#y", NULL, NULL, "", "https", "scheme", "a.test", "443", "" },
	{ "https://a.test/http://b", NULL, NULL, "", "https", "scheme", "a.test", "443",
	    "/http://b" },
	{ "a.test:443/http://b", NULL, NULL, "", "https", "port", "a.test", "443", "/http://b" },
	{ "https://[::1]", NULL, NULL, "", "https", "scheme", "::1", "443", "" },
	{ "https://[::1]:8443/x", NULL, NULL, "", "https", "scheme", "::1", "8443", "/x" },
	{ "[2001:db8::1]:993", NULL, NULL, "", "imaps", "port", "2001:db8::1", "993", "" },
	{ "::1", NULL, NULL, "443", "https", "port", "::1", "443", "" },
	{ "smtp://mx.test", NULL, NULL, "", "smtp", "scheme", "mx.test", "25", "" },
	{ "postgres://db.test", NULL, NULL, "", "postgres", "scheme", "db.test", "5432", "" },
	{ "db.test:5432", NULL, NULL, "", "postgres", "port", "db.test", "5432", "" },
	{ "postgres-direct://db.test", NULL, NULL, "", "postgres-direct", "scheme", "db.test",
	    "5432", "" },
	{ "tls://a.test:8883", NULL, NULL, "", "tls", "scheme", "a.test", "8883", "" },
	{ "tls://a.test", NULL, NULL, "8883", "tls", "scheme", "a.test", "8883", "" },
	{ "hello://a.test:443", NULL, "expect", "", "hello", "scheme", "a.test", "443", "" },
	{ "a.test", "imap", NULL, "", "imap", "option", "a.test", "143", "" },
	{ "a.test:443", "tls", NULL, "", "tls", "option", "a.test", "443", "" },
	{ "a.test", "https", NULL, "6443", "https", "option", "a.test", "6443", "" },
	{ "imap://a.test", "imap", NULL, "", "imap", "scheme", "a.test", "143", "" },
	{ "a.test", NULL, NULL, "6443", "https", "port", "a.test", "6443", "" },
	{ "a.test", NULL, NULL, "9200", "https", "port", "a.test", "9200", "" },
	{ "a.test", NULL, NULL, "200", "hello", "port", "a.test", "200", "" },
};

static const struct {
	const char *text, *option, *only_hello, *port, *detail, *advice;
} refused[] = {
	{ "http://a.test/x", NULL, NULL, "", "unknown service \"http\"", "https://a.test/x" },
	{ "HTTP://a.test", NULL, NULL, "", "HTTP without TLS", "hello-client https://a.test" },
	{ "ssl://a.test:1", NULL, NULL, "", "unknown service \"ssl\"", "tls://a.test:1" },
	{ "postgresql://a.test", NULL, NULL, "", "unknown service", "postgres://a.test" },
	{ "sqlserver://a.test:1433", NULL, NULL, "", "unknown service", "mssql://a.test:1433" },
	{ "gopher://a.test", NULL, NULL, "", "unknown service \"gopher\"", "smtp, submission" },
	{ "://a.test", NULL, NULL, "", "unknown service \"\"", "https" },
	{ "tls://a.test", NULL, NULL, "", "missing PORT", "tls://a.test:PORT" },
	{ "tls://[::1]", NULL, NULL, "", "missing PORT", "tls://[::1]:PORT" },
	{ "a.test", "tls", NULL, "", "missing PORT", "PORT" },
	{ "https://a.test", "smtp", NULL, "", "exclude each other", "" },
	{ "https://a.test", NULL, "expect", "", "--expect is for the service hello", "" },
	{ "a.test", "https", "compare", "", "--compare is for the service hello", "" },
	{ "smtp://a.test/x", NULL, NULL, "", "the service smtp has no paths", "https://a.test/x" },
	{ "smtp://[::1]:25/x", NULL, NULL, "", "has no paths", "https://[::1]:PORT/x" },
	{ "a.test/x", NULL, NULL, "", "the service hello has no paths", "https://a.test/x" },
	{ "https://u:p@a.test", NULL, NULL, "", "contains a user name", "omit" },
	{ "https://a.test/a b", NULL, NULL, "", "without blanks", "%20" },
	{ "https://a.test/\r\nX: y", NULL, NULL, "", "must be printable", "percent" },
	{ "https://a.test/\x7f", NULL, NULL, "", "must be printable", "percent" },
	{ "https://a.test/\xc3\xa4", NULL, NULL, "", "must be printable", "percent" },
	{ "https://[::1/x", NULL, NULL, "", "", "" },
};
/* clang-format on */

static int understand(const char *text, const char *option, const char *only_hello,
    const char *typed_port, struct service_target *target, char port[ADDR_PORT_MAX],
    struct service_choice *choice, struct outcome *oc)
{
	const struct service_row *named = option ? service_named("--service", option, oc) : NULL;

	if ((option && !named) || service_target_parse(text, target, oc) != 0)
		return -1;
	snprintf(port, ADDR_PORT_MAX, "%s", target->port[0] ? target->port : typed_port);
	return service_choose(target, named, only_hello, port, choice, oc);
}

START_TEST(test_targets)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct service_choice choice;
		struct service_target target;
		char port[ADDR_PORT_MAX];
		int ret = understand(rows[i].text, rows[i].option, rows[i].only_hello, rows[i].port,
		    &target, port, &choice, &oc);

		ck_assert_msg(ret == 0, "%s: %s", rows[i].text, oc.detail);
		ck_assert_str_eq(choice.service->name, rows[i].service);
		ck_assert_str_eq(service_from_name(choice.from), rows[i].from);
		ck_assert_str_eq(target.host, rows[i].host);
		ck_assert_str_eq(port, rows[i].at);
		ck_assert_str_eq(target.path, rows[i].path);
	}
}
END_TEST

START_TEST(test_refused)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct outcome oc = OUTCOME_NONE;
		struct service_choice choice;
		struct service_target target;
		char port[ADDR_PORT_MAX];

		ck_assert_int_eq(understand(refused[i].text, refused[i].option,
				     refused[i].only_hello, refused[i].port, &target, port, &choice,
				     &oc),
		    -1);
		ck_assert_outcome(&oc, OC_USAGE, refused[i].detail);
		ck_assert_has(oc.advice, refused[i].advice);
	}
}
END_TEST

START_TEST(test_lengths)
{
	static char text[SERVICE_PATH_MAX + 64];
	struct outcome oc = OUTCOME_NONE;
	struct service_target target;

	snprintf(text, sizeof text, "https://a.test/%0*d", SERVICE_PATH_MAX - 2, 0);
	ck_assert_int_eq(service_target_parse(text, &target, &oc), 0);
	ck_assert_uint_eq(strlen(target.path), SERVICE_PATH_MAX - 1);
	snprintf(text, sizeof text, "https://a.test/%0*d", SERVICE_PATH_MAX - 1, 0);
	ck_assert_int_eq(service_target_parse(text, &target, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "longer than 1023 characters");
	oc = OUTCOME_NONE;
	snprintf(text, sizeof text, "https://%0400d", 0);
	ck_assert_int_eq(service_target_parse(text, &target, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "longer than");
}
END_TEST

/* Names are schemes (RFC 3986 section 3.1) and there once; a TCP port has one usual service. */
START_TEST(test_table)
{
	for (const struct service_row *s = services; s->name; s++) {
		ck_assert_uint_eq(strspn(s->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
		    strlen(s->name));
		ck_assert_ptr_eq(service_find(s->name, strlen(s->name)), s);
		ck_assert(s->talk != TALK_DIALOGUE || s->inside != NULL);
		ck_assert(s->inside == NULL || s->inside->inside_tls);
		ck_assert(s->before == NULL || !s->before->inside_tls);
		if (s->port[0] && s->transport == OVER_TCP &&
		    strcmp(s->name, "postgres-direct") != 0)
			ck_assert_ptr_eq(service_of_port(s->port), s);
	}
	ck_assert_str_eq(service_hello->name, "hello");
	ck_assert_str_eq(service_of_port("443")->name, "https");
	ck_assert_ptr_null(service_of_port(""));
	ck_assert_ptr_null(service_of_port("8444"));
}
END_TEST

START_TEST(test_url)
{
	char buf[SERVICE_URL_MAX], longest[ADDR_HOST_MAX];

	ck_assert_str_eq(service_url("imaps", "a.test", "993", buf), "imaps://a.test:993");
	ck_assert_str_eq(service_url("tls", "2001:db8::1", "8443", buf),
	    "tls://[2001:db8::1]:8443");
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	ck_assert_uint_eq(strlen(service_url("postgres-direct", longest, "65535", buf)),
	    sizeof longest - 1 + strlen("postgres-direct://:65535"));
}
END_TEST

CHECK_MAIN("service_target", test_targets, test_refused, test_lengths, test_table, test_url)
