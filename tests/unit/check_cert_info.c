/* SPDX-License-Identifier: MIT */
#include "tls/cert_info.h"

#include <stdint.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "support/check_main.h"
#include "support/test_pki.h"
#include "base/time.h"

static struct cert_info info_and_free(X509 *cert)
{
	struct cert_info info;

	/* Nothing of what was there before shows through. */
	memset(&info, 0xff, sizeof info);
	cert_info_get(cert, &info);
	X509_free(cert);
	return info;
}

/* Certificates that no CA would make are unsigned, and empty but for what a test puts in. */
static void add_to(X509_NAME *name, const char *key, int type, const void *bytes, int len)
{
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, key, type, bytes, len, -1, 0), 1);
}

static struct cert_info with_cn(int type, const void *bytes, int len)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();

	add_to(name, "CN", type, bytes, len);
	X509_set_subject_name(cert, name);
	X509_NAME_free(name);
	return info_and_free(cert);
}

static void add_san(GENERAL_NAMES *names, int type, const void *bytes, int len)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *text = ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING :
	    V_ASN1_IA5STRING);

	ck_assert_int_eq(ASN1_STRING_set(text, bytes, len), 1);
	GENERAL_NAME_set0_value(name, type, text);
	ck_assert_int_gt(sk_GENERAL_NAME_push(names, name), 0);
}

static struct cert_info with_sans(GENERAL_NAMES *names)
{
	X509 *cert = X509_new();

	ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	GENERAL_NAMES_free(names);
	return info_and_free(cert);
}

static struct cert_info with_dns(const void *bytes, int len)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();

	add_san(names, GEN_DNS, bytes, len);
	return with_sans(names);
}

START_TEST(test_an_ordinary_chain)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *leaf = testpki_make(&(struct testpki_spec){ .cn = "a.test",
	    .sans = "DNS:a.test,DNS:*.b.test,IP:192.0.2.1,IP:2001:db8::1", .issuer = root });
	struct cert_info info;

	cert_info_get(leaf->cert, &info);
	ck_assert_str_eq(info.subject, "a.test");
	ck_assert_str_eq(info.issuer, "Top CA");
	ck_assert_str_eq(info.sans, "\"a.test\", \"*.b.test\", \"192.0.2.1\", \"2001:db8::1\"");
	ck_assert(!info.self_signed);
	ck_assert_int_eq(info.not_after - info.not_before, 30 * 86400 + 3600);
	cert_info_get(root->cert, &info);
	ck_assert_str_eq(info.subject, "Top CA");
	ck_assert_str_eq(info.issuer, "Top CA");
	ck_assert_str_eq(info.sans, "");
	ck_assert(info.self_signed);
}
END_TEST

/* A CA's new key, signed with its old one under the one name that it has. */
START_TEST(test_self_issued_is_not_self_signed)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *next = testpki_make(
	    &(struct testpki_spec){ .cn = "Top CA", .ca = true, .issuer = root });
	struct cert_info info;

	cert_info_get(next->cert, &info);
	ck_assert_str_eq(info.subject, info.issuer);
	ck_assert(!info.self_signed);
}
END_TEST

START_TEST(test_a_certificate_without_subject)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	struct cert_info info;

	cert_info_get(testpki_make(&(struct testpki_spec){ .issuer = root })->cert, &info);
	ck_assert_str_eq(info.subject, "");
	ck_assert_str_eq(info.label, "");
	ck_assert_str_eq(info.issuer, "Top CA");
	ck_assert(!info.self_signed);
}
END_TEST

START_TEST(test_the_first_name_stands_for_a_subject)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *cert = testpki_make(&(struct testpki_spec){
	    .issuer = root, .extra = { { "subjectAltName", "DNS:b.test,DNS:c.test" } } });
	struct cert_info info;

	cert_info_get(cert->cert, &info);
	ck_assert_str_eq(info.label, "b.test");
	cert_info_get(root->cert, &info);
	ck_assert_str_eq(info.label, "Top CA");
}
END_TEST

START_TEST(test_a_uri_stands_for_a_subject_without_host_names)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *cert = testpki_make(&(struct testpki_spec){ .issuer = root,
	    .extra = { { "subjectAltName", "URI:spiffe://a.test/web,email:me@a.test" } } });
	struct cert_info info;

	cert_info_get(cert->cert, &info);
	ck_assert_str_eq(info.sans, "");
	ck_assert_str_eq(info.label, "spiffe://a.test/web");
}
END_TEST

