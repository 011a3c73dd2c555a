/* SPDX-License-Identifier: MIT */
#include "client/judge/verdict.h"
#include "client/step/verify.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "client/session/session.h"
#include "client/judge/staple.h"
#include "base/outcome.h"
#include "tls/context.h"
#include "client/session/context.h"
#include "tls/conn.h"
#include "support/check_main.h"
#include "support/test_pki.h"
#include "base/time.h"

enum { DAY = 86400 };

/* What is said about a leaf of "Sub CA" with this error, before a test changes anything. */
static struct verdict leaf_verdict(int error)
{
	struct verdict v = { .ran = true, .error = error, .sent = 2, .at = time(NULL) };

	snprintf(v.culprit.label, sizeof v.culprit.label, "a.test");
	snprintf(v.culprit.issuer, sizeof v.culprit.issuer, "Sub CA");
	snprintf(v.culprit.sans, sizeof v.culprit.sans, "\"a.test\", \"b.test\"");
	v.culprit.not_before = time(NULL) - DAY;
	v.culprit.not_after = time(NULL) + DAY;
	return v;
}

static struct verdict intermediate_verdict(int error)
{
	struct verdict v = leaf_verdict(error);

	v.depth = 1;
	snprintf(v.culprit.label, sizeof v.culprit.label, "Sub CA");
	snprintf(v.culprit.issuer, sizeof v.culprit.issuer, "Top CA");
	v.culprit.sans[0] = '\0';
	return v;
}

static struct outcome explain(const struct verdict *v, const char *name)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(verdict_explain(v, name, "--cacert ca.pem", &oc), -1);
	ck_assert_int_eq(oc.verify_error, v->error);
	ck_assert_int_eq(oc.verify_depth, v->depth);
	return oc;
}

START_TEST(test_one_certificate_without_its_issuer)
{
	struct verdict v = leaf_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	struct outcome oc;

	v.sent = 1;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_MISSING_INTERMEDIATE,
	    "its issuer \"Sub CA\" is not in --cacert ca.pem");
	ck_assert_has(oc.detail, "or an unknown root");
	ck_assert_has(oc.advice, "configure the server to send the certificate of \"Sub CA\"");

	v.error = X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_MISSING_INTERMEDIATE, "\"Sub CA\"");
}
END_TEST

START_TEST(test_a_chain_without_a_known_root)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA,
	    "the intermediate \"Sub CA\" was issued by "
	    "\"Top CA\", which is not in --cacert ca.pem");
	ck_assert_has(oc.advice, "--cacert FILE with the root \"Top CA\"");
}
END_TEST

START_TEST(test_an_intermediate_that_only_we_have)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
	struct outcome oc;

	/* The leaf's issuer was found, so it is not what is missing. */
	v.sent = 1;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA, "\"Top CA\"");
}
END_TEST

START_TEST(test_a_root_that_is_not_ours)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
	struct outcome oc;

	snprintf(v.culprit.label, sizeof v.culprit.label, "Top CA");
	v.culprit.self_signed = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA, "the root \"Top CA\", which is not in");
	ck_assert_has(oc.advice, "--cacert FILE with the root \"Top CA\"");
}
END_TEST

START_TEST(test_a_root_made_anew_under_its_old_name)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	struct outcome oc;

	v.cause.link = CERT_ISSUER_NOT_SIGNED;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA,
	    "was issued by \"Top CA\"; the certificate of that name in --cacert ca.pem has "
	    "another key and did not sign this one");
	ck_assert_has(oc.advice, "was the CA \"Top CA\" created again?");
}
END_TEST

START_TEST(test_a_root_marked_as_not_for_servers)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_CERT_UNTRUSTED);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA, "not trusted there");
	v.error = X509_V_ERR_CERT_REJECTED;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA, "not trusted there");
}
END_TEST

START_TEST(test_self_signed)
{
	struct verdict v = leaf_verdict(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	struct outcome oc;

	v.sent = 1;
	v.culprit.self_signed = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_SELF_SIGNED,
	    "the certificate of \"a.test\" is self-signed and not in --cacert ca.pem");
}
END_TEST

/* A list may name a day to come: that is no time ago. */
START_TEST(test_revoked)
{
	struct verdict v = leaf_verdict(X509_V_ERR_CERT_REVOKED);
	struct outcome oc;

	v.at = time(NULL);
	v.revocation.at = v.at - 3 * DAY;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_REVOKED, "was revoked 3 days ago, at ");
	v.revocation.at = v.at + 3 * DAY;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_REVOKED, "is revoked as of ");
	ck_assert_has(oc.detail, ", in 3 days");
}
END_TEST

