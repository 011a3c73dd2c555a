/* SPDX-License-Identifier: MIT */
#include "client/session/chain_file.h"
#include "client/session/identity_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "client/session/pkcs12_rounds.h"
#include "support/check_main.h"
#include "support/test_pki.h"

static const struct testpki_cert *root, *sub, *leaf;

static void make_chain(void)
{
	root = testpki_root("Top CA");
	sub = testpki_intermediate(root);
	leaf = testpki_leaf(sub, "DNS:a.test");
}

static STACK_OF(X509) * stack(const struct testpki_cert *first, const struct testpki_cert *second)
{
	STACK_OF(X509) *all = sk_X509_new_null();

	ck_assert_int_gt(sk_X509_push(all, first->cert), 0);
	if (second)
		ck_assert_int_gt(sk_X509_push(all, second->cert), 0);
	return all;
}

/* What a file of these bytes holds; NULL with oc. */
static STACK_OF(X509) * parse(const void *bytes, size_t len, struct outcome *oc)
{
	const struct tls_pem_file f = chain_file_of("chain.x");
	struct input_file file = { .bytes = malloc(len + 1), .len = len };
	STACK_OF(X509) * chain;

	ck_assert_ptr_nonnull(file.bytes);
	if (len > 0)
		memcpy(file.bytes, bytes, len);
	file.bytes[len] = '\0';
	*oc = OUTCOME_NONE;
	chain = chain_file_parse(&f, &file, NULL, oc);
	input_file_free(&file);
	return chain;
}

static void expect_chain(const void *bytes, size_t len, const struct testpki_cert *first,
    const struct testpki_cert *second)
{
	struct outcome oc;
	STACK_OF(X509) *chain = parse(bytes, len, &oc);

	ck_assert_no_failure(&oc);
	ck_assert_ptr_nonnull(chain);
	ck_assert_int_eq(chain_file_count(chain), second ? 2 : 1);
	ck_assert_int_eq(X509_cmp(sk_X509_value(chain, 0), first->cert), 0);
	if (second)
		ck_assert_int_eq(X509_cmp(sk_X509_value(chain, 1), second->cert), 0);
	chain_file_free(chain);
}

static void expect_refused(const void *bytes, size_t len, const char *why, const char *advice)
{
	struct outcome oc;

	ck_assert_ptr_null(parse(bytes, len, &oc));
	ck_assert_outcome(&oc, OC_FILE, "the chain from chain.x cannot be used: ");
	ck_assert_has(oc.detail, why);
	ck_assert_has(oc.advice, advice);
}

/* ---- PEM ----------------------------------------------------------------------------------- */

START_TEST(test_what_is_written_can_be_read)
{
	STACK_OF(X509) *chain = stack(leaf, sub);
	struct outcome oc = OUTCOME_NONE;
	size_t len;
	char *text = chain_file_text(chain, &len, &oc);

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(len, strlen(text));
	ck_assert_int_eq(strncmp(text, "# 1 of 2: subject \"", 19), 0);
	ck_assert_has(text, "\n# 2 of 2: subject \"Test Intermediate\", issuer \"Top CA\", "
			    "valid from 20");
	expect_chain(text, len, leaf, sub);
	free(text);
	sk_X509_free(chain);
}
END_TEST

/* A date that cannot be read is not 1970. */
START_TEST(test_a_date_that_is_none)
{
	const struct testpki_cert *odd = testpki_make(&(struct testpki_spec){ .cn = "odd.test",
	    .sans = "DNS:odd.test",
	    .issuer = sub });
	STACK_OF(X509) *chain = stack(odd, NULL);
	struct outcome oc = OUTCOME_NONE;
	size_t len;
	char *text;

	ck_assert_int_eq(ASN1_STRING_set(X509_getm_notAfter(odd->cert), "tomorrow", 8), 1);
	text = chain_file_text(chain, &len, &oc);
	ck_assert_ptr_nonnull(text);
	ck_assert_has(text, "Z to an invalid date\n");
	free(text);
	sk_X509_free(chain);
}
END_TEST