START_TEST(test_nothing_at_all)
{
	struct cert_info info = info_and_free(X509_new());

	ck_assert_str_eq(info.subject, "");
	ck_assert_str_eq(info.issuer, "");
	ck_assert_str_eq(info.sans, "");
	ck_assert_int_eq(info.not_before, 0);
	ck_assert_int_eq(info.not_after, 0);
}
END_TEST

START_TEST(test_a_name_without_cn_is_told_whole)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();
	struct cert_info info;

	add_to(name, "C", MBSTRING_ASC, "CH", -1);
	add_to(name, "O", MBSTRING_ASC, "A \"B\" C", -1);
	X509_set_subject_name(cert, name);
	add_to(name, "CN", MBSTRING_ASC, "The CA", -1);
	X509_set_issuer_name(cert, name);
	X509_NAME_free(name);
	info = info_and_free(cert);
	ck_assert_str_eq(info.subject, "O=A \\\"B\\\" C,C=CH");
	ck_assert_str_eq(info.issuer, "The CA");
	ck_assert(!info.self_signed);
}
END_TEST

START_TEST(test_what_a_name_holds_is_escaped)
{
	struct cert_info info = with_cn(V_ASN1_UTF8STRING, "a\0\n\x1b\x7f\"\xc3\xa9 ~", 10);

	ck_assert_str_eq(info.subject, "a\\x00\\x0a\\x1b\\x7f\\x22\xc3\xa9 ~");
	info = with_cn(V_ASN1_UTF8STRING, "a\xe2\x80\xae\\x1b", 8);
	ck_assert_str_eq(info.subject, "a\\xe2\\x80\\xae\\\\x1b");
}
END_TEST

START_TEST(test_names_of_all_string_types_are_read)
{
	struct cert_info info = with_cn(V_ASN1_BMPSTRING, "\0B\0\xfc\x20\xac", 6);

	ck_assert_str_eq(info.subject, "B\xc3\xbc\xe2\x82\xac");
	info = with_cn(V_ASN1_UNIVERSALSTRING, "\0\1\xf6\0", 4);
	ck_assert_str_eq(info.subject, "\xf0\x9f\x98\x80");
	info = with_cn(V_ASN1_T61STRING, "B\xfc", 2);
	ck_assert_str_eq(info.subject, "B\xc3\xbc");
	info = with_cn(V_ASN1_PRINTABLESTRING, "B C", 3);
	ck_assert_str_eq(info.subject, "B C");
}
END_TEST

START_TEST(test_what_a_san_holds_is_escaped)
{
	/* The old trick: good.test to who stops at NUL. */
	struct cert_info info = with_dns("good.test\0.evil", 15);

	ck_assert_str_eq(info.sans, "\"good.test\\x00.evil\"");
	info = with_dns("a\", \"b\r\n\xff", 9);
	ck_assert_str_eq(info.sans, "\"a\\x22\\x2c \\x22b\\x0d\\x0a\\xff\"");
	info = with_dns("", 0);
	ck_assert_str_eq(info.sans, "\"\"");
}
END_TEST

START_TEST(test_only_dns_names_and_addresses_are_listed)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	struct cert_info info;

	add_san(names, GEN_EMAIL, "me@a.test", 9);
	add_san(names, GEN_IPADD, "\xff\xff\xff\xff", 4);
	add_san(names, GEN_URI, "https://a.test/", 15);
	add_san(names, GEN_IPADD, "\1\2\3\4\5", 5);
	add_san(names, GEN_IPADD, "", 0);
	add_san(names, GEN_DNS, "a.test", 6);
	info = with_sans(names);
	ck_assert_str_eq(info.sans, "\"255.255.255.255\", \"malformed IP address\", "
	    "\"malformed IP address\", \"a.test\"");
}
END_TEST

