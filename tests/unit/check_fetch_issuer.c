/* SPDX-License-Identifier: MIT */
#include "client/step/fetch_issuer.h"

#include <stdio.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/ui.h>

#include "client/step/issuer_url.h"
#include "support/check_main.h"
#include "support/test_pki.h"

/* ---- addresses ------------------------------------------------------------------------------ */

static const struct {
	const char *url, *host, *port, *path;
} good[] = {
	{ "http://a.test/ca.der", "a.test", "80", "/ca.der" },
	{ "HTTP://a.test/ca.der", "a.test", "80", "/ca.der" },
	{ "http://a.test", "a.test", "80", "/" },
	{ "http://a.test:8080", "a.test", "8080", "/" },
	{ "http://a.test?x=1", "a.test", "80", "/?x=1" },
	{ "http://a.test/x?y=//z", "a.test", "80", "/x?y=//z" },
	{ "http://a.test/x#y", "a.test", "80", "/x" },
	{ "http://a.test#y", "a.test", "80", "/" },
	{ "http://192.0.2.1:1/x", "192.0.2.1", "1", "/x" },
	{ "http://[2001:db8::1]/x", "2001:db8::1", "80", "/x" },
	{ "http://[2001:db8::1]:81/x", "2001:db8::1", "81", "/x" },
};

static const struct {
	const char *url, *why;
} bad[] = {
	{ "", "not an http URL" },
	{ "https://a.test/", "not an http URL" },
	{ "ldap:///CN=x", "not an http URL" },
	{ "file:///etc/passwd", "not an http URL" },
	{ "http:/a.test", "not an http URL" },
	{ "http://", "no valid host name" },
	{ "http:///x", "no valid host name" },
	{ "http://:80/x", "no valid host name" },
	{ "http://me@a.test/", "no valid host name" },
	{ "http://a..test/", "no valid host name" },
	{ "http://*.test/", "no valid host name" },
	{ "http://[::1/", "no valid host name" },
	{ "http://a.test:/", "no valid port" },
	{ "http://a.test:0/", "no valid port" },
	{ "http://a.test:65536/", "no valid port" },
	{ "http://a.test:+1/", "no valid port" },
	{ "http://a.test/a b", "characters that no URL has" },
	{ "http://a.test/\r\nX: y", "characters that no URL has" },
	{ "http://a.test/\xc3\xa4", "characters that no URL has" },
};

START_TEST(test_addresses)
{
	char text[2 * ISSUER_URL_MAX] = "http://a.test/";
	struct issuer_url url;
	const char *fault;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		fault = issuer_url_parse(good[i].url, strlen(good[i].url), &url);
		ck_assert_msg(!fault, "%s: %s", good[i].url, fault);
		ck_assert_str_eq(url.at.host, good[i].host);
		ck_assert_str_eq(url.at.port, good[i].port);
		ck_assert_str_eq(url.path, good[i].path);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		fault = issuer_url_parse(bad[i].url, strlen(bad[i].url), &url);
		ck_assert_msg(fault && strstr(fault, bad[i].why), "%s: %s", bad[i].url,
		    fault ? fault : "accepted");
	}
	/* A NUL does not hide the rest. */
	ck_assert_ptr_nonnull(issuer_url_parse("http://a.test/\0x", 16, &url));
	memset(text + strlen(text), 'x', ISSUER_URL_MAX);
	fault = issuer_url_parse(text, ISSUER_URL_MAX - 1, &url);
	ck_assert_str_eq(fault, "the address is too long");
	ck_assert_ptr_null(issuer_url_parse(text, ISSUER_URL_MAX - 2, &url));
}
END_TEST

#define INTERIM "HTTP/1.1 103 Early Hints\r\nLocation: /early\r\n\r\n"
#define MOVED "HTTP/1.0 302 Found\r\nServer: x\r\n"

