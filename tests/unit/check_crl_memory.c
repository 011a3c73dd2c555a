/* SPDX-License-Identifier: MIT */
#include "tls/crl_memory.h"

#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/crl_ask.h"
#include "tls/crl_store.h"
#include "support/check_main.h"
#include "support/crl_context.h"
#include "support/crl_rows.h"
#include "support/test_pki.h"

/* The linker replaces both by these (--wrap), which count what costs as much as a list is long. */
static unsigned verified, entries_read;

int __real_X509_CRL_verify(X509_CRL *list, EVP_PKEY *key);
int __wrap_X509_CRL_verify(X509_CRL *list, EVP_PKEY *key);
const STACK_OF(X509_EXTENSION) * __real_X509_REVOKED_get0_extensions(const X509_REVOKED *entry);
const STACK_OF(X509_EXTENSION) * __wrap_X509_REVOKED_get0_extensions(const X509_REVOKED *entry);

int __wrap_X509_CRL_verify(X509_CRL *list, EVP_PKEY *key)
{
	verified++;
	return __real_X509_CRL_verify(list, key);
}

const STACK_OF(X509_EXTENSION) * __wrap_X509_REVOKED_get0_extensions(const X509_REVOKED *entry)
{
	entries_read++;
	return __real_X509_REVOKED_get0_extensions(entry);
}

static const struct testpki_cert *root, *impostor, *middle, *leaf, *other_leaf;

/* The same name and no key identifiers: only the key tells such CAs apart. */
static const struct testpki_cert *make_ca(const char *cn, const struct testpki_cert *issuer,
    const struct testpki_cert *same_key)
{
	return testpki_make(&(struct testpki_spec){ .cn = cn,
	    .ca = true,
	    .no_key_ids = true,
	    .issuer = issuer,
	    .same_key = same_key });
}

static const struct testpki_cert *make_leaf(const struct testpki_cert *issuer)
{
	return testpki_make(&(struct testpki_spec){ .cn = "Leaf",
	    .no_key_ids = true,
	    .issuer = issuer });
}

static void make_files(void)
{
	testpki_begin();
	root = make_ca("Root", NULL, NULL);
	impostor = make_ca("Root", NULL, NULL);
	middle = make_ca("Middle", root, NULL);
	leaf = make_leaf(middle);
	other_leaf = make_leaf(middle);
	testpki_write_certs("ca.pem", root, NULL);
}

static int accept_all(int ok, X509_STORE_CTX *judged)
{
	(void)ok;
	(void)judged;
	return 1;
}

/* The verdict on this chain; verified and entries_read then count this verification alone. */
static int judge(SSL_CTX *ctx, X509 *of, X509 *sent_ca, X509_STORE_CTX_verify_cb callback)
{
	verified = entries_read = 0;
	return crl_context_verify(ctx, of, sent_ca, callback);
}

START_TEST(test_a_list_is_verified_once)
{
	const struct testpki_crl crl[] = { { .issuer = root },
		{ .issuer = middle, .revoked = other_leaf } };
	SSL_CTX *ctx = crl_context_using(crl, 2);
	struct crl_store_file f;

	ck_assert_uint_eq(verified, 0);
	crl_store_list(ctx, &f);
	ck_assert_uint_eq(verified, 1);
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 1);
	ck_assert_uint_eq(entries_read, 0);
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 0);
	ck_assert_int_eq(judge(ctx, other_leaf->cert, middle->cert, NULL), X509_V_ERR_CERT_REVOKED);
	ck_assert_uint_eq(verified, 0);
	ck_assert_uint_eq(entries_read, 0);
	SSL_CTX_free(ctx);
}
END_TEST