START_TEST(test_expired)
{
	struct verdict v = leaf_verdict(X509_V_ERR_CERT_HAS_EXPIRED);
	char when[TIME_TEXT_MAX];
	struct outcome oc;

	v.culprit.not_after = time(NULL) - 3 * DAY - 60;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_EXPIRED,
	    "the certificate of \"a.test\" expired on ");
	ck_assert_has(oc.detail, time_text(v.culprit.not_after, when));
	ck_assert_has(oc.advice, "our clock shows ");

	v = intermediate_verdict(X509_V_ERR_CERT_HAS_EXPIRED);
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_EXPIRED, "the intermediate \"Sub CA\" expired");
}
END_TEST

START_TEST(test_not_yet_valid)
{
	struct verdict v = leaf_verdict(X509_V_ERR_CERT_NOT_YET_VALID);
	char when[TIME_TEXT_MAX];
	struct outcome oc;

	v.culprit.not_before = time(NULL) + 5 * 3600 + 60;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_NOT_YET_VALID, ", in 5 hours: is a clock wrong?");
	ck_assert_has(oc.detail, time_text(v.culprit.not_before, when));
	ck_assert_has(oc.advice, "date -u on both machines");
}
END_TEST

START_TEST(test_wrong_name)
{
	/* All else about names is in check_cert_name. */
	const struct testpki_cert *leaf = testpki_leaf(testpki_root("Root"), "DNS:a.test");
	struct verdict v = leaf_verdict(X509_V_ERR_HOSTNAME_MISMATCH);
	struct outcome oc;

	v.certs = sk_X509_new_null();
	ck_assert_int_eq(X509_up_ref(leaf->cert), 1);
	ck_assert_int_eq(sk_X509_push(v.certs, leaf->cert), 1);
	oc = explain(&v, "c.test");
	ck_assert_outcome(&oc, OC_CERT_WRONG_NAME,
	    "the certificate is for \"a.test\"; you asked for \"c.test\"");
	ck_assert_str_eq(oc.advice,
	    "--verify-name a.test, or issue a certificate that lists c.test");

	v.error = X509_V_ERR_IP_ADDRESS_MISMATCH;
	oc = explain(&v, "192.0.2.7");
	ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, "you asked for \"192.0.2.7\"");
	verdict_free(&v);
}
END_TEST

START_TEST(test_wrong_purpose)
{
	struct verdict v = leaf_verdict(X509_V_ERR_INVALID_PURPOSE);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_outcome(&oc, OC_CERT_WRONG_PURPOSE, "the certificate of \"a.test\" is not for");
}
END_TEST

START_TEST(test_name_constraints)
{
	struct verdict v = leaf_verdict(X509_V_ERR_PERMITTED_VIOLATION);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_outcome(&oc, OC_CERT_INVALID, "it is for \"a.test\", \"b.test\"");
	ck_assert_has(oc.advice, "nameConstraints");
}
END_TEST

START_TEST(test_what_a_lenient_client_would_take)
{
	struct verdict v = leaf_verdict(X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_ptr_null(strstr(oc.detail, "lenient"));
	ck_assert_str_eq(oc.advice, "");
	v.weak_accepts = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_INVALID, "a more lenient client would accept it");
	ck_assert_ptr_null(strstr(oc.advice, "--no-x509-strict"));
	v.lenient_accepts = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_INVALID, "a more lenient client would accept it");
	ck_assert_has(oc.advice, "--no-x509-strict");
}
END_TEST

START_TEST(test_everything_else_is_named_by_the_library)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_outcome(&oc, OC_CERT_INVALID, "the intermediate \"Sub CA\": ");
	ck_assert_has(oc.detail, X509_verify_cert_error_string(v.error));
}
END_TEST

START_TEST(test_a_ca_that_may_not)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_PATH_LENGTH_EXCEEDED);
	struct outcome oc = explain(&v, "a.test");

	ck_assert_outcome(&oc, OC_CERT_INVALID,
	    "\"Sub CA\" is not allowed at its place in the chain");
	ck_assert_has(oc.advice, "-ext basicConstraints");
	v.error = X509_V_ERR_CERT_SIGNATURE_FAILURE;
	v.cause.link = CERT_ISSUER_NOT_SIGNED;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_INVALID,
	    "the intermediate \"Sub CA\" was not signed with the key");
}
END_TEST

START_TEST(test_the_first_trouble_is_the_outcome_and_the_others_are_listed)
{
	struct verdict v = leaf_verdict(X509_V_ERR_HOSTNAME_MISMATCH);
	const struct findings all = { .count = 3, .errors = { X509_V_ERR_HOSTNAME_MISMATCH,
	    X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_INVALID_PURPOSE } };
	struct outcome oc;

	v.findings = all;
	oc = explain(&v, "c.test");
	ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, "not for \"c.test\"; also: ");
	ck_assert_has(oc.detail, X509_verify_cert_error_string(X509_V_ERR_CERT_HAS_EXPIRED));
	ck_assert_has(oc.detail, X509_verify_cert_error_string(X509_V_ERR_INVALID_PURPOSE));
}
END_TEST

