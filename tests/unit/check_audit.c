/* SPDX-License-Identifier: MIT */
#include "server/service/audit.h"

#include <stdio.h>

#include "support/check_main.h"

/* A chain of a leaf and an intermediate with nothing to complain about, to be spoiled. */
enum { NOW = 1800000000, DAY = 86400 };

static struct audit_certificate chain[3];

static struct audit_certificate certificate(const char *subject, const char *sans, bool is_ca)
{
	struct audit_certificate c = {
		.info = { .not_before = NOW - 100 * DAY, .not_after = NOW + 200 * DAY },
		.fit = { .is_ca = is_ca,
		    .server_auth = true,
		    .digital_signature = true,
		    .key_security_bits = 128,
		    .signature_security_bits = 128 },
	};

	snprintf(c.info.label, sizeof c.info.label, "%s", subject);
	snprintf(c.info.sans, sizeof c.info.sans, "%s", sans);
	return c;
}

static void make_good(void)
{
	chain[0] = certificate("leaf", "\"leaf\"", false);
	chain[0].issuer = 1;
	chain[1] = certificate("middle", "", true);
	chain[1].issuer = 1;
	chain[2] = certificate("root", "", true);
	chain[2].issuer = 2;
	chain[2].info.self_signed = true;
}

struct found {
	size_t count;
	enum audit_level level;
	char text[512];
};

static void note(void *arg, enum audit_level level, const char *text)
{
	struct found *f = arg;

	f->count++;
	f->level = level;
	snprintf(f->text, sizeof f->text, "%s", text);
}

static void expect_outdated(const char *text)
{
	char found[AUDIT_TEXT_MAX];

	ck_assert_int_eq(audit_is_outdated(&chain[0], NOW, found), text != NULL);
	ck_assert_has(found, text ? text : "");
}

static void expect_one(size_t count, enum audit_level level, const char *part)
{
	struct found f = { .count = 0 };

	audit_chain(chain, count, NOW, note, &f);
	ck_assert_msg(f.count == 1, "%zu findings, the last: %s", f.count, f.text);
	ck_assert_int_eq(f.level, level);
	ck_assert_has(f.text, part);
}

static void expect_none(size_t count)
{
	struct found f = { .count = 0 };

	audit_chain(chain, count, NOW, note, &f);
	ck_assert_msg(f.count == 0, "%s", f.text);
}

START_TEST(test_a_good_chain)
{
	make_good();
	expect_none(2);
}
END_TEST

START_TEST(test_dates)
{
	make_good();
	chain[0].info.not_after = NOW + 14 * DAY;
	expect_none(2);
	chain[0].info.not_after = NOW + 14 * DAY - 1;
	expect_one(2, AUDIT_WARNING, "\"leaf\" expires on 2027-01-29 07:59:59Z, in 13 days");
	chain[0].info.not_after = NOW - 1;
	expect_one(2, AUDIT_ERROR, "\"leaf\" expired on 2027-01-15 07:59:59Z, 1 second ago");
	chain[0].info.not_after = NOW;
	expect_one(2, AUDIT_WARNING, "in 0 seconds");
	make_good();
	chain[0].info.not_before = NOW + 3600;
	expect_one(2, AUDIT_ERROR, "in 60 minutes");
	make_good();
	chain[1].info.not_after = NOW - DAY;
	expect_one(2, AUDIT_ERROR, "\"middle\" expired");
	/* Its value is unknown, or is not what it seems. */
	chain[1].info.not_after = 0;
	chain[1].fit.invalid_dates = true;
	expect_one(2, AUDIT_ERROR, "\"middle\" has a date that is not in the form of RFC 5280");
}
END_TEST

/* Who lives for a week is renewed every few days, and a fortnight means nothing to it. */
START_TEST(test_a_short_life_is_judged_by_its_length)
{
	make_good();
	chain[0].info.not_before = NOW - 3 * DAY;
	chain[0].info.not_after = NOW + 4 * DAY;
	expect_none(2);
	chain[0].info.not_after = NOW + DAY;
	expect_one(2, AUDIT_WARNING, "in 24 hours");
}
END_TEST

START_TEST(test_what_a_leaf_must_be)
{
	make_good();
	chain[0].info.sans[0] = '\0';
	expect_one(2, AUDIT_ERROR, "no subjectAltName");
	make_good();
	chain[0].fit.server_auth = false;
	expect_one(2, AUDIT_ERROR, "lacks serverAuth");
	make_good();
	chain[0].fit.digital_signature = false;
	expect_one(2, AUDIT_ERROR, "lacks digitalSignature");
	make_good();
	chain[0].fit.is_ca = true;
	expect_one(2, AUDIT_WARNING, "certificate of a CA");
}
END_TEST

START_TEST(test_strength)
{
	make_good();
	chain[0].fit.key_security_bits = 80;
	expect_one(2, AUDIT_ERROR, "\"leaf\" has a weak key, of 80 bits");
	make_good();
	chain[1].fit.signature_security_bits = 63;
	expect_one(2, AUDIT_ERROR, "\"middle\" has a weak signature, of 63 bits");
}
END_TEST

START_TEST(test_the_chain)
{
	make_good();
	chain[1].fit.is_ca = false;
	expect_one(2, AUDIT_ERROR, "\"middle\" in the chain is not a CA");
	make_good();
	chain[1].issuer = 2;
	expect_one(3, AUDIT_WARNING, "the root \"root\" is in the chain");
	make_good();
	chain[0].issuer = 0;
	expect_one(2, AUDIT_WARNING, "\"middle\" in the chain did not issue \"leaf\"");
	make_good();
	chain[0].issuer = 2;
	chain[1].issuer = 2;
	chain[2].info.self_signed = false;
	expect_one(3, AUDIT_WARNING, "out of order: \"root\" should come after \"leaf\"");
}
END_TEST