/* A reload makes a new context. */
START_TEST(test_a_new_context_knows_nothing)
{
	const struct testpki_crl good[] = { { .issuer = root }, { .issuer = middle } };
	const struct testpki_crl forged[] = { { .issuer = root },
		{ .issuer = middle, .signer = impostor } };
	SSL_CTX *before = crl_context_using(good, 2), *after;

	ck_assert_int_eq(judge(before, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 2);
	after = crl_context_using(forged, 2);
	ck_assert_int_eq(judge(after, leaf->cert, middle->cert, NULL),
	    X509_V_ERR_CRL_SIGNATURE_FAILURE);
	ck_assert_int_eq(judge(before, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 0);
	SSL_CTX_free(before);
	ck_assert_int_eq(judge(after, leaf->cert, middle->cert, NULL),
	    X509_V_ERR_CRL_SIGNATURE_FAILURE);
	SSL_CTX_free(after);
}
END_TEST

START_TEST(test_a_bad_signature_is_rejected_each_time)
{
	const struct testpki_crl bad[][2] = {
		{ { .issuer = root }, { .issuer = middle, .signer = impostor } },
		{ { .issuer = root }, { .issuer = middle, .tampered = true } },
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		SSL_CTX *ctx = crl_context_using(bad[i], 2);

		judge(ctx, leaf->cert, middle->cert, NULL);
		for (int again = 0; again < 3; again++) {
			ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL),
			    X509_V_ERR_CRL_SIGNATURE_FAILURE);
			ck_assert_uint_eq(verified, 0);
		}
		SSL_CTX_free(ctx);
	}
}
END_TEST

/* Two CAs of one name, and a list of one of them: whichever comes first. */
START_TEST(test_another_key_of_that_name)
{
	const struct testpki_cert *namesake = make_ca("Middle", root, NULL);
	const struct testpki_cert *stranger = make_leaf(namesake);
	const struct testpki_crl crl[] = { { .issuer = root }, { .issuer = middle } };
	SSL_CTX *ctx = crl_context_using(crl, 2);

	ck_assert_int_eq(judge(ctx, stranger->cert, namesake->cert, NULL),
	    X509_V_ERR_CRL_SIGNATURE_FAILURE);
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 2);
	ck_assert_int_eq(judge(ctx, stranger->cert, namesake->cert, NULL),
	    X509_V_ERR_CRL_SIGNATURE_FAILURE);
	ck_assert_uint_eq(verified, 0);
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 0);
	SSL_CTX_free(ctx);
}
END_TEST

/* A CA whose certificate was renewed: the key counts. */
START_TEST(test_another_certificate_of_that_key)
{
	const struct testpki_cert *renewed = make_ca("Middle", root, middle);
	const struct testpki_crl crl[] = { { .issuer = root }, { .issuer = middle } };
	SSL_CTX *ctx = crl_context_using(crl, 2);

	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_int_eq(judge(ctx, leaf->cert, renewed->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 0);
	SSL_CTX_free(ctx);
}
END_TEST

/* An intermediate that no CA signed has no list hashed, nor is its key remembered. */
START_TEST(test_a_stranger_costs_nothing)
{
	const struct testpki_cert *forged = make_ca("Middle", impostor, NULL);
	const struct testpki_cert *copied = make_ca("Middle", impostor, middle);
	const struct testpki_cert *stranger = make_leaf(forged);
	const struct testpki_crl crl[] = { { .issuer = root }, { .issuer = middle } };
	SSL_CTX *ctx = crl_context_using(crl, 2);

	ck_assert_int_eq(judge(ctx, stranger->cert, forged->cert, NULL),
	    X509_V_ERR_CERT_SIGNATURE_FAILURE);
	ck_assert_uint_eq(verified, 0);
	ck_assert_int_eq(judge(ctx, leaf->cert, copied->cert, NULL),
	    X509_V_ERR_CERT_SIGNATURE_FAILURE);
	ck_assert_uint_eq(verified, 0);
	/* hello-client tolerates all to list all faults. */
	judge(ctx, leaf->cert, copied->cert, accept_all);
	ck_assert_uint_eq(verified, 2);
	judge(ctx, leaf->cert, copied->cert, accept_all);
	ck_assert_uint_eq(verified, 1);
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 1);
	SSL_CTX_free(ctx);
}
END_TEST

