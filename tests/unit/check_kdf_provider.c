/* SPDX-License-Identifier: MIT */
#include "tls/kdf_provider.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "support/check_main.h"
#include "tls/context.h"
#include "tls/kdf_functions.h"

static const char *kdf_provider_of(const char *query)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_3_KDF, query);
	const char *name = kdf ? OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)) : "none";

	EVP_KDF_free(kdf);
	return name;
}

static const char *mac_provider_of(const char *query)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, query);
	const char *name = mac ? OSSL_PROVIDER_get0_name(EVP_MAC_get0_provider(mac)) : "none";

	EVP_MAC_free(mac);
	return name;
}

static void use_provider(void)
{
	ck_assert_str_eq(kdf_provider_state(), "built in");
	ck_assert_str_eq(kdf_provider_query(), KDF_QUERY);
	ck_assert_str_eq(kdf_provider_of(KDF_QUERY), "hello-kdf");
	ck_assert_str_eq(mac_provider_of(KDF_QUERY), "hello-kdf");
}

/* ---- what it leaves alone -------------------------------------------------- */

START_TEST(test_only_the_query_finds_it)
{
	use_provider();
	ck_assert_str_eq(kdf_provider_of(NULL), "default");
	ck_assert_str_eq(mac_provider_of(NULL), "default");
	ck_assert_str_eq(mac_provider_of("provider=default"), "default");
	ck_assert_str_eq(mac_provider_of("?fips=yes"), "default");
	ck_assert_str_eq(mac_provider_of("fips=yes"), "none");
	ck_assert_str_eq(kdf_provider_of("fips=yes," KDF_QUERY), "none");
}
END_TEST

/* ---- when it must stay out of the way -------------------------------------- */

/* A provider of another TLS13-KDF, with these properties. */
static const char *other_properties;
static OSSL_PROVIDER *other;

static int derive_zeros(void *ctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
	(void)ctx, (void)params;
	memset(out, 0, len);
	return 1;
}

static void *new_other(void *provider)
{
	return provider;
}

static void free_other(void *ctx)
{
	(void)ctx;
}

static const OSSL_ALGORITHM *query_other(void *provider, int operation, int *no_cache)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_KDF_NEWCTX, (void (*)(void))new_other },
		{ OSSL_FUNC_KDF_FREECTX, (void (*)(void))free_other },
		{ OSSL_FUNC_KDF_DERIVE, (void (*)(void))derive_zeros },
		{ 0, NULL },
	};
	static OSSL_ALGORITHM kdfs[2];

	(void)provider;
	*no_cache = 0;
	kdfs[0] = (OSSL_ALGORITHM){ OSSL_KDF_NAME_TLS1_3_KDF, other_properties, functions, NULL };
	return operation == OSSL_OP_KDF ? kdfs : NULL;
}

static int init_other(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *of_core,
    const OSSL_DISPATCH **out, void **provider)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query_other },
		{ 0, NULL },
	};

	(void)of_core;
	*out = functions;
	*provider = (void *)core;
	return 1;
}

static int fail_to_start(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *of_core,
    const OSSL_DISPATCH **out, void **provider)
{
	(void)core, (void)of_core, (void)out, (void)provider;
	return 0;
}

static void add_other(const char *name, const char *properties)
{
	other_properties = properties;
	ck_assert_int_eq(OSSL_PROVIDER_add_builtin(NULL, name, init_other), 1);
	other = OSSL_PROVIDER_try_load(NULL, name, 1);
	ck_assert_ptr_nonnull(other);
}

static void expect_fallback(const char *state)
{
	ck_assert_ptr_null(kdf_provider_query());
	ck_assert_str_eq(kdf_provider_state(), state);
	ck_assert_str_ne(kdf_provider_of(KDF_QUERY), "hello-kdf");
}

START_TEST(test_fips)
{
	ck_assert_int_eq(EVP_set_default_properties(NULL, "fips=yes"), 1);
	expect_fallback("OpenSSL: openssl.cnf demands FIPS");
}
END_TEST

START_TEST(test_another_provider_is_preferred)
{
	add_other("other", "other.kdf=yes");
	ck_assert_int_eq(EVP_set_default_properties(NULL, "?other.kdf=yes"), 1);
	expect_fallback("OpenSSL: openssl.cnf prefers another provider");
	ck_assert_str_eq(kdf_provider_of(NULL), "other");
	OSSL_PROVIDER_unload(other);
}
END_TEST

