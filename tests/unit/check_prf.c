/* SPDX-License-Identifier: MIT */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "support/check_main.h"
#include "tls/kdf_functions.h"
#include "tls/kdf_provider.h"
#include "tls/key_schedule.h"

enum { SEEDS_MAX = 6, VALUE_MAX = 200, OUT_MAX = 300 };

struct prf {
	const char *digest;
	struct octets secret, seeds[SEEDS_MAX];
	size_t seeds_count;
};

static OSSL_PARAM octets(const char *name, struct octets value)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)value.at, value.len);
}

static int derive(const char *query, const struct prf *prf, unsigned char *out, size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, query);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[2 + SEEDS_MAX + 1], *p = params;
	int ret;

	ck_assert_ptr_nonnull(ctx);
	if (prf->digest)
		*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)prf->digest, 0);
	if (prf->secret.at)
		*p++ = octets(OSSL_KDF_PARAM_SECRET, prf->secret);
	for (size_t i = 0; i < prf->seeds_count; i++)
		*p++ = octets(OSSL_KDF_PARAM_SEED, prf->seeds[i]);
	*p = OSSL_PARAM_construct_end();
	ret = EVP_KDF_derive(ctx, out, len, params);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret;
}

static void use_provider(void)
{
	EVP_KDF *kdf;

	ck_assert_str_eq(kdf_provider_state(), "built in");
	kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, KDF_QUERY);
	ck_assert_ptr_nonnull(kdf);
	ck_assert_str_eq(OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)), "hello-kdf");
	EVP_KDF_free(kdf);
}

#define TEXT(literal) { (const unsigned char *)(literal), sizeof(literal) - 1 }

/* The IETF's TLS working group, message 03416. */
START_TEST(test_vector)
{
	const struct prf prf = { "SHA2-256",
		TEXT("\x9b\xbe\x43\x6b\xa9\x40\xf0\x17\xb1\x76\x52\x84\x9a\x71\xdb\x35"),
		{ TEXT("test label"),
		    TEXT("\xa0\xba\x9f\x93\x6c\xda\x31\x18\x27\xa6\xf7\x96\xff\xd5\x19\x8c") },
		2 };
	static const unsigned char expected[] = {
		0xe3, 0xf2, 0x29, 0xba, 0x72, 0x7b, 0xe1, 0x7b, 0x8d, 0x12, 0x26, 0x20, 0x55, 0x7c,
		0xd4, 0x53, 0xc2, 0xaa, 0xb2, 0x1d, 0x07, 0xc3, 0xd4, 0x95, 0x32, 0x9b, 0x52, 0xd4,
		0xe6, 0x1e, 0xdb, 0x5a, 0x6b, 0x30, 0x17, 0x91, 0xe9, 0x0d, 0x35, 0xc9, 0xc9, 0xa4,
		0x6b, 0x4e, 0x14, 0xba, 0xf9, 0xaf, 0x0f, 0xa0, 0x22, 0xf7, 0x07, 0x7d, 0xef, 0x17,
		0xab, 0xfd, 0x37, 0x97, 0xc0, 0x56, 0x4b, 0xab, 0x4f, 0xbc, 0x91, 0x66, 0x6e, 0x9d,
		0xef, 0x9b, 0x97, 0xfc, 0xe3, 0x4f, 0x79, 0x67, 0x89, 0xba, 0xa4, 0x80, 0x82, 0xd1,
		0x22, 0xee, 0x42, 0xc5, 0xa7, 0x2e, 0x5a, 0x51, 0x10, 0xff, 0xf7, 0x01, 0x87, 0x34,
		0x7b, 0x66,
	};
	unsigned char out[sizeof expected];

	use_provider();
	ck_assert_int_eq(derive(KDF_QUERY, &prf, out, sizeof out), 1);
	ck_assert_mem_eq(out, expected, sizeof out);
}
END_TEST

/* xorshift: the same numbers in each run. */
static unsigned pick(unsigned below)
{
	static unsigned x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % below;
}

static struct octets pick_value(unsigned char bytes[VALUE_MAX], unsigned min, unsigned max)
{
	struct octets v = { bytes, min + pick(max + 1 - min) };

	for (size_t i = 0; i < v.len; i++)
		bytes[i] = (unsigned char)pick(256);
	return v;
}

/* Secrets above a block, too: an ECDH secret of P-521 is longer than a block of SHA-256. */
START_TEST(test_the_same_as_of_openssl)
{
	use_provider();
	for (int i = 0; i < 2000; i++) {
		unsigned char bytes[SEEDS_MAX][VALUE_MAX], theirs[OUT_MAX], ours[OUT_MAX];
		struct prf prf = { .digest = pick(2) ? "SHA2-384" : "SHA2-256" };
		size_t len = 1 + pick(OUT_MAX);

		prf.secret = pick_value(bytes[0], 1, VALUE_MAX);
		prf.seeds_count = 1 + pick(5);
		prf.seeds[0] = pick_value(bytes[1], 1, VALUE_MAX);
		for (size_t n = 1; n < prf.seeds_count; n++)
			prf.seeds[n] = pick_value(bytes[1 + n], 0, 64);
		ck_assert_int_eq(derive(NULL, &prf, theirs, len), 1);
		ck_assert_int_eq(derive(KDF_QUERY, &prf, ours, len), 1);
		ck_assert_msg(memcmp(theirs, ours, len) == 0, "round %d differs", i);
	}
}
END_TEST

START_TEST(test_refusals)
{
	const struct octets secret = TEXT("secret"), seed = TEXT("seed"), none = { NULL, 0 };
	const struct octets missing = { NULL, 9 };
	const struct prf rows[] = {
		{ "MD5-SHA1", secret, { seed }, 1 },
		{ "SHA2-512", secret, { seed }, 1 },
		{ NULL, secret, { seed }, 1 },
		{ "SHA2-256", none, { seed }, 1 },
		{ "SHA2-256", secret, { none }, 0 },
		{ "SHA2-256", secret, { missing }, 1 },
		{ "SHA2-256", secret, { seed, seed, seed, seed, seed, seed }, 6 },
	};
	const struct prf good = { "SHA2-256", secret, { seed, seed, seed, seed, seed }, 5 };
	unsigned char out[32];

	use_provider();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(derive(KDF_QUERY, &rows[i], out, sizeof out) != 1, "row %zu", i);
	ck_assert_int_eq(derive(KDF_QUERY, &good, out, sizeof out), 1);
	ck_assert_int_ne(derive(KDF_QUERY, &good, out, 0), 1);
}
END_TEST

/* The openssl.cnf of this machine may prefer another provider. */
static void ignore_configuration(void)
{
	ck_assert_int_eq(setenv("OPENSSL_CONF", "/dev/null", 1), 0);
}

CHECK_MAIN_IN("prf", ignore_configuration, NULL, test_vector, test_the_same_as_of_openssl,
    test_refusals)