/* A key proves a CA of its name alone: anybody can copy the root's into a certificate. */
START_TEST(test_the_key_of_another_ca)
{
	const struct testpki_cert *forged = make_ca("Middle", impostor, root);
	const struct testpki_cert *stranger = make_leaf(forged);
	const struct testpki_crl crl[] = { { .issuer = root }, { .issuer = middle } };
	SSL_CTX *ctx = crl_context_using(crl, 2);
	struct crl_store_file f;

	crl_store_list(ctx, &f);
	ck_assert_int_eq(judge(ctx, stranger->cert, forged->cert, NULL),
	    X509_V_ERR_CERT_SIGNATURE_FAILURE);
	ck_assert_uint_eq(verified, 0);
	SSL_CTX_free(ctx);
}
END_TEST

/* A CA that changed its key: there is a list of each, and the clients of the old one are gone. */
START_TEST(test_a_list_of_a_former_key)
{
	const struct testpki_cert *former = make_ca("Middle", root, NULL);
	const struct testpki_crl crl[] = { { .issuer = root },
		{ .issuer = former, .revoked = leaf },
		{ .issuer = middle, .revoked = other_leaf } };
	SSL_CTX *ctx = crl_context_using(crl, 3);

	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	/* That it did not sign is verified twice. */
	ck_assert_uint_eq(verified, 4);
	for (int again = 0; again < 3; again++) {
		ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
		ck_assert_uint_eq(verified, 0);
		ck_assert_int_eq(judge(ctx, other_leaf->cert, middle->cert, NULL),
		    X509_V_ERR_CERT_REVOKED);
		ck_assert_uint_eq(verified, 0);
	}
	SSL_CTX_free(ctx);
}
END_TEST

/* How many lists are hashed to reject a chain of this CA, which signed no list? */
static unsigned hashed_for(SSL_CTX *ctx, const struct testpki_cert *namesake)
{
	ck_assert_int_eq(judge(ctx, leaf->cert, namesake->cert, NULL),
	    X509_V_ERR_CRL_SIGNATURE_FAILURE);
	return verified;
}

/* Anybody may have the certificates of its CA, whose key was changed often. */
START_TEST(test_many_keys)
{
	const struct testpki_crl crl[] = { { .issuer = root }, { .issuer = middle } };
	SSL_CTX *ctx = crl_context_using(crl, 2);
	const struct testpki_cert *namesakes[CRL_MEMORY_OTHERS_MAX], *more[2];

	for (int i = 0; i < CRL_MEMORY_OTHERS_MAX; i++) {
		namesakes[i] = make_ca("Middle", root, NULL);
		hashed_for(ctx, namesakes[i]);
	}
	for (int i = 0; i < CRL_MEMORY_OTHERS_MAX; i++)
		ck_assert_uint_eq(hashed_for(ctx, namesakes[i]), 0);
	for (int i = 0; i < 2; i++)
		more[i] = make_ca("Middle", root, NULL);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(hashed_for(ctx, more[i % 2]), 1);
	/* There is always room for the key that signed. */
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 2);
	ck_assert_int_eq(judge(ctx, leaf->cert, middle->cert, NULL), X509_V_OK);
	ck_assert_uint_eq(verified, 0);
	ck_assert_uint_eq(hashed_for(ctx, more[0]), 1);
	SSL_CTX_free(ctx);
}
END_TEST

static void expect_same(const struct crl_row *row, const struct crl_answer *a,
    const struct crl_answer *b)
{
	ck_assert_msg(a->fault == b->fault && a->revoked == b->revoked && a->reason == b->reason &&
		a->revoked_at == b->revoked_at && a->crl.fault == b->crl.fault &&
		a->crl.this_update == b->crl.this_update &&
		strcmp(a->crl.issuer, b->crl.issuer) == 0 && strcmp(a->crl.what, b->crl.what) == 0,
	    "%s: %d, not %d", row->name, (int)b->fault, (int)a->fault);
}

