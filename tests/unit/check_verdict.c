/* SPDX-License-Identifier: MIT */
/* Each row: what a server sends and its client trusts, and what the client says of it. */
#include "client/judge/verdict.h"

#include <openssl/x509_vfy.h>

#include "client/judge/expected.h"
#include "client/judge/findings.h"
#include "support/check_main.h"
#include "support/scene.h"
#include "support/test_pki.h"

enum { DAY = 86400 };

#define STORE SCENE_STORE
#define NAME SCENE_NAME

typedef struct testpki_spec spec;

static pki_cert leaf_with(pki_cert issuer, struct testpki_extension extra)
{
	return testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .eku = "serverAuth",
	    .issuer = issuer,
	    .extra = { extra } });
}

static pki_cert leaf_of(pki_cert issuer)
{
	return testpki_leaf(issuer, "DNS:" NAME);
}

#define SCENE(which, ...) (&(const struct scene){ .leaf = which, __VA_ARGS__ })

START_TEST(test_a_flaw_of_the_leaf_is_named)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert odd = testpki_make(&(
	    spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = root, .key_usage = "DER:03:01:00" });
	pki_cert pathlen = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = root,
	    .no_basic_constraints = true,
	    .extra = { { "basicConstraints", "DER:30:03:02:01:00" } } });
	static const struct {
		struct testpki_extension extra;
		const char *words;
	} rows[] = {
		{ { "subjectAltName", "DNS:b.test" }, "has the extension subjectAltName more" },
		{ { "keyUsage", "digitalSignature" }, "has the extension keyUsage more than once" },
		{ { "extendedKeyUsage", "clientAuth" }, "has the extension extendedKeyUsage more" },
		{ { "nameConstraints", "DER:04:00" }, "has a malformed nameConstraints" },
		{ { "issuerAltName", "DER:04:00" }, NULL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pki_cert leaf = leaf_with(root, rows[i].extra);

		if (!rows[i].words) {
			ck_assert(scene_accepts(SCENE(leaf, .trusted = { root })));
			continue;
		}
		scene_check(rows[i].words, SCENE(leaf, .trusted = { root }), OC_CERT_INVALID,
		    rows[i].words);
		/* The same when the root is sent, or nobody is trusted. */
		scene_check(rows[i].words, SCENE(leaf, .sent = { root }, .trusted = { root }),
		    OC_CERT_INVALID, rows[i].words);
	}
	scene_check("empty key usage", SCENE(odd, .trusted = { root }), OC_CERT_INVALID,
	    "has an empty keyUsage extension");
	scene_check("path length", SCENE(pathlen, .trusted = { root }), OC_CERT_INVALID, "lenient");
}
END_TEST

START_TEST(test_a_malformed_name)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert leaf = testpki_make(
	    &(spec){ .cn = NAME, .issuer = root, .extra = { { "subjectAltName", "DER:04:00" } } });

	scene_check("malformed SAN", SCENE(leaf, .trusted = { root }), OC_CERT_INVALID,
	    "the certificate of \"a.test\" has a malformed subjectAltName extension");
}
END_TEST

START_TEST(test_a_flaw_of_the_issuer_is_named)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert sub = testpki_make(&(spec){ .cn = "Sub CA",
	    .ca = true,
	    .issuer = root,
	    .extra = { { "keyUsage", "keyCertSign" } } });
	pki_cert bad = testpki_make(
	    &(spec){ .cn = "Bad CA", .ca = true, .extra = { { "keyUsage", "keyCertSign" } } });

	scene_check("intermediate", SCENE(leaf_of(sub), .sent = { sub }, .trusted = { root }),
	    OC_CERT_INVALID,
	    "was signed by \"Sub CA\", but that CA's certificate sent by the server has the "
	    "extension keyUsage more than once");
	scene_check("root", SCENE(leaf_of(bad), .trusted = { bad }), OC_CERT_INVALID,
	    "was signed by \"Bad CA\", but that CA's certificate in " STORE " has");
}
END_TEST

