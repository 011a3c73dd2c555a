/* SPDX-License-Identifier: MIT */
#include "tls/crl_store.h"

#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/crl_text.h"
#include "support/check_main.h"
#include "support/crl_context.h"

static const struct testpki_cert *root, *middle, *leaf, *impostor;

static void make_files(void)
{
	testpki_begin();
	root = testpki_root("Root");
	impostor = testpki_root("Root");
	middle = testpki_intermediate(root);
	leaf = testpki_leaf(middle, "DNS:localhost");
	testpki_write_certs("ca.pem", root, NULL);
	testpki_write_text("text", "no CRL\n", 7);
}

/* What is in it, as a context that trusts the root loads it. */
static struct crl_store_file loaded(const struct testpki_crl *crl, size_t count)
{
	SSL_CTX *ctx = crl_context_using(crl, count);
	struct crl_store_file f;

	crl_store_list(ctx, &f);
	SSL_CTX_free(ctx);
	return f;
}

/* The library's verdict on the leaf behind these CRLs: X509_V_OK, or why not. */
static int verdict(const struct testpki_crl *crl, size_t count)
{
	SSL_CTX *ctx = crl_context_using(crl, count);
	int error = crl_context_verify(ctx, leaf->cert, middle->cert, NULL);

	SSL_CTX_free(ctx);
	return error;
}

START_TEST(test_what_a_file_holds)
{
	const struct testpki_crl crl[] = { { .issuer = root }, { .issuer = middle } };
	const struct crl_store_file f = loaded(crl, 2);
	int64_t now = time(NULL);

	ck_assert_uint_eq(f.count, 2);
	ck_assert_str_eq(f.uncovered, "");
	ck_assert_str_eq(f.item[0].crl.issuer, "Root");
	ck_assert_int_le(f.item[0].crl.this_update, now - 3600);
	ck_assert_int_le(f.item[0].crl.next_update, now + 86400);
	ck_assert_int_gt(f.item[0].crl.next_update, now + 86000);
}
END_TEST

START_TEST(test_whoever_is_revoked_does_not_pass)
{
	const struct testpki_crl none[] = { { .issuer = root }, { .issuer = middle } };
	const struct testpki_crl lower[] = { { .issuer = root },
		{ .issuer = middle, .revoked = leaf } };
	const struct testpki_crl upper[] = { { .issuer = root, .revoked = middle },
		{ .issuer = middle } };

	ck_assert_int_eq(verdict(none, 2), X509_V_OK);
	ck_assert_int_eq(verdict(lower, 2), X509_V_ERR_CERT_REVOKED);
	ck_assert_int_eq(verdict(upper, 2), X509_V_ERR_CERT_REVOKED);
}
END_TEST

START_TEST(test_what_is_not_told_is_no_permission)
{
	const struct testpki_crl half[] = { { .issuer = root } };
	const struct testpki_crl old[] = { { .issuer = root },
		{ .issuer = middle, .from_s = -7200, .until_s = -3600 } };

	ck_assert_int_eq(verdict(half, 1), X509_V_ERR_UNABLE_TO_GET_CRL);
	ck_assert(crl_store_is_at_fault(X509_V_ERR_UNABLE_TO_GET_CRL));
	ck_assert(crl_store_is_at_fault(X509_V_ERR_CRL_HAS_EXPIRED));
	ck_assert(!crl_store_is_at_fault(X509_V_ERR_CERT_REVOKED));
	ck_assert_int_eq(verdict(old, 2), X509_V_ERR_CRL_HAS_EXPIRED);
}
END_TEST

START_TEST(test_a_root_without_one_is_named)
{
	const struct testpki_crl half[] = { { .issuer = middle } };

	ck_assert_str_eq(loaded(half, 1).uncovered, "Root");
}
END_TEST

START_TEST(test_an_intermediate_without_one_is_named)
{
	const struct testpki_crl both[] = { { .issuer = root }, { .issuer = middle } };
	struct crl_store_file f;

	ck_assert_str_eq(loaded(both, 1).uncovered_key, "");
	testpki_write_certs("ca.pem", root, middle, leaf, NULL);
	f = loaded(both, 1);
	ck_assert_str_eq(f.uncovered, "");
	ck_assert_str_eq(f.uncovered_key, "Test Intermediate");
	f = loaded(both, 2);
	ck_assert_str_eq(f.uncovered_key, "");
	testpki_write_certs("ca.pem", root, NULL);
}
END_TEST

static void expect_stale(struct testpki_crl crl, enum crl_fault fault, const char *words)
{
	const struct testpki_crl all[] = { { .issuer = middle }, crl };
	const struct crl_store_file f = loaded(all, 2);
	char text[CRL_TEXT_MAX];

	/* The order is the library's. */
	size_t at = strcmp(f.item[1].crl.issuer, "Root") == 0;

	ck_assert_int_eq(crl_store_fault(&f, 1 - at, time(NULL)), CRL_USABLE);
	ck_assert_int_eq(crl_store_fault(&f, at, time(NULL)), fault);
	ck_assert(!crl_store_is_covered(&f, at, time(NULL)));
	ck_assert_int_le(crl_store_left(&f, time(NULL)), 0);
	ck_assert_has(crl_text_describe(&f.item[at].crl, fault, time(NULL), text), words);
	ck_assert_has(text, "the CRL of \"Root\" ");
}