/* Whatever the lists are like, their memory changes no answer. */
START_TEST(test_answers_are_the_same)
{
	struct crl_row_pki pki;
	size_t count;
	const struct crl_row *rows = crl_rows_make(&pki, &count);

	for (size_t i = 0; i < count; i++) {
		STACK_OF(X509_CRL) *lists = crl_context_lists(rows[i].list, CRL_ROW_LISTS);
		X509_STORE *store = X509_STORE_new();
		struct crl_issuer known = { pki.ca->cert, true, NULL };
		const struct crl_issuer unknown = { .cert = pki.ca->cert };
		int64_t now = time(NULL);

		ck_assert_int_eq(crl_memory_attach(store, lists), 0);
		known.memory = crl_memory_of(store);
		for (int again = 0; again < 4; again++) {
			X509 *cert = again % 2 == 0 ? pki.good->cert : pki.bad->cert;
			struct crl_answer with, without;

			crl_ask(lists, cert, &unknown, now, &without);
			crl_ask(lists, cert, &known, now, &with);
			expect_same(&rows[i], &without, &with);
		}
		sk_X509_CRL_pop_free(lists, X509_CRL_free);
		X509_STORE_free(store);
	}
}
END_TEST

/* The entries of one certificate need not be together, and the most severe counts. */
START_TEST(test_entries_in_any_order)
{
	enum { ENTRIES = 101, HELD_FIRST = 40, REVOKED_THEN = 80, OF_LEAF = 777 };
	const struct testpki_crl spec = { .issuer = root };
	X509_CRL *list = testpki_make_crl(&spec);
	STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
	const struct crl_issuer issuer = { .cert = root->cert };
	X509 *cert = X509_dup(leaf->cert);
	struct crl_answer answer;

	for (int i = 0; i < ENTRIES; i++) {
		X509_REVOKED *entry = X509_REVOKED_new();
		ASN1_INTEGER *serial = ASN1_INTEGER_new();
		ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
		bool ours = i == HELD_FIRST || i == REVOKED_THEN;

		ASN1_INTEGER_set(serial, ours ? OF_LEAF : 5000 - i * 7);
		ASN1_ENUMERATED_set(reason,
		    i == REVOKED_THEN ? CRL_REASON_KEY_COMPROMISE : CRL_REASON_CERTIFICATE_HOLD);
		X509_REVOKED_set_serialNumber(entry, serial);
		X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)X509_CRL_get0_lastUpdate(list));
		X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0);
		ck_assert_int_eq(X509_CRL_add0_revoked(list, entry), 1);
		if (ours)
			X509_set_serialNumber(cert, serial);
		ASN1_ENUMERATED_free(reason);
		ASN1_INTEGER_free(serial);
	}
	ck_assert_int_gt(X509_CRL_sign(list, root->key, EVP_sha256()), 0);
	/* As if it were read: a list that was made here is encoded again, once it is sorted. */
	sk_X509_CRL_push(lists, X509_CRL_dup(list));
	crl_ask(lists, cert, &issuer, time(NULL), &answer);
	ck_assert_int_eq(answer.fault, CRL_USABLE);
	ck_assert(answer.revoked);
	ck_assert_int_eq(answer.reason, CRL_REASON_KEY_COMPROMISE);
	X509_free(cert);
	X509_CRL_free(list);
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
}
END_TEST

CHECK_MAIN_IN("crl_memory", make_files, testpki_end,
    test_a_list_is_verified_once,
    test_a_new_context_knows_nothing,
    test_a_bad_signature_is_rejected_each_time,
    test_another_key_of_that_name,
    test_another_certificate_of_that_key,
    test_a_stranger_costs_nothing,
    test_the_key_of_another_ca,
    test_a_list_of_a_former_key,
    test_many_keys,
    test_answers_are_the_same,
    test_entries_in_any_order)