START_TEST(test_a_ca_that_two_roots_signed)
{
	make_good();
	chain[2] = chain[1];
	chain[2].issuer = 2;
	snprintf(chain[1].id.pin, sizeof chain[1].id.pin, "sha256//x");
	snprintf(chain[1].info.sha256, sizeof chain[1].info.sha256, "1");
	snprintf(chain[1].info.issuer, sizeof chain[1].info.issuer, "old");
	snprintf(chain[2].id.pin, sizeof chain[2].id.pin, "sha256//x");
	snprintf(chain[2].info.sha256, sizeof chain[2].info.sha256, "2");
	snprintf(chain[2].info.issuer, sizeof chain[2].info.issuer, "new");
	expect_one(3, AUDIT_WARNING,
	    "\"middle\" is twice in the chain, issued by \"old\" and by \"new\": Go");
	snprintf(chain[2].info.issuer, sizeof chain[2].info.issuer, "old");
	expect_one(3, AUDIT_WARNING, "\"middle\" is twice in the chain: some clients use");
	/* A CA that was made anew under its name is another matter. */
	snprintf(chain[2].id.pin, sizeof chain[2].id.pin, "sha256//y");
	expect_one(3, AUDIT_WARNING, "\"middle\" in the chain did not issue \"middle\"");
}
END_TEST

START_TEST(test_a_leaf_alone)
{
	make_good();
	chain[0].issuer = 0;
	expect_one(1, AUDIT_WARNING, "may be incomplete");
	chain[0].issuer_known = true;
	expect_none(1);
	chain[0].info.self_signed = true;
	expect_one(1, AUDIT_WARNING, "self-signed");
}
END_TEST

START_TEST(test_a_path_that_only_some_find)
{
	struct other_path_facts path = { .root = "", .first = "A" };
	struct found f = { .count = 0 };

	audit_other_path(&path, note, &f);
	ck_assert_uint_eq(f.count, 0);
	path.root[0] = 'R';
	audit_other_path(&path, note, &f);
	ck_assert_int_eq(f.level, AUDIT_WARNING);
	ck_assert_has(f.text, "accept it with the root \"R\"");
	ck_assert_ptr_null(strstr(f.text, "remove"));
	path.superfluous = 1;
	audit_other_path(&path, note, &f);
	ck_assert_has(f.text, "the root \"R\": remove \"A\" from the chain");
	path.superfluous = 3;
	audit_other_path(&path, note, &f);
	ck_assert_has(f.text, ": remove \"A\" and 2 more, which that path does not need, from");
	ck_assert_uint_eq(f.count, 3);
}
END_TEST

START_TEST(test_names_that_another_one_serves)
{
	struct audit_names names = { .served = 2, .first_hidden = "a.test", .hidden_by = "x.pem" };
	struct found f = { .count = 0 };

	audit_names(&names, note, &f);
	ck_assert_uint_eq(f.count, 0);
	names.hidden = 1;
	audit_names(&names, note, &f);
	ck_assert_int_eq(f.level, AUDIT_WARNING);
	ck_assert_has(f.text, "\"a.test\" is also in x.pem");
	names.hidden = 3;
	audit_names(&names, note, &f);
	ck_assert_has(f.text, "\"a.test\" and 2 more names are also in x.pem");
	ck_assert_uint_eq(f.count, 2);
}
END_TEST

/* What --check calls an error, and nothing less. */
START_TEST(test_what_is_outdated)
{
	make_good();
	expect_outdated(NULL);
	chain[0].info.not_after = NOW + DAY;
	expect_outdated(NULL);
	chain[0].info.not_after = NOW - DAY;
	expect_outdated("\"leaf\" expired on ");
	make_good();
	chain[0].info.not_before = NOW + DAY;
	expect_outdated("\"leaf\" is not valid before ");
	/* Only this one is asked about. */
	make_good();
	chain[1].info.not_after = NOW - DAY;
	expect_outdated(NULL);
}
END_TEST

/* As a reload judges them. */
START_TEST(test_a_client_ca_that_is_over_beside_one_that_is_not)
{
	struct found f = { .count = 0 };

	make_good();
	chain[0] = chain[1];
	chain[0].info.self_signed = chain[1].info.self_signed = true;
	chain[1].info.not_after = NOW - DAY;
	audit_client_cas(chain, 2, NOW, note, &f);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_int_eq(f.level, AUDIT_WARNING);
	ck_assert_has(f.text, "\"middle\" expired on ");
	chain[0].info.not_after = NOW - DAY;
	audit_client_cas(chain, 2, NOW, note, &f);
	ck_assert_uint_eq(f.count, 3);
	ck_assert_int_eq(f.level, AUDIT_ERROR);
}
END_TEST

CHECK_MAIN("audit", test_a_path_that_only_some_find, test_a_good_chain, test_dates,
    test_a_short_life_is_judged_by_its_length, test_what_a_leaf_must_be, test_strength,
    test_the_chain, test_a_ca_that_two_roots_signed, test_a_leaf_alone,
    test_names_that_another_one_serves, test_what_is_outdated,
    test_a_client_ca_that_is_over_beside_one_that_is_not)
