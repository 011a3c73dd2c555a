/* SPDX-License-Identifier: MIT */
#include "client/session/identity_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/asn1t.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>

#include "client/session/key_file.h"
#include "client/session/pbe_rounds.h"
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

/* ---- keys that would take hours ------------------------------------------------------------- */

static unsigned char salt[] = "saltsalt";

enum { SALT = sizeof salt - 1 };

static X509_ALGOR *pbkdf2(long rounds)
{
	return PKCS5_pbe2_set(EVP_aes_256_cbc(), (int)rounds, salt, SALT);
}

/* The library makes none that it would not open. */
static X509_ALGOR *scrypt(long cost)
{
	X509_ALGOR *all = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, SALT, NULL, 1024, 8, 1);
	PBE2PARAM *pbe2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), all->parameter);
	X509_ALGOR *own = pbe2->keyfunc;
	SCRYPT_PARAMS *param =
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), own->parameter);

	ck_assert_int_eq(ASN1_INTEGER_set(param->costParameter, cost), 1);
	ck_assert_ptr_nonnull(
	    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), param, &own->parameter));
	ck_assert_ptr_nonnull(
	    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), pbe2, &all->parameter));
	SCRYPT_PARAMS_free(param);
	PBE2PARAM_free(pbe2);
	return all;
}

static void write_key(const char *file, X509_ALGOR *algorithm, const char *before, bool is_pem)
{
	X509_SIG *key = X509_SIG_new();
	FILE *to = fopen(file, "w");
	ASN1_OCTET_STRING *sealed;
	X509_ALGOR *its;

	X509_SIG_getm(key, &its, &sealed);
	ck_assert_int_eq(X509_ALGOR_copy(its, algorithm), 1);
	ck_assert_int_eq(ASN1_OCTET_STRING_set(sealed, salt, SALT), 1);
	ck_assert_int_ge(fputs(before, to), 0);
	ck_assert_int_eq(is_pem ? PEM_write_PKCS8(to, key) : i2d_PKCS8_fp(to, key), 1);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_int_eq(chmod(file, 0600), 0);
	X509_SIG_free(key);
}

static void expect_too_long(X509_ALGOR *algorithm)
{
	static const char *const before[] = { "", "-----BEGIN X-----\n!\n", "text\n",
		"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n" };
	const struct tls_pem_file f = { .path = "k", .what = "the key" };
	struct outcome oc;

	for (size_t i = 0; i <= sizeof before / sizeof before[0]; i++) {
		bool is_pem = i < sizeof before / sizeof before[0];

		write_key("k", algorithm, is_pem ? before[i] : "", is_pem);
		oc = OUTCOME_NONE;
		ck_assert_ptr_null(key_file_read(&f, NULL, &oc));
		ck_assert_outcome(&oc, OC_FILE, "the key k needs a passphrase");
		oc = OUTCOME_NONE;
		ck_assert_ptr_null(key_file_read(&f, "word", &oc));
		ck_assert_outcome(&oc, OC_FILE,
		    "the key derivation of the key k is invalid, takes more than 2000000");
	}
	X509_ALGOR_free(algorithm);
}

START_TEST(test_key_with_too_many_iterations)
{
	const struct tls_pem_file f = { .path = "k", .what = "the key" };
	struct outcome oc = OUTCOME_NONE;
	X509_ALGOR *most = scrypt(16384);

	expect_too_long(pbkdf2(PBE_ROUNDS_MAX + 1));
	expect_too_long(pbkdf2(INT_MAX));
	expect_too_long(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, INT_MAX, salt, SALT));
	/* More than 32 MiB, which the library refuses without a word. */
	expect_too_long(scrypt(32768));
	expect_too_long(scrypt(LONG_MAX));
	write_key("k", most, "", true);
	X509_ALGOR_free(most);
	ck_assert_ptr_null(key_file_read(&f, "word", &oc));
	ck_assert_outcome(&oc, OC_FILE, "the key k cannot be used: its passphrase is not the one");
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
		{ "PKCS11:?PIN-Value=1234", "PKCS11:?PIN-Value=..." },
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
    test_pem_is_sent_as_it_is, test_the_key_is_missing, test_no_pin_in_a_name,
    test_key_with_too_many_iterations)