START_TEST(test_a_name_that_looks_like_a_block)
{
	const struct testpki_cert *evil = testpki_make(&(struct testpki_spec){
	    .cn = "x\n-----BEGIN CERTIFICATE-----\nMIIB\n\x1b[2J\"",
	    .sans = "DNS:a.test",
	    .issuer = sub });
	STACK_OF(X509) *chain = stack(evil, NULL);
	struct outcome oc = OUTCOME_NONE;
	size_t len;
	char *text = chain_file_text(chain, &len, &oc);

	ck_assert_ptr_nonnull(text);
	ck_assert_has(text, "subject \"x\\x0a\\x2d\\x2d\\x2d\\x2d\\x2dBEGIN CERTIFICATE\\x2d");
	ck_assert_ptr_null(strchr(text, '\x1b'));
	/* One comment line, and then the only BEGIN. */
	ck_assert_ptr_eq(strstr(text, "-----"), strchr(text, '\n') + 1);
	expect_chain(text, len, evil, NULL);
	free(text);
	sk_X509_free(chain);
}
END_TEST

START_TEST(test_a_damaged_block_is_not_skipped)
{
	STACK_OF(X509) *chain = stack(leaf, sub);
	struct outcome oc = OUTCOME_NONE;
	size_t len;
	char *text = chain_file_text(chain, &len, &oc);

	ck_assert_ptr_nonnull(text);
	expect_refused(text, len - 40, "block 2 (CERTIFICATE, line ", "");
	free(text);
	sk_X509_free(chain);
}
END_TEST

/* The library would prompt for a passphrase, and wait without a deadline. */
START_TEST(test_an_encrypted_block)
{
	static const char text[] = "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
				   "DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n"
				   "AAAAAAAAAAAAAAAAAAAAAA==\n-----END CERTIFICATE-----\n";

	expect_refused(text, sizeof text - 1, "block 1 (CERTIFICATE, line 1) is encrypted",
	    "use a file without encryption");
}
END_TEST

START_TEST(test_no_certificate)
{
	expect_refused("", 0, "it is empty", "");
	expect_refused("hello\n", 6, "this is text of another kind", "grep BEGIN chain.x");
	expect_refused("\x00\x01\x02\x03", 4, "this is binary data of an unknown kind", "");
}
END_TEST

/* ---- DER ----------------------------------------------------------------------------------- */

enum { DER_MAX = 8192 };

static size_t put_der(unsigned char *to, const struct testpki_cert *c)
{
	unsigned char *p = to;
	int len = i2d_X509(c->cert, &p);

	ck_assert_int_gt(len, 0);
	ck_assert_int_lt(len, DER_MAX / 2);
	return (size_t)len;
}

START_TEST(test_der)
{
	unsigned char der[DER_MAX];
	size_t one = put_der(der, leaf), both = one + put_der(der + one, sub);
	char at[64];

	expect_chain(der, one, leaf, NULL);
	expect_chain(der, both, leaf, sub);
	snprintf(at, sizeof at, "certificate 2 in DER, at byte %zu, cannot be decoded", one);
	expect_refused(der, both - 1, at, "copy the file again");
	expect_refused(der, one - 1, "certificate 1 in DER, at byte 0, ", "copy the file again");
	/* Bytes behind a certificate are not silently ignored. */
	der[one] = '\n';
	expect_refused(der, one + 1, at, "copy the file again");
}
END_TEST

/* ---- PKCS#12 ------------------------------------------------------------------------------- */

/* pass NULL: no MAC and no encryption. Returns the length. */
static size_t make_pkcs12(unsigned char **der, const char *pass, EVP_PKEY *key,
    const struct testpki_cert *cert, const struct testpki_cert *other)
{
	STACK_OF(X509) *others = other ? stack(other, NULL) : NULL;
	int cipher = pass ? NID_aes_256_cbc : -1, len;
	PKCS12 *store = PKCS12_create(pass, NULL, key, cert ? cert->cert : NULL, others, cipher,
	    cipher, 1, pass ? 1 : -1, 0);

	ck_assert_ptr_nonnull(store);
	*der = NULL;
	len = i2d_PKCS12(store, der);
	ck_assert_int_gt(len, 0);
	PKCS12_free(store);
	sk_X509_free(others);
	return (size_t)len;
}

START_TEST(test_pkcs12_without_a_passphrase)
{
	unsigned char *der;
	size_t len = make_pkcs12(&der, "", leaf->key, leaf, sub);

	expect_chain(der, len, leaf, sub);
	OPENSSL_free(der);
	len = make_pkcs12(&der, NULL, leaf->key, leaf, sub);
	expect_chain(der, len, leaf, sub);
	OPENSSL_free(der);
	/* Certificates alone. */
	len = make_pkcs12(&der, "", NULL, leaf, NULL);
	expect_chain(der, len, leaf, NULL);
	OPENSSL_free(der);
}
END_TEST