START_TEST(test_redirects)
{
	static const struct {
		const char *head, *host, *path, *why;
	} rows[] = {
		{ MOVED "Location: http://b.test/y\r\n\r\n", "b.test", "/y", NULL },
		{ MOVED "location:\thttp://b.test/y \r\n\r\n", "b.test", "/y", NULL },
		{ MOVED "Location: /y?z\r\n\r\n", "a.test", "/y?z", NULL },
		{ MOVED "Location: /\r\n\r\n", "a.test", "/", NULL },
		{ INTERIM MOVED "Location: /y\r\n\r\n", "a.test", "/y", NULL },
		{ INTERIM INTERIM MOVED "Location: /y\r\n\r\n", "a.test", "/y", NULL },
		{ INTERIM "HTTP/1.1 1", "", "", "no Location" },
		{ MOVED "\r\n" INTERIM "Location: /y\r\n\r\n", "", "", "no Location" },
		{ MOVED "Location: //b.test/y\r\n\r\n", "", "", "not an http URL" },
		{ MOVED "Location: y\r\n\r\n", "", "", "not an http URL" },
		{ MOVED "Location:\r\n\r\n", "", "", "not an http URL" },
		{ MOVED "Location: https://a.test/x\r\n\r\n", "", "", "not an http URL" },
		{ MOVED "Location: /a b\r\n\r\n", "", "", "characters" },
		{ MOVED "X-Location: /y\r\n\r\n", "", "", "no Location" },
		{ MOVED "\r\nLocation: /y\r\n", "", "", "no Location" },
		{ MOVED "Location: /y", "", "", "no Location" },
		{ "", "", "", "no Location" },
	};
	struct issuer_url from, to;

	ck_assert_ptr_null(issuer_url_parse("http://a.test:81/x", 18, &from));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *fault =
		    issuer_url_redirect(rows[i].head, strlen(rows[i].head), &from, &to);

		if (rows[i].why) {
			ck_assert_msg(fault && strstr(fault, rows[i].why), "row %zu: %s", i,
			    fault ? fault : "accepted");
			continue;
		}
		ck_assert_msg(!fault, "row %zu: %s", i, fault);
		ck_assert_str_eq(to.at.host, rows[i].host);
		ck_assert_str_eq(to.path, rows[i].path);
		ck_assert_str_eq(to.at.port, strcmp(to.at.host, "a.test") == 0 ? "81" : "80");
	}
}
END_TEST

/* ---- contents ------------------------------------------------------------------------------- */

static char why[FETCH_ISSUER_WHY_MAX];

static bool decodes(const unsigned char *bytes, size_t len, const struct testpki_cert *leaf,
    const struct testpki_cert *issuer)
{
	STACK_OF(X509) *all = fetch_issuer_decode(bytes, len, leaf->cert, why);
	bool found = all != NULL;

	if (all) {
		ck_assert_int_eq(sk_X509_num(all), 1);
		ck_assert_int_eq(X509_cmp(sk_X509_value(all, 0), issuer->cert), 0);
	}
	sk_X509_pop_free(all, X509_free);
	return found;
}

static bool der_decodes(const struct testpki_cert *sent, const struct testpki_cert *leaf,
    const struct testpki_cert *issuer)
{
	unsigned char *der = NULL;
	int len = i2d_X509(sent->cert, &der);
	bool found = decodes(der, (size_t)len, leaf, issuer);

	OPENSSL_free(der);
	return found;
}