START_TEST(test_all_kinds_of_names_with_their_kinds)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	X509 *cert = X509_new();
	char text[CERT_INFO_SANS_MAX];

	cert_info_alternatives(cert, text);
	ck_assert_str_eq(text, "");
	add_san(names, GEN_DNS, "a.test", 6);
	add_san(names, GEN_URI, "spiffe://a.test/\n", 17);
	add_san(names, GEN_EMAIL, "me@a.test", 9);
	add_san(names, GEN_IPADD, "\xc0\x00\x02\x01", 4);
	ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	cert_info_alternatives(cert, text);
	ck_assert_str_eq(text,
	    "DNS:a.test, URI:spiffe://a.test/\\x0a, email:me@a.test, IP:192.0.2.1");
	GENERAL_NAMES_free(names);
	X509_free(cert);
}
END_TEST

START_TEST(test_one_name_cannot_pass_for_two)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	X509 *cert = X509_new();
	char text[CERT_INFO_SANS_MAX];

	add_san(names, GEN_URI, "spiffe://a/me, URI:spiffe://a/admin", 35);
	ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	cert_info_alternatives(cert, text);
	ck_assert_str_eq(text, "URI:spiffe://a/me\\x2c URI:spiffe://a/admin");
	GENERAL_NAMES_free(names);
	X509_free(cert);
}
END_TEST

START_TEST(test_years_have_four_digits)
{
	static const struct {
		const char *date, *text;
	} rows[] = {
		{ "00000101000000Z", "0000-01-01 00:00:00Z" },
		{ "00010101000000Z", "0001-01-01 00:00:00Z" },
		{ "09991231235959Z", "0999-12-31 23:59:59Z" },
		{ "19691231235959Z", "1969-12-31 23:59:59Z" },
		{ "99991231235959Z", "9999-12-31 23:59:59Z" },
	};
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ASN1_GENERALIZEDTIME *t = ASN1_GENERALIZEDTIME_new();

		ck_assert_int_eq(ASN1_GENERALIZEDTIME_set_string(t, rows[i].date), 1);
		ck_assert_str_eq(time_text(cert_info_seconds(t), text), rows[i].text);
		ASN1_GENERALIZEDTIME_free(t);
	}
}
END_TEST

START_TEST(test_a_broken_san_extension_is_none)
{
	X509 *cert = X509_new();
	ASN1_OCTET_STRING *junk = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;
	struct cert_info info;

	ASN1_OCTET_STRING_set(junk, (const unsigned char *)"\x30\x7fjunk", 6);
	extension = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, junk);
	ck_assert_int_eq(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(junk);
	info = info_and_free(cert);
	ck_assert_str_eq(info.sans, "");
}
END_TEST

START_TEST(test_what_just_fits_is_not_cut)
{
	char text[CERT_INFO_SANS_MAX + 1];
	struct cert_info info;

	memset(text, 'x', sizeof text);
	info = with_cn(V_ASN1_UTF8STRING, text, CERT_INFO_NAME_MAX - 1);
	ck_assert_uint_eq(strspn(info.subject, "x"), CERT_INFO_NAME_MAX - 1);
	ck_assert_uint_eq(strlen(info.subject), CERT_INFO_NAME_MAX - 1);
	/* Its quotes count. */
	info = with_dns(text, CERT_INFO_SANS_MAX - 3);
	ck_assert_uint_eq(strlen(info.sans), CERT_INFO_SANS_MAX - 1);
	ck_assert_str_eq(info.sans + CERT_INFO_SANS_MAX - 4, "xx\"");
}
END_TEST

START_TEST(test_what_is_too_long_is_cut_with_dots)
{
	char text[2 * CERT_INFO_SANS_MAX];
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	struct cert_info info;

	memset(text, 'x', sizeof text);
	for (int len = CERT_INFO_NAME_MAX; len < (int)sizeof text; len += 97) {
		info = with_cn(V_ASN1_UTF8STRING, text, len);
		ck_assert_uint_eq(strlen(info.subject), CERT_INFO_NAME_MAX - 1);
		ck_assert_str_eq(info.subject + CERT_INFO_NAME_MAX - 5, "x...");
	}
	/* One too many, counted with its quotes: the last one does not fit. */
	for (int len = CERT_INFO_SANS_MAX - 2; len < (int)sizeof text; len += 97) {
		info = with_dns(text, len);
		ck_assert_uint_eq(strlen(info.sans), CERT_INFO_SANS_MAX - 1);
		ck_assert_str_eq(info.sans + CERT_INFO_SANS_MAX - 5, "x...");
	}
	for (int i = 0; i < 100; i++)
		add_san(names, GEN_DNS, "a.test", 6);
	info = with_sans(names);
	ck_assert_uint_eq(strlen(info.sans), CERT_INFO_SANS_MAX - 1);
	ck_assert_str_eq(info.sans + CERT_INFO_SANS_MAX - 4, "...");
}
END_TEST