START_TEST(test_pkcs12_that_cannot_be_used)
{
	static const char command[] = "openssl pkcs12 -in chain.x -nokeys -out NEW.pem";
	unsigned char *der;
	size_t len = make_pkcs12(&der, "secret", leaf->key, leaf, sub);

	expect_refused(der, len, "it is PKCS#12, and it has a passphrase or is damaged",
	    "use --passphrase-file FILE");
	expect_refused(der, len - 1, "it is PKCS#12, and it cannot be decoded",
	    "copy the file again");
	OPENSSL_free(der);
	/* A key and no certificate of it. */
	len = make_pkcs12(&der, "", leaf->key, NULL, sub);
	expect_refused(der, len, "its key belongs to none of its certificates", command);
	OPENSSL_free(der);
	len = make_pkcs12(&der, "", leaf->key, NULL, NULL);
	expect_refused(der, len, "its key belongs to none of its certificates", command);
	OPENSSL_free(der);
}
END_TEST

/* ---- PKCS#12 that would take hours ---------------------------------------------------------- */

static unsigned char salt[] = "saltsalt";

enum { SALT = sizeof salt - 1, SOME = 1000 };

/* A file of these parts, without a MAC; takes them. */
static PKCS12 *pack(PKCS7 *first, PKCS7 *second)
{
	STACK_OF(PKCS7) *parts = sk_PKCS7_new_null();
	PKCS12 *store = PKCS12_init(NID_pkcs7_data);

	ck_assert_ptr_nonnull(store);
	ck_assert_int_gt(sk_PKCS7_push(parts, first), 0);
	if (second)
		ck_assert_int_gt(sk_PKCS7_push(parts, second), 0);
	ck_assert_int_eq(PKCS12_pack_authsafes(store, parts), 1);
	sk_PKCS7_pop_free(parts, PKCS7_free);
	return store;
}

/* Takes the file. */
static void expect_too_many(PKCS12 *store)
{
	unsigned char *der = NULL;
	int len = i2d_PKCS12(store, &der);

	ck_assert_int_gt(len, 0);
	expect_refused(der, (size_t)len,
	    "it is PKCS#12, and its iteration counts are invalid, or more than 2000000 in all, "
	    "or need more memory for scrypt than the TLS library allows",
	    "openssl pkcs12 -in chain.x -nokeys -out NEW.pem");
	OPENSSL_free(der);
	PKCS12_free(store);
}

/* A part that is never opened. */
static PKCS7 *closed(X509_ALGOR *algorithm)
{
	PKCS7 *part = PKCS7_new();
	PKCS7_ENC_CONTENT *content;

	ck_assert_ptr_nonnull(algorithm);
	ck_assert_int_eq(PKCS7_set_type(part, NID_pkcs7_encrypted), 1);
	content = part->d.encrypted->enc_data;
	X509_ALGOR_free(content->algorithm);
	content->algorithm = algorithm;
	content->enc_data = ASN1_OCTET_STRING_new();
	ck_assert_int_eq(ASN1_OCTET_STRING_set(content->enc_data, salt, SALT), 1);
	return part;
}

static X509_ALGOR *pbkdf2(int rounds)
{
	return PKCS5_pbe2_set(EVP_aes_256_cbc(), rounds, salt, SALT);
}

static PKCS12 *with_mac(long rounds)
{
	PKCS12 *store = pack(closed(pbkdf2(1)), NULL);
	const ASN1_INTEGER *iterations;

	ck_assert_int_eq(PKCS12_setup_mac(store, 2, salt, SALT, EVP_sha256()), 1);
	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, store);
	ck_assert_int_eq(ASN1_INTEGER_set((ASN1_INTEGER *)iterations, rounds), 1);
	return store;
}