START_TEST(test_the_provider_does_not_start)
{
	const struct tls_policy_choice policy = { 0 };
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx;

	ck_assert_int_eq(OSSL_PROVIDER_add_builtin(NULL, "hello-kdf", fail_to_start), 1);
	expect_fallback("OpenSSL: the provider cannot be added");
	ctx = tls_context_new_server(&policy, &oc);
	ck_assert_no_failure(&oc);
	tls_context_free(ctx);
}
END_TEST

START_TEST(test_the_property_is_taken)
{
	ck_assert_str_eq(kdf_provider_of(NULL), "default");
	add_other("other", KDF_PROPERTY);
	expect_fallback("OpenSSL: the library does not select the provider");
	OSSL_PROVIDER_unload(other);
}
END_TEST

/* A digest, all zeros, whose first name is its own: the name that libssl uses. */
static void *md_new(void *provider)
{
	return provider;
}

static int md_init(void *md, const OSSL_PARAM params[])
{
	(void)md, (void)params;
	return 1;
}

static int md_update(void *md, const unsigned char *in, size_t len)
{
	(void)md, (void)in, (void)len;
	return 1;
}

static int md_final(void *md, unsigned char *out, size_t *len, size_t size)
{
	(void)md;
	ck_assert_uint_ge(size, 32);
	memset(out, 0, 32);
	*len = 32;
	return 1;
}

static int md_get(OSSL_PARAM params[])
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_SIZE);

	if (p && OSSL_PARAM_set_size_t(p, 32) != 1)
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_BLOCK_SIZE);
	return !p || OSSL_PARAM_set_size_t(p, 64) == 1;
}

static const OSSL_ALGORITHM *query_digest(void *provider, int operation, int *no_cache)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_DIGEST_NEWCTX, (void (*)(void))md_new },
		{ OSSL_FUNC_DIGEST_FREECTX, (void (*)(void))free_other },
		{ OSSL_FUNC_DIGEST_DUPCTX, (void (*)(void))md_new },
		{ OSSL_FUNC_DIGEST_INIT, (void (*)(void))md_init },
		{ OSSL_FUNC_DIGEST_UPDATE, (void (*)(void))md_update },
		{ OSSL_FUNC_DIGEST_FINAL, (void (*)(void))md_final },
		{ OSSL_FUNC_DIGEST_GET_PARAMS, (void (*)(void))md_get },
		{ 0, NULL },
	};
	static const OSSL_ALGORITHM digests[] = {
		{ "ZEROS:SHA2-256:SHA-256:SHA256", "other.md=yes", functions, NULL },
		{ NULL, NULL, NULL, NULL },
	};

	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_DIGEST ? digests : NULL;
}

static int init_digest(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *of_core,
    const OSSL_DISPATCH **out, void **provider)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query_digest },
		{ 0, NULL },
	};

	(void)of_core;
	*out = functions;
	*provider = (void *)core;
	return 1;
}

START_TEST(test_a_digest_has_another_name)
{
	EVP_MD *md;

	ck_assert_int_eq(OSSL_PROVIDER_add_builtin(NULL, "other", init_digest), 1);
	other = OSSL_PROVIDER_try_load(NULL, "other", 1);
	ck_assert_ptr_nonnull(other);
	ck_assert_int_eq(EVP_set_default_properties(NULL, "?other.md=yes"), 1);
	md = EVP_MD_fetch(NULL, "SHA256", KDF_QUERY);
	ck_assert_ptr_nonnull(md);
	ck_assert_str_eq(EVP_MD_get0_name(md), "ZEROS");
	EVP_MD_free(md);
	expect_fallback("OpenSSL: the provider failed its self-test");
	OSSL_PROVIDER_unload(other);
}
END_TEST

START_TEST(test_the_self_test_sees_a_difference)
{
	use_provider();
	ck_assert(kdf_provider_agrees(KDF_QUERY));
	add_other("other", "other.kdf=yes");
	ck_assert(!kdf_provider_agrees("?other.kdf=yes"));
	OSSL_PROVIDER_unload(other);
}
END_TEST

/* The openssl.cnf of this machine may prefer another provider. */
static void ignore_configuration(void)
{
	ck_assert_int_eq(setenv("OPENSSL_CONF", "/dev/null", 1), 0);
}

CHECK_MAIN_IN("kdf_provider", ignore_configuration, NULL, test_only_the_query_finds_it,
    test_fips, test_another_provider_is_preferred, test_the_provider_does_not_start,
    test_the_property_is_taken, test_a_digest_has_another_name,
    test_the_self_test_sees_a_difference)