START_TEST(test_one_trouble_is_not_told_twice)
{
	struct verdict v = leaf_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	const struct findings all = { .count = 2, .errors = {
	    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE } };
	struct outcome oc;

	v.findings = all;
	oc = explain(&v, "a.test");
	ck_assert_ptr_null(strstr(oc.detail, "also"));
}
END_TEST

START_TEST(test_another_ca_than_the_one_expected)
{
	struct verdict v = intermediate_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	struct outcome oc;

	v.system_knows = true;
	v.disordered = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA, "--cacert ca.pem, but in the system's store");
	ck_assert_has(oc.detail, "out of order");
	ck_assert_has(oc.advice, "\"Top CA\"");
	ck_assert_has(oc.advice, "on the path terminates TLS");
}
END_TEST

/* No server is accused of what a file holds. */
START_TEST(test_a_chain_from_a_file)
{
	struct verdict v = leaf_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	struct outcome oc;

	v.file = "x.pem";
	v.sent = 1;
	v.disordered = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_MISSING_INTERMEDIATE,
	    "the chain has only one certificate, and its issuer \"Sub CA\" is not in");
	ck_assert_has(oc.detail, "; the certificates in x.pem are out of order");
	ck_assert_has(oc.advice, "put the certificate of \"Sub CA\" into the chain");

	v = intermediate_verdict(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	v.file = "x.pem";
	v.cause.link = CERT_ISSUER_UNCHECKED;
	v.cause.sent = true;
	oc = explain(&v, "a.test");
	ck_assert_outcome(&oc, OC_CERT_UNKNOWN_CA, "the certificate of that name in x.pem");
	v.system_knows = true;
	oc = explain(&v, "a.test");
	ck_assert_ptr_null(strstr(oc.detail, "server"));
	ck_assert_ptr_null(strstr(oc.advice, "ends TLS"));
	ck_assert_has(oc.advice, "Then omit --cacert");

	v.file = NULL;
	oc = explain(&v, "a.test");
	ck_assert_has(oc.detail, "the certificate of that name sent by the server");
}
END_TEST

/* As the library does it in a handshake: leaf and what came with it, against one root. */
static struct verdict judge(const struct testpki_cert *leaf, const struct testpki_cert *sent,
    const struct testpki_cert *root, const char *name, int expected)
{
	struct verdict v;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct outcome oc = OUTCOME_NONE;
	struct tls_conn *tls = tls_conn_new_client(ctx, -1, NULL, name, &v, &oc);
	X509_STORE *trusted = X509_STORE_new();
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	X509_VERIFY_PARAM *param;

	sk_X509_push(untrusted, leaf->cert);
	if (sent)
		sk_X509_push(untrusted, sent->cert);
	X509_STORE_add_cert(trusted, root->cert);
	ck_assert_int_eq(X509_STORE_CTX_init(store, trusted, leaf->cert, untrusted), 1);
	ck_assert_int_eq(X509_STORE_CTX_set_default(store, "ssl_server"), 1);
	param = X509_STORE_CTX_get0_param(store);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set1_host(param, name, 0);
	/* What an earlier handshake may have left is gone afterwards. */
	memset(&v, 0xff, sizeof v);
	v.certs = v.received = v.other.certs = NULL;
	v.uri = NULL;
	X509_STORE_CTX_set_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx(),
	    (SSL *)tls_conn_library(tls));

	ck_assert_int_eq(verify_callback(store, NULL), expected == X509_V_OK ? 1 : 0);
	ck_assert_int_eq(X509_STORE_CTX_get_error(store), expected);
	ck_assert_int_eq(v.ran, 1);
	ck_assert_int_eq(v.error, expected);
	ck_assert_int_eq(v.sent, sent ? 2 : 1);
	ck_assert_int_eq(verdict_count(&v), v.chain_len);
	ck_assert_int_eq(X509_cmp(verdict_certificate(&v, 0), leaf->cert), 0);
	verdict_free(&v);
	ck_assert_int_eq(verdict_count(&v), 0);

	sk_X509_free(untrusted);
	X509_STORE_CTX_free(store);
	X509_STORE_free(trusted);
	tls_conn_free(tls);
	SSL_CTX_free(ctx);
	return v;
}