/* The key of leaf, whose passphrase is empty, in a part that is itself encrypted or not. */
static PKCS7 *key_part(int rounds, bool is_encrypted)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = sk_PKCS12_SAFEBAG_new_null();
	PKCS8_PRIV_KEY_INFO *key = EVP_PKEY2PKCS8(leaf->key);
	PKCS12_SAFEBAG *bag = PKCS12_SAFEBAG_create_pkcs8_encrypt(NID_aes_256_cbc, "", 0, salt,
	    SALT, rounds, key);
	PKCS7 *part;

	ck_assert_ptr_nonnull(bag);
	ck_assert_int_gt(sk_PKCS12_SAFEBAG_push(bags, bag), 0);
	part = is_encrypted
	    ? PKCS12_pack_p7encdata(NID_aes_256_cbc, "", 0, salt, SALT, 1, bags)
	    : PKCS12_pack_p7data(bags);
	ck_assert_ptr_nonnull(part);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	PKCS8_PRIV_KEY_INFO_free(key);
	return part;
}

START_TEST(test_pkcs12_with_too_many_iterations)
{
	enum { MOST = PKCS12_ROUNDS_MAX };
	static const long macs[] = { MOST + 1, INT_MAX, LONG_MAX, -1, LONG_MIN + 1 };

	for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++)
		expect_too_many(with_mac(macs[i]));
	expect_too_many(pack(closed(pbkdf2(MOST + 1)), NULL));
	expect_too_many(pack(closed(pbkdf2(INT_MAX)), NULL));
	expect_too_many(pack(closed(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, INT_MAX,
	    salt, SALT)), NULL));
	expect_too_many(pack(closed(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, SALT, NULL,
	    16384, 8, 16)), NULL));
	/* Each alone is below the limit. Nothing that is above it is computed. */
	expect_too_many(pack(key_part(SOME, false), closed(pbkdf2(MOST - SOME + 1))));
	expect_too_many(pack(key_part(SOME, true), closed(pbkdf2(MOST - SOME))));
}
END_TEST

/* Opened by the library alone, so that only it knows what is wrong. */
START_TEST(test_pkcs12_reason_of_the_library)
{
	PKCS12 *store = pack(closed(pbkdf2(1)), NULL);
	unsigned char *der = NULL;
	int len = i2d_PKCS12(store, &der);
	struct outcome oc;

	ck_assert_int_gt(len, 0);
	ck_assert_ptr_null(parse(der, (size_t)len, &oc));
	ck_assert_has(oc.detail, "its contents cannot be decoded: ");
	ck_assert_ptr_null(strstr(oc.detail, "gives no reason"));
	OPENSSL_free(der);
	PKCS12_free(store);
}
END_TEST

/* ---- the key ------------------------------------------------------------------------------- */

/* The result of --chain FILE --key KEY. */
static int with_key(const char *file, const char *key, struct outcome *oc)
{
	const struct tls_pem_file f = chain_file_of(file);
	const struct tls_identity id = { .key_file = key };
	STACK_OF(X509) *chain;

	*oc = OUTCOME_NONE;
	chain = identity_file_read_chain(&f, &id, oc);
	chain_file_free(chain);
	return chain ? 0 : -1;
}

START_TEST(test_the_key_of_the_leaf)
{
	struct outcome oc;

	testpki_write_certs("chain.pem", leaf, sub, NULL);
	testpki_write_key("leaf.key", leaf, NULL);
	testpki_write_key("sub.key", sub, NULL);
	testpki_write_key("root.key", root, NULL);
	ck_assert_int_eq(with_key("chain.pem", "leaf.key", &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_int_eq(with_key("chain.pem", "root.key", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE,
	    "the key root.key does not belong to the certificate chain.pem");
	ck_assert_int_eq(with_key("chain.pem", "sub.key", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "the key matches certificate 2 of that file");
	/* The file may be binary, so no tool for text is advised. */
	ck_assert_str_eq(oc.advice, "move certificate 2 of chain.pem to its beginning");
	ck_assert_has(oc.detail, "the leaf must come first");
	ck_assert_int_eq(with_key("chain.pem", "none.key", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "cannot read the key none.key");
}
END_TEST

static void begin(void)
{
	testpki_begin();
	make_chain();
}

CHECK_MAIN_IN("chain_file", begin, testpki_end, test_what_is_written_can_be_read,
    test_a_date_that_is_none, test_a_name_that_looks_like_a_block,
    test_a_damaged_block_is_not_skipped,
    test_an_encrypted_block, test_no_certificate, test_der, test_pkcs12_without_a_passphrase,
    test_pkcs12_that_cannot_be_used, test_pkcs12_with_too_many_iterations,
    test_pkcs12_reason_of_the_library, test_the_key_of_the_leaf)
