/* SPDX-License-Identifier: MIT */
#include "client/judge/cert_name.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "support/check_main.h"

/* Unsigned, with nothing but a subject and names, each behind its kind: "DNS:a.test". */
static X509 *make(const char *cn, const char *const sans[])
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	X509_NAME *subject = X509_NAME_new();
	X509 *cert = X509_new();

	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1,
	    0);
	X509_set_subject_name(cert, subject);
	X509_NAME_free(subject);
	for (; sans && *sans; sans++) {
		const char *value = strchr(*sans, ':') + 1;
		int type = (*sans)[0] == 'D' ? GEN_DNS
		    : (*sans)[0] == 'I'      ? GEN_IPADD
		    : (*sans)[0] == 'U'      ? GEN_URI
					     : GEN_EMAIL;
		GENERAL_NAME *name = GENERAL_NAME_new();
		ASN1_OCTET_STRING *address = type == GEN_IPADD ? a2i_IPADDRESS(value) : NULL;
		ASN1_STRING *text = address ? NULL : ASN1_STRING_type_new(V_ASN1_IA5STRING);

		if (text)
			ASN1_STRING_set(text, value, (int)strlen(value));
		GENERAL_NAME_set0_value(name, type, address ? (void *)address : (void *)text);
		sk_GENERAL_NAME_push(names, name);
	}
	if (sans)
		ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	GENERAL_NAMES_free(names);
	return cert;
}

#define SANS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A certificate, a name that it is not for, and what has to be said and advised. */
static const struct {
	const char *const *sans, *name, *detail, *advice;
} rows[] = {
	{ SANS("DNS:a.test", "DNS:b.test"), "c.test",
	    "the certificate is for \"a.test\", \"b.test\"; you asked for \"c.test\"",
	    "--verify-name a.test, or issue a certificate that lists c.test" },
	{ SANS("DNS:a.test"), "192.0.2.7",
	    "the certificate is for \"a.test\"; you asked for \"192.0.2.7\"",
	    "--verify-name a.test" },
	{ SANS("IP:192.0.2.1"), "a.test",
	    "the certificate is for \"192.0.2.1\"; you asked for \"a.test\"",
	    "--verify-name 192.0.2.1" },
	/* A type is not another. */
	{ SANS("DNS:127.0.0.1"), "127.0.0.1",
	    "lists \"127.0.0.1\" as a DNS name, but an IP address must be listed as an IP "
	    "address",
	    "issue a certificate that lists 127.0.0.1 as an IP address" },
	{ SANS("DNS:127.0.0.1", "DNS:localhost"), "127.0.0.1", "lists \"127.0.0.1\" as a DNS name",
	    "--verify-name localhost" },
	{ SANS("DNS:::1"), "::1", "lists \"::1\" as a DNS name", "as an IP address" },
	/* A dot. */
	{ SANS("DNS:localhost."), "localhost", "lists \"localhost.\" with a trailing dot",
	    "lists localhost as a DNS name" },
	{ SANS("DNS:a.test.", "DNS:b.test"), "a.test", "\"a.test.\" with a trailing dot",
	    "--verify-name b.test" },
	{ SANS("DNS:.test"), "a.test", "is for \".test\"; you asked", "issue a certificate" },
	/* Wildcards. */
	{ SANS("DNS:*.lan"), "host.lan", "followed by two labels", "lists host.lan as a DNS name" },
	{ SANS("DNS:*.a.test"), "x.y.a.test", "one label only", "issue a certificate" },
	{ SANS("DNS:*.a.test"), "a.test", "so the name needs one more",
	    "issue a certificate" },
	{ SANS("DNS:f*.a.test"), "foo.a.test", "only a whole first label", "issue a certificate" },
	{ SANS("DNS:a.*.test"), "a.b.test", "only a whole first label", "issue a certificate" },
	{ SANS("DNS:*.a.test"), "_x.a.test", "a label with an underscore", "issue a certificate" },
	{ SANS("DNS:*.a.test"), "b.test", "is for \"*.a.test\"; you asked for \"b.test\"",
	    "issue a" },
	{ SANS("DNS:f*.a.test"), "goo.a.test", "is for \"f*.a.test\"; you asked", "issue a" },
	{ SANS("DNS:*"), "a.test", "is for \"*\"; you asked", "issue a" },
	{ SANS("DNS:*.a.test", "DNS:www.b.test"), "a.test", "so the name needs one more",
	    "--verify-name www.b.test" },
	/* Other kinds of names. */
	{ SANS("URI:spiffe://a/me"), "a.test",
	    "lists no DNS name and no IP address, only URI:spiffe://a/me; you asked for \"a.test\"",
	    "lists a.test as a DNS name" },
	{ SANS("URI:spiffe://a/me, URI:spiffe://a/admin"), "a.test",
	    "only URI:spiffe://a/me\\x2c URI:spiffe://a/admin;", "" },
	{ SANS("email:me@a.test"), "a.test", "only email:me@a.test;", "" },
	{ SANS("URI:x"), "me", "only as the CN", "lists me as a DNS name" },
	{ NULL, "me", "has \"me\" only as the CN", "lists me as a DNS name" },
	{ NULL, "a.test", "(no subjectAltName)", "" },
	/* SPIFFE IDs. */
	{ SANS("DNS:a.test"), "spiffe://a/me", "no URI in its subjectAltName; you asked for",
	    "whose only URI is spiffe://a/me" },
	{ NULL, "spiffe://a/me", "no URI in its subjectAltName", "" },
	{ SANS("URI:spiffe://a/me", "URI:spiffe://a/me"), "spiffe://a/me",
	    "has 2 URIs, \"spiffe://a/me\", \"spiffe://a/me\", but a SPIFFE", "whose only URI" },
	{ SANS("URI:spiffe://a/me2"), "spiffe://a/me",
	    "is for \"spiffe://a/me2\"; you asked for \"spiffe://a/me\"",
	    "--verify-name spiffe://a/me2" },
	{ SANS("URI:spiffe://a/m"), "spiffe://a/me", "is for \"spiffe://a/m\"",
	    "--verify-name spiffe://a/m" },
	{ SANS("URI:spiffe://A/me"), "spiffe://a/me", "and only the case differs", "whose only" },
	{ SANS("URI:spiffe://a/$(id)"), "spiffe://a/me", "is for \"spiffe://a/$(id)\"",
	    "whose only" },
	{ SANS("URI:https://a/me"), "spiffe://a/me", "is for \"https://a/me\"", "whose only" },
	{ SANS("DNS:spiffe://a/me"), "spiffe://a/me", "no URI", "whose only" },
	/* Nothing that a shell would run, or a terminal obey, is advised or shown. */
	{ SANS("DNS:a;id"), "c.test", "\"a;id\"", "issue a" },
	{ SANS("DNS:$(id)"), "c.test", "\"$(id)\"", "issue a" },
	{ SANS("DNS:-v"), "c.test", "\"-v\"", "issue a" },
	{ SANS("DNS:a b"), "c.test", "\"a b\"", "issue a" },
	{ SANS("DNS:\x1b[2J\n"), "c.test", "\"\\x1b[2J\\x0a\"", "issue a" },
	{ SANS("DNS:b\xc3\xbc.test"), "c.test", "\"b\xc3\xbc.test\"", "issue a" },
	{ SANS("DNS:"), "c.test", "\"\"", "issue a" },
};

