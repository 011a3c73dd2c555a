/* SPDX-License-Identifier: MIT */
#include "server/service/client_allow.h"

#include <stdio.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tls/cert_id.h"
#include "support/check_main.h"
#include "support/test_pki.h"

static const struct testpki_cert *alice;

static void make_alice(void)
{
	const struct testpki_cert *root;

	testpki_begin();
	root = testpki_root("Root");
	alice = testpki_make(&(struct testpki_spec){ .cn = "alice",
	    .sans = "DNS:Alice.test,DNS:*.wild.test,URI:spiffe://a.test/me,email:a@a.test",
	    .eku = "clientAuth",
	    .issuer = root });
}

static bool lets_in(enum client_allow_kind kind, const char *value, const X509 *cert)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_allow list = { .count = 0 };

	client_allow_add(&list, kind, value, &oc);
	ck_assert_no_failure(&oc);
	return client_allow_has(&list, cert);
}

START_TEST(test_an_empty_list_has_nobody)
{
	const struct client_allow none = { .count = 0 };

	ck_assert(!client_allow_has(&none, alice->cert));
}
END_TEST

START_TEST(test_names_are_compared_as_they_stand)
{
	ck_assert(lets_in(CLIENT_ALLOW_CN, "alice", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_CN, "Alice", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_CN, "alic", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_CN, "alice.test", alice->cert));
	ck_assert(lets_in(CLIENT_ALLOW_DNS, "alice.TEST", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "lice.test", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "alice", alice->cert));
	ck_assert(lets_in(CLIENT_ALLOW_URI, "spiffe://a.test/me", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_URI, "spiffe://a.test/", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_URI, "spiffe://a.test/me2", alice->cert));
	/* Of one kind each. */
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "a.test", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_URI, "a@a.test", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_URI, "alice.test", alice->cert));
}
END_TEST

START_TEST(test_there_are_no_patterns)
{
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "*.test", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "a.wild.test", alice->cert));
	ck_assert(lets_in(CLIENT_ALLOW_DNS, "*.wild.test", alice->cert));
	ck_assert(!lets_in(CLIENT_ALLOW_CN, "*", alice->cert));
}
END_TEST

START_TEST(test_a_key)
{
	struct cert_id id;

	cert_id_get(alice->cert, &id);
	ck_assert_str_ne(id.pin, "");
	ck_assert(lets_in(CLIENT_ALLOW_SPKI, id.pin, alice->cert));
	id.pin[10] = id.pin[10] == 'A' ? 'B' : 'A';
	ck_assert(!lets_in(CLIENT_ALLOW_SPKI, id.pin, alice->cert));
}
END_TEST

START_TEST(test_any_of_several_will_do)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_allow list = { .count = 0 };

	ck_assert_int_eq(client_allow_add(&list, CLIENT_ALLOW_CN, "bob", &oc), 0);
	ck_assert_int_eq(client_allow_add(&list, CLIENT_ALLOW_URI, "spiffe://b.test/me", &oc), 0);
	ck_assert(!client_allow_has(&list, alice->cert));
	ck_assert_int_eq(client_allow_add(&list, CLIENT_ALLOW_DNS, "alice.test", &oc), 0);
	ck_assert(client_allow_has(&list, alice->cert));
}
END_TEST

/* Certificates that no CA should make are unsigned, and empty but for what a test puts in. */
static X509 *with_cns(const char *cn, int len, const char *second)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();

	ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, len, -1, 0), 1);
	if (second)
		ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		    (const unsigned char *)second, -1, -1, 0), 1);
	ck_assert_int_eq(X509_set_subject_name(cert, name), 1);
	X509_NAME_free(name);
	return cert;
}

static void add_name(X509 *cert, int type, const char *bytes, int len)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	ck_assert_int_eq(ASN1_STRING_set(text, bytes, len), 1);
	GENERAL_NAME_set0_value(name, type, text);
	ck_assert_int_gt(sk_GENERAL_NAME_push(names, name), 0);
	ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	GENERAL_NAMES_free(names);
}

START_TEST(test_a_name_does_not_end_at_a_nul)
{
	X509 *cert = with_cns("admin\0.evil", 11, NULL);

	add_name(cert, GEN_DNS, "admin.test\0.evil", 16);
	ck_assert(!lets_in(CLIENT_ALLOW_CN, "admin", cert));
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "admin.test", cert));
	X509_free(cert);
	cert = with_cns("x", 1, NULL);
	/* As long as what is allowed, and equal up to the NUL. */
	add_name(cert, GEN_DNS, "admin\0tests", 11);
	ck_assert(!lets_in(CLIENT_ALLOW_DNS, "admin.tests", cert));
	X509_free(cert);
}
END_TEST

START_TEST(test_of_two_common_names_neither_counts)
{
	X509 *cert = with_cns("alice", -1, "bob");

	ck_assert(!lets_in(CLIENT_ALLOW_CN, "alice", cert));
	ck_assert(!lets_in(CLIENT_ALLOW_CN, "bob", cert));
	X509_free(cert);
}
END_TEST

#define A20 "AAAAAAAAAAAAAAAAAAAA"

static void expect_refused(enum client_allow_kind kind, const char *value, const char *words)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_allow list = { .count = 0 };

	ck_assert_int_eq(client_allow_add(&list, kind, value, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, words);
	ck_assert_uint_eq(list.count, 0);
}

START_TEST(test_what_cannot_be_meant_is_refused)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_allow list = { .count = CLIENT_ALLOW_MAX };

	/* A variable that was not set must not become a name that somebody has. */
	expect_refused(CLIENT_ALLOW_CN, "", "--allow-cn is empty");
	expect_refused(CLIENT_ALLOW_URI, "", "--allow-uri is empty");
	expect_refused(CLIENT_ALLOW_SPKI, "sha256//abc", "expected sha256//BASE64");
	expect_refused(CLIENT_ALLOW_SPKI, "sha1//" A20 A20 "AAA=", "expected sha256//BASE64");
	expect_refused(CLIENT_ALLOW_SPKI, "sha256//" A20 A20 "AAA==", "expected sha256//BASE64");
	expect_refused(CLIENT_ALLOW_SPKI, "sha256//" A20 " " A20 "AA=", "expected sha256//BASE64");
	expect_refused(CLIENT_ALLOW_SPKI, "sha256//" A20 A20 "AAA!", "expected sha256//BASE64");
	/* No 32 bytes have this base64, so it could be nobody's. */
	expect_refused(CLIENT_ALLOW_SPKI, "sha256//" A20 A20 "AAB=", "expected sha256//BASE64");
	ck_assert_int_eq(client_allow_add(&list, CLIENT_ALLOW_DNS, "a.test", &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "--allow-dns: more than 64");
}
END_TEST

CHECK_MAIN_IN("client_allow", make_alice, testpki_end,
    test_an_empty_list_has_nobody,
    test_names_are_compared_as_they_stand,
    test_there_are_no_patterns,
    test_a_key,
    test_any_of_several_will_do,
    test_a_name_does_not_end_at_a_nul,
    test_of_two_common_names_neither_counts,
    test_what_cannot_be_meant_is_refused)
