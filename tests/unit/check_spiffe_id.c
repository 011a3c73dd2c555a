/* SPDX-License-Identifier: MIT */
#include "client/judge/spiffe_id.h"

#include <stdio.h>
#include <string.h>

#include "client/options/options.h"
#include "support/check_main.h"

#define TEN "abcdefghij"
#define FIFTY TEN TEN TEN TEN TEN
#define D255 FIFTY FIFTY FIFTY FIFTY FIFTY "abcde"

static const char *const good[] = {
	"spiffe://example.org/web",
	"spiffe://example.org/ns/prod/sa/default",
	"spiffe://a/b",
	"spiffe://1.2.3.4/x",
	"spiffe://my_domain-1.test/A.b-C_d",
	"spiffe://example.org/Web",
	"spiffe://example.org/.../x",
	"spiffe://example.org/.hidden",
	"spiffe://example.org/x.",
	"spiffe://" D255 "/x",
};

static const struct {
	const char *id, *why;
} bad[] = {
	/* scheme */
	{ "", "does not begin with spiffe://" },
	{ "https://example.org/web", "does not begin with spiffe://" },
	{ "spiffe:/example.org/web", "does not begin with spiffe://" },
	{ "spiffe:example.org/web", "does not begin with spiffe://" },
	{ " spiffe://example.org/web", "does not begin with spiffe://" },
	{ "SPIFFE://example.org/web", "scheme must be in lower case" },
	{ "Spiffe://example.org/web", "scheme must be in lower case" },
	/* trust domain */
	{ "spiffe://", "trust domain is missing" },
	{ "spiffe:///web", "trust domain is missing" },
	{ "spiffe://Example.org/web", "trust domain must be in lower case" },
	{ "spiffe://example.org:443/web", "has a port" },
	{ "spiffe://example.org:/web", "has a port" },
	{ "spiffe://me@example.org/web", "has a user name" },
	{ "spiffe://me:secret@example.org/web", "has a user name" },
	{ "spiffe://[::1]/web", "only lower-case letters" },
	{ "spiffe://example%2eorg/web", "percent" },
	{ "spiffe://ex ample.org/web", "only lower-case letters" },
	{ "spiffe://ex\xc3\xa4mple.org/web", "only lower-case letters" },
	{ "spiffe://ex~ample/web", "only lower-case letters" },
	{ "spiffe://example.org?x=/web", "query" },
	{ "spiffe://example.org#/web", "fragment" },
	{ "spiffe://" D255 "a/x", "longer than 255 bytes" },
	/* path */
	{ "spiffe://example.org", "path is missing" },
	{ "spiffe://example.org/", "path is missing" },
	{ "spiffe://example.org/web/", "ends with a slash" },
	{ "spiffe://example.org//web", "empty segment" },
	{ "spiffe://example.org/a//b", "empty segment" },
	{ "spiffe://example.org/./web", "segment \".\" or \"..\"" },
	{ "spiffe://example.org/a/../b", "segment \".\" or \"..\"" },
	{ "spiffe://example.org/..", "segment \".\" or \"..\"" },
	{ "spiffe://example.org/web?x=1", "query" },
	{ "spiffe://example.org/web#x", "fragment" },
	{ "spiffe://example.org/we%62", "percent" },
	{ "spiffe://example.org/a:b", "its path may contain only" },
	{ "spiffe://example.org/a b", "its path may contain only" },
	{ "spiffe://example.org/a\n", "its path may contain only" },
	{ "spiffe://example.org/\xc3\xa4", "its path may contain only" },
	{ "spiffe://example.org/a~b", "its path may contain only" },
};

static void check_fault(const char *id, const char *why)
{
	const char *fault = spiffe_id_fault(id);

	if (!why)
		ck_assert_msg(!fault, "\"%s\": %s", id, fault);
	else
		ck_assert_msg(fault && strstr(fault, why), "\"%s\": %s", id,
		    fault ? fault : "accepted");
}

START_TEST(test_the_rules)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		check_fault(good[i], NULL);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		check_fault(bad[i].id, bad[i].why);
}
END_TEST

START_TEST(test_the_longest)
{
	char id[SPIFFE_ID_MAX + 1] = "spiffe://a/";
	size_t len = strlen(id);

	memset(id + len, 'x', SPIFFE_ID_MAX - 1 - len);
	ck_assert_uint_eq(strlen(id), 2048);
	check_fault(id, NULL);
	id[2048] = 'x';
	id[2049] = '\0';
	check_fault(id, "longer than 2048 bytes");
}
END_TEST

/* What the command line says of them: one line that can be read, whatever was typed. */
static struct outcome parse(const char *name)
{
	char words[4][SPIFFE_ID_MAX + 100] = { "hello-client", "--verify-name", "", "a.test" };
	char *argv[] = { words[0], words[1], words[2], words[3], NULL };
	struct client_options o;
	struct outcome oc = OUTCOME_NONE;

	snprintf(words[2], sizeof words[2], "%s", name);
	ck_assert_int_eq(client_options_parse(&o, 4, argv, &oc), oc.code == OC_OK ? 0 : -1);
	return oc;
}

START_TEST(test_the_option)
{
	char id[SPIFFE_ID_MAX + 100] = "spiffe://a/";
	struct outcome oc;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		oc = parse(good[i]);
		ck_assert_msg(oc.code == OC_OK, "%s", oc.detail);
	}
	for (size_t i = 1; i < sizeof bad / sizeof bad[0]; i++) {
		oc = parse(bad[i].id);
		ck_assert_outcome(&oc, OC_USAGE, "--verify-name: invalid SPIFFE ID \"");
		ck_assert_has(oc.detail, bad[i].why);
		ck_assert_ptr_null(strchr(oc.detail, '\n'));
		ck_assert_has(oc.advice, "spiffe://example.org/web");
	}
	memset(id + strlen(id), 'x', sizeof id - 1 - strlen(id));
	oc = parse(id);
	ck_assert_outcome(&oc, OC_USAGE, "xxx...\": it is longer than 2048 bytes");
	oc = parse("a.test");
	ck_assert_int_eq(oc.code, OC_OK);
}
END_TEST

CHECK_MAIN("spiffe_id", test_the_rules, test_the_longest, test_the_option)
