/* SPDX-License-Identifier: MIT */
#include "client/session/identity_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pkcs12.h>
#include <openssl/ssl.h>

#include "client/session/token.h"
#include "support/check_main.h"
#include "support/test_pki.h"

static const struct testpki_cert *root, *sub, *leaf, *other;

/* PKCS#12 with the key of leaf, whose certificates behind the first are others, in this order. */
static void write_p12(const char *file, const struct testpki_cert *const others[])
{
	STACK_OF(X509) *rest = sk_X509_new_null();
	PKCS12 *store;
	FILE *to = fopen(file, "w");

	for (size_t i = 0; others[i]; i++)
		ck_assert_int_gt(sk_X509_push(rest, others[i]->cert), 0);
	store = PKCS12_create("word", NULL, leaf->key, leaf->cert, rest, 0, 0, 0, 0, 0);
	ck_assert_ptr_nonnull(store);
	ck_assert_int_eq(i2d_PKCS12_fp(to, store), 1);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_int_eq(chmod(file, 0600), 0);
	PKCS12_free(store);
	sk_X509_free(rest);
}

static void expect_sent(const struct tls_identity *id, const struct testpki_cert *const sent[])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct outcome oc = OUTCOME_NONE;
	STACK_OF(X509) *rest = NULL;
	int i = 0;

	ck_assert_int_eq(identity_file_use(ctx, id, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_int_eq(X509_cmp(SSL_CTX_get0_certificate(ctx), sent[0]->cert), 0);
	SSL_CTX_get0_chain_certs(ctx, &rest);
	for (; sent[i + 1]; i++) {
		ck_assert_int_lt(i, sk_X509_num(rest));
		ck_assert_int_eq(X509_cmp(sk_X509_value(rest, i), sent[i + 1]->cert), 0);
	}
	ck_assert_int_eq(i, rest ? sk_X509_num(rest) : 0);
	SSL_CTX_free(ctx);
}

#define CERTS(...) ((const struct testpki_cert *const[]){ __VA_ARGS__, NULL })

START_TEST(test_pkcs12_is_sent_in_order)
{
	const struct tls_identity id = { .chain_file = "own.p12", .passphrase_file = "word" };

	write_p12("own.p12", CERTS(root, other, sub));
	expect_sent(&id, CERTS(leaf, sub, root));
	write_p12("own.p12", CERTS(other, sub));
	expect_sent(&id, CERTS(leaf, sub));
	write_p12("own.p12", CERTS(other));
	expect_sent(&id, CERTS(leaf));
}
END_TEST

START_TEST(test_pem_is_sent_as_it_is)
{
	const struct tls_identity id = { .chain_file = "chain.pem", .key_file = "leaf.key" };

	testpki_write_certs("chain.pem", leaf, root, other, sub, NULL);
	expect_sent(&id, CERTS(leaf, root, other, sub));
}
END_TEST

START_TEST(test_the_key_is_missing)
{
	const struct tls_identity id = { .chain_file = "chain.pem" };
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct outcome oc = OUTCOME_NONE;

	testpki_write_certs("chain.pem", leaf, sub, NULL);
	ck_assert_int_eq(identity_file_use(ctx, &id, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "--cert needs --key: chain.pem holds no private key");
	SSL_CTX_free(ctx);
}
END_TEST

START_TEST(test_no_pin_in_a_name)
{
	static const struct {
		const char *uri, *name;
	} rows[] = {
		{ "pkcs11:token=a", "pkcs11:token=a" },
		{ "pkcs11:token=a?pin-value=1234", "pkcs11:token=a?pin-value=..." },
		{ "pkcs11:?pin-value=1234&module-name=m", "pkcs11:?pin-value=...&module-name=m" },
		{ "pkcs11:?pin-value=12&pin-value=34", "pkcs11:?pin-value=...&pin-value=..." },
		{ "pkcs11:?pin-value=", "pkcs11:?pin-value=..." },
	};
	char name[TOKEN_NAME_MAX], uri[2 * TOKEN_NAME_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert(token_is_uri(rows[i].uri));
		ck_assert_str_eq(token_name(rows[i].uri, name), rows[i].name);
	}
	ck_assert(!token_is_uri("pkcs11.pem"));
	memset(uri, 'x', sizeof uri - 1);
	uri[sizeof uri - 1] = '\0';
	ck_assert_uint_eq(strlen(token_name(uri, name)), TOKEN_NAME_MAX - 1);
}
END_TEST

static void begin(void)
{
	testpki_begin();
	root = testpki_root("Root");
	sub = testpki_intermediate(root);
	leaf = testpki_leaf(sub, "DNS:a.test");
	other = testpki_leaf(sub, "DNS:b.test");
	testpki_write_key("leaf.key", leaf, NULL);
	testpki_write_text("word", "word\n", 5);
	ck_assert_int_eq(chmod("word", 0600), 0);
}

CHECK_MAIN_IN("identity_file", begin, testpki_end, test_pkcs12_is_sent_in_order,
    test_pem_is_sent_as_it_is, test_the_key_is_missing, test_no_pin_in_a_name)