START_TEST(test_a_root_renewed_with_its_key)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert renewed = testpki_make(&(spec){ .cn = "Top CA", .ca = true, .same_key = root });
	pki_cert by_serial = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = root,
	    .authority = "keyid,issuer:always" });
	pki_cert other_id = testpki_make(
	    &(spec){ .cn = "Top CA", .ca = true, .same_key = root, .key_id = "01:02:03" });

	ck_assert(scene_accepts(SCENE(leaf_of(root), .trusted = { renewed })));
	scene_check("by serial", SCENE(by_serial, .trusted = { renewed }, .remedy = root),
	    OC_CERT_INVALID,
	    "names an issuer or serial number that differs from that CA's certificate in");
	scene_check("by serial, old root sent",
	    SCENE(by_serial, .sent = { root }, .trusted = { renewed }, .remedy = root),
	    OC_CERT_INVALID,
	    "the certificate of \"a.test\" was signed by the key of \"Top CA\", but");
	scene_check("by serial, new root sent",
	    SCENE(by_serial, .sent = { renewed }, .trusted = { renewed }, .remedy = root),
	    OC_CERT_INVALID, "names an issuer or serial number that differs");
	scene_check("by key identifier", SCENE(leaf_of(root), .trusted = { other_id }),
	    OC_CERT_INVALID, "its authorityKeyIdentifier differs from the subjectKeyIdentifier");
}
END_TEST

/* The former intermediate is no root, so --cacert with it would not help: the server sends it. */
START_TEST(test_an_intermediate_renewed_with_its_key)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert former = testpki_make(&(spec){ .cn = "Sub CA", .ca = true, .issuer = root });
	pki_cert renewed =
	    testpki_make(&(spec){ .cn = "Sub CA", .ca = true, .issuer = root, .same_key = former });
	pki_cert leaf = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = former,
	    .authority = "keyid,issuer:always" });

	scene_check("renewed",
	    SCENE(leaf, .sent = { renewed }, .trusted = { root }, .remedy = former),
	    OC_CERT_INVALID, "names an issuer or serial number that differs");
	ck_assert(!scene_accepts(SCENE(leaf, .sent = { renewed }, .trusted = { former })));
	ck_assert(scene_accepts(SCENE(leaf, .sent = { former }, .trusted = { root })));
}
END_TEST

/* One that is signed by the former key of its CA has the name of a root and is none. */
START_TEST(test_a_ca_that_changes_its_key)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert next = testpki_make(&(spec){ .cn = "Top CA", .ca = true, .issuer = root });
	pki_cert late = testpki_make(&(spec){ .cn = "Top CA",
	    .ca = true,
	    .issuer = root,
	    .from_s = -9 * DAY,
	    .until_s = -DAY });
	pki_cert old = testpki_make(&(spec){ .cn = "Top CA",
	    .ca = true,
	    .same_key = root,
	    .from_s = -9 * DAY,
	    .until_s = -DAY });

	ck_assert(scene_accepts(SCENE(leaf_of(next), .sent = { next }, .trusted = { root })));
	scene_check("expired", SCENE(leaf_of(late), .sent = { late }, .trusted = { root }),
	    OC_CERT_EXPIRED, "the intermediate \"Top CA\" expired on ");
	scene_check("expired root", SCENE(leaf_of(root), .trusted = { old }, .remedy = root),
	    OC_CERT_EXPIRED, "the root \"Top CA\" expired on ");
}
END_TEST

START_TEST(test_an_issuer_that_may_not_sign)
{
	pki_cert root =
	    testpki_make(&(spec){ .cn = "Top CA", .ca = true, .key_usage = "critical,cRLSign" });

	scene_check("key usage", SCENE(leaf_of(root), .trusted = { root }), OC_CERT_INVALID,
	    "the root \"Top CA\" is not allowed at its place in the chain");
}
END_TEST