static void count_x(void *sum, const char *name)
{
	*(size_t *)sum += strlen(name);
	/* Each byte that is not printable takes four. */
	ck_assert(name[strspn(name, "x")] == '\0' || strcmp(name, "\\x00\\x22") == 0);
}

START_TEST(test_machines_get_all_of_it)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	X509 *cert = X509_new();
	char text[1000];
	size_t sum = 0;

	memset(text, 'x', sizeof text);
	for (int i = 0; i < 200; i++)
		add_san(names, GEN_DNS, text, sizeof text);
	add_san(names, GEN_DNS, "\0\"", 2);
	add_san(names, GEN_EMAIL, "x@x", 3);
	add_san(names, GEN_URI, text, sizeof text);
	ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	GENERAL_NAMES_free(names);
	cert_info_each_san(cert, count_x, &sum);
	X509_free(cert);
	ck_assert_uint_eq(sum, 201 * sizeof text + 8);
}
END_TEST

static struct cert_info valid(const char *not_before, const char *not_after)
{
	X509 *cert = X509_new();

	ck_assert_int_eq(ASN1_TIME_set_string(X509_getm_notBefore(cert), not_before), 1);
	ck_assert_int_eq(ASN1_TIME_set_string(X509_getm_notAfter(cert), not_after), 1);
	return info_and_free(cert);
}

static void expect_dates(struct cert_info info, int64_t not_before, int64_t not_after)
{
	ck_assert_int_eq(info.not_before, not_before);
	ck_assert_int_eq(info.not_after, not_after);
}

/* These are in the form of ASN.1, but not in that of RFC 5280. */
START_TEST(test_dates_that_no_client_accepts)
{
	static const char *const dates[] = { "490101000000-0100", "4901010000Z", "491301000000Z",
		"20490101000000Z", "garbage" };
	const struct testpki_cert *c = testpki_root("Top CA");
	struct cert_info_fitness fit;

	cert_info_judge(c->cert, &fit);
	ck_assert(!fit.invalid_dates);
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		X509 *cert = X509_dup(c->cert);
		ASN1_TIME *date = i == 0 ? X509_getm_notBefore(cert) : X509_getm_notAfter(cert);

		ck_assert_int_eq(ASN1_STRING_set(date, dates[i], -1), 1);
		cert_info_judge(cert, &fit);
		ck_assert_msg(fit.invalid_dates, "%s", dates[i]);
		X509_free(cert);
	}
}
END_TEST

START_TEST(test_dates)
{
	/* As date -u -d says. RFC 5280: two digits up to 2049, which begin at 1950. */
	expect_dates(valid("700101000000Z", "491231235959Z"), 0, 2524607999);
	expect_dates(valid("500101000000Z", "20500101000000Z"), -631152000, 2524608000);
	expect_dates(valid("691231235959Z", "99991231235959Z"), -1, 253402300799);
	expect_dates(valid("000229120000Z", "20000301000000Z"), 951825600, 951868800);
	expect_dates(valid("21000228235959Z", "21000301000000Z"), 4107542399, 4107542400);
	expect_dates(valid("16010101000000Z", "240229000000Z"), -11644473600, 1709164800);
}
END_TEST

CHECK_MAIN_IN("cert_info", testpki_begin, testpki_end,
    test_an_ordinary_chain, test_self_issued_is_not_self_signed,
    test_a_certificate_without_subject, test_the_first_name_stands_for_a_subject,
    test_a_uri_stands_for_a_subject_without_host_names,
    test_nothing_at_all,
    test_a_name_without_cn_is_told_whole, test_what_a_name_holds_is_escaped,
    test_names_of_all_string_types_are_read, test_one_name_cannot_pass_for_two,
    test_years_have_four_digits,
    test_what_a_san_holds_is_escaped, test_only_dns_names_and_addresses_are_listed,
    test_all_kinds_of_names_with_their_kinds,
    test_a_broken_san_extension_is_none, test_what_just_fits_is_not_cut,
    test_what_is_too_long_is_cut_with_dots, test_machines_get_all_of_it,
    test_dates, test_dates_that_no_client_accepts)