START_TEST(test_certificates)
{
	const struct testpki_cert *root = testpki_root("Root");
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	const struct testpki_spec twin_spec = { .cn = "Twin", .ca = true, .issuer = root };
	const struct testpki_cert *twin = testpki_make(&twin_spec);
	const struct testpki_cert *other = testpki_make(&twin_spec);
	const struct testpki_cert *lower = testpki_leaf(twin, "DNS:a.test");
	const struct testpki_spec no_ca = { .cn = "No CA", .issuer = root };
	const struct testpki_cert *plain = testpki_make(&no_ca);
	const struct testpki_cert *below = testpki_leaf(plain, "DNS:a.test");

	ck_assert(der_decodes(sub, leaf, sub));
	ck_assert(!der_decodes(root, leaf, sub));
	ck_assert_str_eq(why, "the certificate there, \"Root\", has another name");
	ck_assert(!der_decodes(leaf, leaf, sub));
	ck_assert(der_decodes(twin, lower, twin));
	ck_assert(!der_decodes(other, lower, twin));
	ck_assert_has(why, "has the right name, but another key");
	ck_assert(!der_decodes(plain, below, plain));
	ck_assert_has(why, "\"No CA\", is not a CA");
}
END_TEST

START_TEST(test_other_contents)
{
	const struct testpki_cert *root = testpki_root("Root");
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	STACK_OF(X509) *both = sk_X509_new_null();
	unsigned char *bytes = NULL;
	CMS_ContentInfo *cms;
	BIO *pem = BIO_new(BIO_s_mem());
	long len;

	sk_X509_push(both, root->cert);
	sk_X509_push(both, sub->cert);
	cms = CMS_sign(NULL, NULL, both, NULL, CMS_BINARY | CMS_PARTIAL);
	len = i2d_CMS_ContentInfo(cms, &bytes);
	ck_assert_int_gt(len, 0);
	ck_assert(decodes(bytes, (size_t)len, leaf, sub));
	ck_assert(!decodes(bytes, (size_t)len / 2, leaf, sub));
	OPENSSL_free(bytes);
	CMS_ContentInfo_free(cms);
	sk_X509_free(both);

	ck_assert_int_eq(PEM_write_bio_X509(pem, sub->cert), 1);
	len = BIO_get_mem_data(pem, (char **)&bytes);
	ck_assert(decodes(bytes, (size_t)len, leaf, sub));
	ck_assert(!decodes(bytes, (size_t)len / 2, leaf, sub));
	BIO_free(pem);

	ck_assert(!decodes((const unsigned char *)"", 0, leaf, sub));
	ck_assert_has(why, "is not a certificate; it begins with \"\"");
	ck_assert(!decodes((const unsigned char *)"\x1b[2J<html>\n", 11, leaf, sub));
	ck_assert_has(why, "it begins with \"\\x1b[2J<html>\\x0a\"");
}
END_TEST

static bool prompted;

static int note_prompt(UI *ui, UI_STRING *string)
{
	(void)ui;
	(void)string;
	prompted = true;
	return -1;
}

START_TEST(test_pem)
{
	static const char sealed[] = "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
				     "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
				     "MIIB\n-----END CERTIFICATE-----\n";
	const struct testpki_cert *root = testpki_root("Root");
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	UI_METHOD *notes = UI_create_method("notes");
	BIO *pem = BIO_new(BIO_s_mem());
	unsigned char *bytes;
	long len;

	/* Whoever answers must not make us ask the terminal for a passphrase, and wait. */
	UI_method_set_reader(notes, note_prompt);
	UI_set_default_method(notes);
	ck_assert(!decodes((const unsigned char *)sealed, sizeof sealed - 1, leaf, sub));
	ck_assert(!prompted);
	ck_assert_has(why, "is not a certificate; it begins with \"-----BEGIN");
	UI_set_default_method(UI_OpenSSL());
	UI_destroy_method(notes);

	/* The issuer need not be the first one. */
	ck_assert_int_eq(PEM_write_bio_X509(pem, root->cert), 1);
	ck_assert_int_eq(PEM_write_bio_X509(pem, sub->cert), 1);
	len = BIO_get_mem_data(pem, (char **)&bytes);
	ck_assert(decodes(bytes, (size_t)len, leaf, sub));
	BIO_free(pem);
}
END_TEST

CHECK_MAIN_IN("fetch_issuer", testpki_begin, testpki_end, test_addresses, test_redirects,
    test_certificates, test_other_contents, test_pem)