START_TEST(test_a_ca_made_anew)
{
	pki_cert root = testpki_root("Top CA"), anew = testpki_root("Top CA");
	pki_cert rsa = testpki_make(&(spec){ .cn = "Top CA", .ca = true, .key = TESTPKI_RSA2048 });
	pki_cert sub = testpki_intermediate(root);
	pki_cert plain = testpki_make(
	    &(spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = root, .no_key_ids = true });
	const char *other_key = "the certificate of that name in " STORE " has another key";

	scene_check("with identifiers", SCENE(leaf_of(root), .trusted = { anew }),
	    OC_CERT_UNKNOWN_CA, other_key);
	scene_check("of an intermediate", SCENE(leaf_of(sub), .sent = { sub }, .trusted = { anew }),
	    OC_CERT_UNKNOWN_CA, other_key);
	scene_check("and the old root sent",
	    SCENE(leaf_of(root), .sent = { root }, .trusted = { anew }, .remedy = root),
	    OC_CERT_UNKNOWN_CA, "the chain ends in the root \"Top CA\"");
	scene_check("another type of key", SCENE(leaf_of(root), .trusted = { rsa }),
	    OC_CERT_UNKNOWN_CA, other_key);
	scene_check("two of one name", SCENE(plain, .trusted = { anew, root }, .lenient = true),
	    OC_CERT_INVALID,
	    "\"Top CA\" has several certificates, and the TLS library tried the wrong one");
	/* What everybody refuses comes before what strict ones do. */
	scene_check("without identifiers", SCENE(plain, .trusted = { anew }), OC_CERT_INVALID,
	    "the certificate of \"a.test\" was not signed with the key of \"Top CA\" in");
	scene_check("without identifiers, leniently",
	    SCENE(plain, .trusted = { anew }, .lenient = true), OC_CERT_INVALID,
	    "was not signed with the key of");
}
END_TEST

START_TEST(test_who_is_missing)
{
	pki_cert root = testpki_root("Top CA"), other = testpki_root("Other CA");
	pki_cert sub = testpki_intermediate(root);

	scene_check("intermediate", SCENE(leaf_of(sub), .trusted = { root }, .remedy = sub),
	    OC_CERT_MISSING_INTERMEDIATE, "sent only one certificate");
	scene_check("root, alone", SCENE(leaf_of(root), .trusted = { other }, .remedy = root),
	    OC_CERT_MISSING_INTERMEDIATE, "it is an intermediate or an unknown root");
	scene_check("root",
	    SCENE(leaf_of(sub), .sent = { sub }, .trusted = { other }, .remedy = root),
	    OC_CERT_UNKNOWN_CA,
	    "the intermediate \"Test Intermediate\" was issued by \"Top CA\", which is not in");
	scene_check("root sent",
	    SCENE(leaf_of(sub), .sent = { sub, root }, .trusted = { other }, .remedy = root),
	    OC_CERT_UNKNOWN_CA, "the chain ends in the root \"Top CA\", which is not in");
	scene_check("root marked", SCENE(leaf_of(root), .trusted = { root }, .reject = true),
	    OC_CERT_UNKNOWN_CA, "not trusted there");
}
END_TEST

START_TEST(test_self_signed)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert leaf = testpki_make(&(spec){ .cn = NAME, .sans = "DNS:" NAME });
	pki_cert renewed =
	    testpki_make(&(spec){ .cn = NAME, .sans = "DNS:" NAME, .same_key = leaf });
	pki_cert anew = testpki_make(&(spec){ .cn = NAME, .sans = "DNS:" NAME });

	scene_check("alone", SCENE(leaf, .trusted = { root }), OC_CERT_SELF_SIGNED,
	    "is self-signed");
	scene_check("renewed", SCENE(leaf, .trusted = { renewed }), OC_CERT_SELF_SIGNED,
	    "has the same key, but is a different one");
	scene_check("anew", SCENE(leaf, .trusted = { anew }), OC_CERT_SELF_SIGNED,
	    "has another key");
}
END_TEST