START_TEST(test_the_callback_takes_a_good_chain)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	struct verdict v = judge(leaf, sub, root, "a.test", X509_V_OK);

	ck_assert_int_eq(v.chain_len, 3);
	ck_assert_str_eq(v.chain[0].sans, "\"a.test\"");
	ck_assert_str_eq(v.chain[2].subject, "Top CA");
	ck_assert_int_eq(v.lenient_accepts, 0);
}
END_TEST

START_TEST(test_the_callback_knows_who_is_missing)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *anew = testpki_root("Top CA");
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	struct verdict v =
	    judge(leaf, NULL, root, "a.test", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);

	ck_assert_int_eq(v.depth, 0);
	ck_assert_str_eq(v.culprit.issuer, "Test Intermediate");
	ck_assert_int_eq(v.cause.link, CERT_ISSUER_STRANGER);

	v = judge(leaf, sub, anew, "a.test", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	ck_assert_int_eq(v.depth, 1);
	ck_assert_str_eq(v.culprit.subject, "Test Intermediate");
	ck_assert_int_eq(v.cause.link, CERT_ISSUER_NOT_SIGNED);
}
END_TEST

START_TEST(test_the_callback_never_overrides)
{
	const struct testpki_cert *root = testpki_root("Top CA");
	const struct testpki_cert *sub = testpki_intermediate(root);
	const struct testpki_cert *bare = testpki_make(&(struct testpki_spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .no_key_ids = true,
	    .issuer = sub });
	const struct testpki_cert *weak = testpki_make(&(struct testpki_spec){ .cn = "a.test",
	    .sans = "DNS:a.test",
	    .key = TESTPKI_RSA1024,
	    .issuer = sub });
	struct verdict v =
	    judge(bare, sub, root, "a.test", X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER);

	ck_assert_int_eq(v.lenient_accepts, 1);
	v = judge(weak, sub, root, "a.test", X509_V_ERR_EE_KEY_TOO_SMALL);
	ck_assert_int_eq(v.lenient_accepts, 0);
	ck_assert_int_eq(v.weak_accepts, 1);
	/* To look less closely does not mean to forget the name, which all clients refuse. */
	v = judge(bare, sub, root, "b.test", X509_V_ERR_HOSTNAME_MISMATCH);
	ck_assert_int_eq(v.lenient_accepts, 0);
	ck_assert_int_eq(v.weak_accepts, 0);
}
END_TEST

START_TEST(test_nothing_is_read_without_a_verified_handshake)
{
	const struct client_options options = { .host = "a.test", .max_ms = 1000 };
	struct outcome oc = OUTCOME_NONE;
	struct session s;
	const struct client_context_judge judge = { verify_callback, staple_callback };
	SSL_CTX *ctx = client_context_new(&options.trust, &options.policy, &options.identity,
	    &judge, &oc);
	int pair[2];

	ck_assert_ptr_nonnull(ctx);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	session_init(&s, &options, ctx);
	s.fd = pair[0];
	s.tls = tls_conn_new_client(ctx, s.fd, NULL, s.verify_name, &s.verdict, &oc);
	ck_assert_ptr_nonnull(s.tls);
	ck_assert_int_eq(step_verify(&s, &oc), -1);
	ck_assert_outcome(&oc, OC_CERT_INVALID, "without a verified certificate");

	/* Even when everything else claims to be well: there is no certificate with the name. */
	oc = OUTCOME_NONE;
	s.verdict.ran = true;
	ck_assert_int_eq(tls_facts_verify_result(s.tls), X509_V_OK);
	ck_assert_int_eq(step_verify(&s, &oc), -1);
	ck_assert_outcome(&oc, OC_CERT_WRONG_NAME, "not for \"a.test\"");

	session_free(&s);
	tls_context_free(ctx);
	close(pair[1]);
}
END_TEST

CHECK_MAIN_IN("verify", testpki_begin, testpki_end,
    test_one_certificate_without_its_issuer, test_a_chain_without_a_known_root,
    test_an_intermediate_that_only_we_have, test_a_root_that_is_not_ours,
    test_a_root_made_anew_under_its_old_name, test_a_root_marked_as_not_for_servers,
    test_self_signed, test_revoked, test_expired, test_not_yet_valid, test_wrong_name,
    test_wrong_purpose, test_name_constraints, test_what_a_lenient_client_would_take,
    test_everything_else_is_named_by_the_library, test_a_ca_that_may_not,
    test_the_first_trouble_is_the_outcome_and_the_others_are_listed,
    test_one_trouble_is_not_told_twice, test_another_ca_than_the_one_expected,
    test_a_chain_from_a_file, test_the_callback_takes_a_good_chain,
    test_the_callback_knows_who_is_missing, test_the_callback_never_overrides,
    test_nothing_is_read_without_a_verified_handshake)