START_TEST(test_staleness)
{
	const struct testpki_crl good[] = { { .issuer = root }, { .issuer = middle } };
	const struct crl_store_file f = loaded(good, 2);
	int64_t end = f.item[0].crl.next_update;

	ck_assert_int_eq(crl_store_left(&f, end), 0);
	ck_assert_int_eq(crl_store_left(&f, end - 60), 60);
	expect_stale((struct testpki_crl){ .issuer = root, .from_s = -7200, .until_s = -3600 },
	    CRL_STALE, "has been stale since ");
	expect_stale((struct testpki_crl){ .issuer = root, .from_s = 7200, .until_s = 9000 },
	    CRL_EARLY, "is not valid before ");
	expect_stale((struct testpki_crl){ .issuer = root, .no_next_update = true }, CRL_NO_END,
	    "has no nextUpdate");
}
END_TEST

/* A CA that was made anew with another key: each key has a list of its own. */
START_TEST(test_two_keys_of_one_name)
{
	const struct testpki_crl one[] = { { .issuer = root, .key_id = true } };
	const struct testpki_crl both[] = { { .issuer = impostor, .key_id = true },
		{ .issuer = root, .key_id = true } };
	struct crl_store_file f;

	testpki_write_certs("ca.pem", root, impostor, NULL);
	f = loaded(one, 1);
	ck_assert_int_eq(crl_store_fault(&f, 0, time(NULL)), CRL_USABLE);
	ck_assert_str_eq(f.uncovered, "");
	ck_assert_str_eq(f.uncovered_key, "Root");
	f = loaded(both, 2);
	ck_assert_int_eq(crl_store_fault(&f, 0, time(NULL)), CRL_USABLE);
	ck_assert_int_eq(crl_store_fault(&f, 1, time(NULL)), CRL_USABLE);
	ck_assert_str_eq(f.uncovered_key, "");
	testpki_write_certs("ca.pem", root, NULL);
}
END_TEST

static void expect_refused(const char *path, const char *words)
{
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = crl_context_trusting("ca.pem");

	ck_assert_int_eq(crl_store_use(ctx, path, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, words);
	SSL_CTX_free(ctx);
}

START_TEST(test_bad_files)
{
	struct testpki_crl many[CRL_STORE_MAX + 1];

	expect_refused("missing.pem", "CRL file missing.pem: No such file");
	expect_refused("text", "text cannot be used");
	expect_refused("ca.pem", "ca.pem cannot be used");
	for (size_t i = 0; i < CRL_STORE_MAX + 1; i++)
		many[i] = (struct testpki_crl){ .issuer = root,
			.from_s = -1,
			.until_s = 1000 + (long)i };
	testpki_write_crls("crl.pem", many, CRL_STORE_MAX + 1);
	expect_refused("crl.pem", "more than 64 CRLs");
}
END_TEST

/* An indirect list of somebody else is named: "there is none" would be no help. */
START_TEST(test_an_indirect_one_of_another)
{
	const struct testpki_crl crl[] = { { .issuer = root },
		{ .issuer = leaf, .scope = "indirectCRL:TRUE" } };
	const struct crl_store_file f = loaded(crl, 2);

	ck_assert_int_eq(verdict(crl, 2), X509_V_ERR_DIFFERENT_CRL_SCOPE);
	ck_assert(crl_store_is_at_fault(X509_V_ERR_DIFFERENT_CRL_SCOPE));
	ck_assert(crl_store_fault(&f, 0, time(NULL)) == CRL_INDIRECT ||
	    crl_store_fault(&f, 1, time(NULL)) == CRL_INDIRECT);
}
END_TEST

START_TEST(test_a_forged_one)
{
	const struct testpki_crl forged[] = { { .issuer = root, .signer = impostor },
		{ .issuer = middle } };
	const struct crl_store_file f = loaded(forged, 2);

	ck_assert_int_eq(verdict(forged, 2), X509_V_ERR_CRL_SIGNATURE_FAILURE);
	ck_assert(crl_store_is_at_fault(X509_V_ERR_CRL_SIGNATURE_FAILURE));
	/* Who signed for an intermediate that only peers send is not known yet. */
	for (size_t i = 0; i < f.count; i++)
		ck_assert_int_eq(crl_store_fault(&f, i, time(NULL)),
		    strcmp(f.item[i].crl.issuer, "Root") == 0 ? CRL_FORGED : CRL_USABLE);
}
END_TEST

CHECK_MAIN_IN("crl_store", make_files, testpki_end,
    test_what_a_file_holds,
    test_whoever_is_revoked_does_not_pass,
    test_what_is_not_told_is_no_permission,
    test_a_root_without_one_is_named,
    test_an_intermediate_without_one_is_named,
    test_staleness,
    test_two_keys_of_one_name,
    test_bad_files,
    test_an_indirect_one_of_another,
    test_a_forged_one)