START_TEST(test_dates)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert leaf = leaf_of(root);
	pki_cert old = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = root,
	    .from_s = -9 * DAY,
	    .until_s = -DAY });
	pki_cert early = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = root,
	    .from_s = DAY,
	    .until_s = 2 * DAY });

	scene_check("expired", SCENE(old, .trusted = { root }), OC_CERT_EXPIRED, "24 hours ago");
	scene_check("not yet", SCENE(early, .trusted = { root }), OC_CERT_NOT_YET_VALID,
	    "is not valid before ");
	scene_check("expired at another time", SCENE(leaf, .trusted = { root }, .at_s = 31 * DAY),
	    OC_CERT_EXPIRED, "before the chosen time");
	scene_check("not yet, at another time", SCENE(leaf, .trusted = { root }, .at_s = -31 * DAY),
	    OC_CERT_NOT_YET_VALID, "after the chosen time");
}
END_TEST

START_TEST(test_purposes_and_names)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert client = testpki_make(
	    &(spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = root, .eku = "clientAuth" });
	pki_cert agree = testpki_make(&(
	    spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = root, .key_usage = "keyAgreement" });
	pki_cert agree_bare = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = root,
	    .key_usage = "keyAgreement",
	    .no_key_ids = true });

	scene_check("client's", SCENE(client, .trusted = { root }), OC_CERT_WRONG_PURPOSE,
	    "is not for");
	scene_check("key usage", SCENE(agree, .trusted = { root }), OC_CERT_WRONG_PURPOSE,
	    "is not for");
	/* Strictness is not all that is in the way: --no-x509-strict would not help. */
	scene_check("key usage, no identifiers", SCENE(agree_bare, .trusted = { root }),
	    OC_CERT_WRONG_PURPOSE, "is not for");
	scene_check("name", SCENE(testpki_leaf(root, "DNS:b.test"), .trusted = { root }),
	    OC_CERT_WRONG_NAME, "\"b.test\"");
}
END_TEST

START_TEST(test_what_only_strict_clients_refuse)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert v1 = testpki_make(&(spec){ .cn = "V1 CA", .bare = true });
	pki_cert of_v1 = testpki_make(
	    &(spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = v1, .authority = "issuer:always" });
	pki_cert no_basic =
	    testpki_make(&(spec){ .cn = "Old CA", .ca = true, .no_basic_constraints = true });
	pki_cert bare = testpki_make(
	    &(spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = root, .no_key_ids = true });
	pki_cert bare_old = testpki_make(&(spec){ .cn = NAME,
	    .sans = "DNS:" NAME,
	    .issuer = root,
	    .no_key_ids = true,
	    .from_s = -9 * DAY,
	    .until_s = -DAY });
	pki_cert bare_other = testpki_make(
	    &(spec){ .cn = "b.test", .sans = "DNS:b.test", .issuer = root, .no_key_ids = true });
	pki_cert weak = testpki_make(
	    &(spec){ .cn = NAME, .sans = "DNS:" NAME, .issuer = root, .key = TESTPKI_RSA1024 });
	const char *lenient = "a more lenient client would accept it";

	scene_check("v1 root", SCENE(of_v1, .trusted = { v1 }), OC_CERT_INVALID, lenient);
	scene_check("no basicConstraints", SCENE(leaf_of(no_basic), .trusted = { no_basic }),
	    OC_CERT_INVALID, lenient);
	scene_check("no identifiers", SCENE(bare, .trusted = { root }), OC_CERT_INVALID, lenient);
	scene_check("weak", SCENE(weak, .trusted = { root }), OC_CERT_INVALID, lenient);
	/* Behind it is what every client refuses. */
	scene_check("expired behind it", SCENE(bare_old, .trusted = { root }), OC_CERT_EXPIRED,
	    "; also: ");
	scene_check("name behind it", SCENE(bare_other, .trusted = { root }), OC_CERT_WRONG_NAME,
	    "b.test");
}
END_TEST