/* The advice is tried as it would be typed: without a dot at its end, as the session does. */
static void try_advice(X509 *cert, const char *advice)
{
	char name[256];

	if (sscanf(advice, "--verify-name %255[^,]", name) != 1)
		return;
	if (name[strlen(name) - 1] == '.')
		name[strlen(name) - 1] = '\0';
	ck_assert_msg(cert_name_matches(cert, name), "%s does not help", advice);
}

START_TEST(test_what_is_said_is_so)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509 *cert = make("me", rows[i].sans);
		struct outcome oc = OUTCOME_NONE;

		ck_assert_msg(!cert_name_matches(cert, rows[i].name), "row %zu matches", i);
		ck_assert_int_eq(cert_name_explain(cert, rows[i].name, &oc), -1);
		ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, rows[i].detail);
		ck_assert_has(oc.advice, rows[i].advice);
		ck_assert_msg(!strstr(rows[i].advice, "--verify-name") ==
			!strstr(oc.advice, "--verify-name"),
		    "row %zu: %s", i, oc.advice);
		try_advice(cert, oc.advice);
		X509_free(cert);
	}
}
END_TEST

/* The rules that the sentences state are those of the library. */
START_TEST(test_the_rules_are_the_librarys)
{
	static const struct {
		const char *san, *name;
		bool matches;
	} rules[] = {
		{ "DNS:*.a.test", "x.a.test", true },
		{ "DNS:*.a.test", "X-1.A.TEST", true },
		{ "DNS:*.a.test", "x_y.a.test", false },
		{ "DNS:*.a.test", "x.y.a.test", false },
		{ "DNS:*.a.test", "a.test", false },
		{ "DNS:*.lan", "x.lan", false },
		{ "DNS:x*.a.test", "xy.a.test", false },
		{ "DNS:_x.a.test", "_x.a.test", true },
		{ "DNS:a.test.", "a.test", false },
		{ "DNS:127.0.0.1", "127.0.0.1", false },
		{ "IP:127.0.0.1", "127.0.0.1", true },
		{ "IP:::1", "::1", true },
		{ "IP:::1", "0:0::1", true },
		{ "URI:https://a.test/", "a.test", false },
		{ "URI:spiffe://a.test/me", "spiffe://a.test/me", true },
		{ "URI:spiffe://a.test/me", "spiffe://a.test/Me", false },
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		X509 *cert = make("me", SANS(rules[i].san));

		ck_assert_msg(cert_name_matches(cert, rules[i].name) == rules[i].matches,
		    "%s for %s", rules[i].san, rules[i].name);
		X509_free(cert);
	}
}
END_TEST

/* X509-SVID section 5.2: a certificate that may sign others identifies nobody. */
START_TEST(test_a_spiffe_id_of_a_signer)
{
	static const char id[] = "spiffe://a.test/me";
	static const struct {
		int extension;
		const char *value, *detail; /* NULL: it matches */
	} signers[] = {
		{ NID_basic_constraints, "CA:TRUE", "it is a CA" },
		{ NID_basic_constraints, "CA:FALSE", NULL },
		{ NID_key_usage, "digitalSignature,keyCertSign", "its key usage allows" },
		{ NID_key_usage, "digitalSignature,cRLSign", "its key usage allows" },
		{ NID_key_usage, "digitalSignature", NULL },
	};

	for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++) {
		X509 *cert = make("me", SANS("URI:spiffe://a.test/me"));
		X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, signers[i].extension,
		    signers[i].value);
		struct outcome oc = OUTCOME_NONE;

		ck_assert_int_eq(X509_add_ext(cert, extension, -1), 1);
		ck_assert_msg(cert_name_matches(cert, id) == !signers[i].detail, "%s",
		    signers[i].value);
		if (signers[i].detail) {
			cert_name_explain(cert, id, &oc);
			ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, signers[i].detail);
		}
		X509_EXTENSION_free(extension);
		X509_free(cert);
	}
}
END_TEST

CHECK_MAIN("cert_name", test_what_is_said_is_so, test_the_rules_are_the_librarys,
    test_a_spiffe_id_of_a_signer)