START_TEST(test_other_rules)
{
	pki_cert root = testpki_root("Top CA");
	pki_cert sub = testpki_intermediate(root);
	pki_cert deep = testpki_make(&(spec){ .cn = "Deep CA", .ca = true, .issuer = sub });
	pki_cert narrow = testpki_make(&(spec){ .cn = "Narrow CA",
	    .ca = true,
	    .issuer = root,
	    .name_constraints = "permitted;DNS:b.test" });
	pki_cert unknown =
	    leaf_with(root, (struct testpki_extension){ "1.2.3.4", "critical,DER:05:00" });

	scene_check("path", SCENE(leaf_of(deep), .sent = { deep, sub }, .trusted = { root }),
	    OC_CERT_INVALID, "is not allowed at its place");
	scene_check("constraints", SCENE(leaf_of(narrow), .sent = { narrow }, .trusted = { root }),
	    OC_CERT_INVALID, "may not sign for");
	scene_check("unknown critical", SCENE(unknown, .trusted = { root }), OC_CERT_INVALID,
	    "has the critical extension 1.2.3.4, which");
}
END_TEST

static void push(STACK_OF(X509) * sent, pki_cert c, int times)
{
	while (times-- > 0)
		ck_assert_int_gt(sk_X509_push(sent, c->cert), 0);
}

/* Comparing each with each, thousands from a file would take minutes. */
START_TEST(test_the_order_of_a_long_chain)
{
	pki_cert root = testpki_root("Top CA"), sub = testpki_intermediate(root);
	pki_cert leaf = leaf_of(sub);

	for (int roots = 1; roots <= 1000; roots += 999) {
		X509_STORE_CTX *judged = X509_STORE_CTX_new();
		STACK_OF(X509) *sent = sk_X509_new_null();

		push(sent, leaf, 1);
		push(sent, sub, 1);
		push(sent, root, roots);
		ck_assert_int_eq(X509_STORE_CTX_init(judged, NULL, leaf->cert, sent), 1);
		ck_assert(!findings_disordered(judged));
		push(sent, leaf, 2);
		ck_assert(findings_disordered(judged) == (roots < 500));
		X509_STORE_CTX_free(judged);
		sk_X509_free(sent);
	}
}
END_TEST

/* Neither a key that was not read nor a certificate that was not sent is the expected one. */
START_TEST(test_what_is_expected_and_not_known)
{
	const struct expected key = {
		.pins = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	};
	const struct expected certificate = { .file = "a.pem", .cert.sha256 = "00" };
	struct verdict v = { .chain_len = 1 };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(expected_judge_key(&key, &v, &oc), -1);
	ck_assert_outcome(&oc, OC_CERT_PIN_MISMATCH, "does not match --pinnedpubkey");
	/* The handshake ended earlier, and its own outcome counts. */
	oc = OUTCOME_NONE;
	ck_assert_int_eq(expected_judge_certificate(&certificate, &v, &oc), 0);
	ck_assert_no_failure(&oc);
	v.ran = true;
	ck_assert_int_eq(expected_judge_certificate(&certificate, &v, &oc), -1);
	ck_assert_outcome(&oc, OC_CERT_NOT_EXPECTED, "does not send the certificate in a.pem");
}
END_TEST

CHECK_MAIN("verdict", test_a_flaw_of_the_leaf_is_named, test_a_malformed_name,
    test_a_flaw_of_the_issuer_is_named, test_a_root_renewed_with_its_key,
    test_an_intermediate_renewed_with_its_key, test_a_ca_that_changes_its_key,
    test_an_issuer_that_may_not_sign, test_a_ca_made_anew, test_who_is_missing, test_self_signed,
    test_dates, test_purposes_and_names, test_what_only_strict_clients_refuse, test_other_rules,
    test_the_order_of_a_long_chain, test_what_is_expected_and_not_known)
