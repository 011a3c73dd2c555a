/* SPDX-License-Identifier: MIT */
#include "tls/kdf_functions.h"

#include <stdio.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "support/check_main.h"
#include "tls/kdf_provider.h"

static void use_provider(void)
{
	ck_assert_str_eq(kdf_provider_state(), "built in");
}

/* ---- calls in another order than those of libssl --------------------------- */

static EVP_KDF_CTX *new_kdf(const char *name)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, KDF_QUERY);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

	ck_assert_ptr_nonnull(ctx);
	EVP_KDF_free(kdf);
	return ctx;
}

static EVP_MAC_CTX *new_mac(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, KDF_QUERY);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);

	ck_assert_ptr_nonnull(ctx);
	EVP_MAC_free(mac);
	return ctx;
}

static int set_digest(EVP_MAC_CTX *ctx, const char *name)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)name, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_CTX_set_params(ctx, params);
}

static void expect_no_key(EVP_MAC_CTX *ctx)
{
	unsigned char out[EVP_MAX_MD_SIZE] = { 0 };
	size_t len;

	ck_assert_int_ne(EVP_MAC_update(ctx, out, 0), 1);
	ck_assert_int_ne(EVP_MAC_final(ctx, out, &len, sizeof out), 1);
	ck_assert_int_ne(EVP_MAC_init(ctx, NULL, 0, NULL), 1);
}

START_TEST(test_a_mac_needs_a_key)
{
	EVP_MAC_CTX *ctx;

	use_provider();
	ctx = new_mac();
	expect_no_key(ctx);
	EVP_MAC_CTX_free(ctx);
}
END_TEST

/* A key that was given for one digest must not be used, nor its buffers, for another. */
START_TEST(test_a_new_digest_needs_the_key_again)
{
	static const char *const digests[] = { "SHA1", "SHA256", "SHA384" };
	static const unsigned char key[48];

	use_provider();
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
		EVP_MAC_CTX *ctx = new_mac();

		ck_assert_int_eq(set_digest(ctx, "SHA384"), 1);
		ck_assert_int_eq(EVP_MAC_init(ctx, key, sizeof key, NULL), 1);
		ck_assert_int_eq(set_digest(ctx, digests[i]), i > 0);
		expect_no_key(ctx);
		EVP_MAC_CTX_free(ctx);
	}
}
END_TEST

/* A derivation takes all of them itself. */
START_TEST(test_parameters_that_come_early_are_refused)
{
	static const char *const names[] = { OSSL_KDF_NAME_TLS1_3_KDF, OSSL_KDF_NAME_TLS1_PRF };
	const OSSL_PARAM none = OSSL_PARAM_construct_end();
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)"salt", 4), none };
	EVP_KDF_CTX *ctx;

	use_provider();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ctx = new_kdf(names[i]);
		ck_assert_int_ne(EVP_KDF_CTX_set_params(ctx, params), 1);
		ck_assert_int_eq(EVP_KDF_CTX_set_params(ctx, &none), 1);
		EVP_KDF_CTX_free(ctx);
	}
}
END_TEST

/* Broken by the caller, but no reason to read at NULL. */
START_TEST(test_values_that_are_missing)
{
	static const char *const names[] = { OSSL_KDF_PARAM_SALT, OSSL_KDF_PARAM_PREFIX,
		OSSL_KDF_PARAM_LABEL, OSSL_KDF_PARAM_DATA };
	unsigned char key[32] = { 1 }, out[32];
	char digest[] = "SHA256";
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;

	use_provider();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const OSSL_PARAM params[] = {
			OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
			OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
			OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, sizeof key),
			OSSL_PARAM_construct_octet_string(names[i], NULL, 9),
			OSSL_PARAM_construct_end(),
		};
		EVP_KDF_CTX *ctx = new_kdf(OSSL_KDF_NAME_TLS1_3_KDF);

		ck_assert_int_eq(EVP_KDF_derive(ctx, out, sizeof out, params), 1);
		EVP_KDF_CTX_free(ctx);
	}
}
END_TEST

/* ---- our functions, each broken in turn ------------------------------------ */

static const char *provider_of(int operation, const char *query)
{
	const OSSL_PROVIDER *from = NULL;

	if (operation == OSSL_OP_KDF) {
		EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_3_KDF, query);

		ck_assert_ptr_nonnull(kdf);
		from = EVP_KDF_get0_provider(kdf);
		EVP_KDF_free(kdf);
	} else {
		EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, query);

		ck_assert_ptr_nonnull(mac);
		from = EVP_MAC_get0_provider(mac);
		EVP_MAC_free(mac);
	}
	return OSSL_PROVIDER_get0_name(from);
}

static int broken_derive(void *md, unsigned char *out, size_t len, const OSSL_PARAM params[]);
static int broken_init(void *mac, const unsigned char *key, size_t len, const OSSL_PARAM params[]);
static int broken_update(void *mac, const unsigned char *in, size_t len);
static int broken_final(void *mac, unsigned char *out, size_t *len, size_t size);
static void *broken_dup(void *mac);
static const OSSL_PARAM *broken_settable(void *mac, void *provider);
static int broken_set(void *mac, const OSSL_PARAM params[]);
static int broken_get(void *mac, OSSL_PARAM params[]);

#define BROKEN(operation, function, name) \
	{ OSSL_OP_##operation, OSSL_FUNC_##operation##_##function, (void (*)(void))(name) }

static const struct {
	int operation, id;
	void (*function)(void);
} broken[] = {
	BROKEN(KDF, DERIVE, broken_derive),
	BROKEN(MAC, INIT, broken_init),
	BROKEN(MAC, UPDATE, broken_update),
	BROKEN(MAC, FINAL, broken_final),
	BROKEN(MAC, DUPCTX, broken_dup),
	BROKEN(MAC, SETTABLE_CTX_PARAMS, broken_settable),
	BROKEN(MAC, SET_CTX_PARAMS, broken_set),
	BROKEN(MAC, GET_CTX_PARAMS, broken_get),
};

enum { BROKEN_ONES = sizeof broken / sizeof broken[0], FUNCTIONS_MAX = 16 };

/* What kdf_functions_init offers for an operation. */
static const OSSL_ALGORITHM *ours(int operation)
{
	static const OSSL_DISPATCH *functions;
	int no_cache;
	void *provider;

	ck_assert_int_eq(kdf_functions_init(NULL, NULL, &functions, &provider), 1);
	ck_assert_int_eq(functions->function_id, OSSL_FUNC_PROVIDER_QUERY_OPERATION);
	return OSSL_FUNC_provider_query_operation(functions)(provider, operation, &no_cache);
}

static void (*our_function(int operation, int id))(void)
{
	const OSSL_DISPATCH *d = ours(operation)->implementation;

	while (d->function_id != 0 && d->function_id != id)
		d++;
	ck_assert_int_eq(d->function_id, id);
	return d->function;
}

#define OURS(operation, function, type) \
	((OSSL_FUNC_##type##_fn *)our_function(OSSL_OP_##operation, \
	    OSSL_FUNC_##operation##_##function))

static int broken_derive(void *md, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
	int ret = OURS(KDF, DERIVE, kdf_derive)(md, out, len, params);

	out[len - 1] ^= 1;
	return ret;
}

static int broken_init(void *mac, const unsigned char *key, size_t len, const OSSL_PARAM params[])
{
	return OURS(MAC, INIT, mac_init)(mac, key, len - 1, params);
}

static int broken_update(void *mac, const unsigned char *in, size_t len)
{
	return OURS(MAC, UPDATE, mac_update)(mac, in, len - 1);
}

static int broken_final(void *mac, unsigned char *out, size_t *len, size_t size)
{
	int ret = OURS(MAC, FINAL, mac_final)(mac, out, len, size);

	out[0] ^= 128;
	return ret;
}

static void *broken_dup(void *mac)
{
	(void)mac;
	return OURS(MAC, NEWCTX, mac_newctx)(NULL);
}

static const OSSL_PARAM *broken_settable(void *mac, void *provider)
{
	static const OSSL_PARAM nothing = OSSL_PARAM_END;

	(void)mac, (void)provider;
	return &nothing;
}

static int broken_set(void *mac, const OSSL_PARAM params[])
{
	(void)mac, (void)params;
	return 1;
}

static int broken_get(void *mac, OSSL_PARAM params[])
{
	(void)mac, (void)params;
	return 1;
}

/* Our functions except for one, with a property of its own. */
static const OSSL_ALGORITHM *query_broken(void *provider, int operation, int *no_cache)
{
	static OSSL_ALGORITHM algorithms[BROKEN_ONES][2];
	static OSSL_DISPATCH functions[BROKEN_ONES][FUNCTIONS_MAX];
	static char properties[BROKEN_ONES][48];
	size_t one = (size_t)((const char *)provider - (const char *)broken) / sizeof broken[0];
	OSSL_DISPATCH *to = functions[one];

	*no_cache = 0;
	if (operation != broken[one].operation)
		return NULL;
	algorithms[one][0] = *ours(operation);
	for (const OSSL_DISPATCH *d = ours(operation)->implementation; d->function_id; d++, to++) {
		ck_assert(to < functions[one] + FUNCTIONS_MAX - 1);
		*to = *d;
		if (d->function_id == broken[one].id)
			to->function = broken[one].function;
	}
	snprintf(properties[one], sizeof properties[one], "broken.kdf%zu=yes", one);
	algorithms[one][0].property_definition = properties[one];
	algorithms[one][0].implementation = functions[one];
	return algorithms[one];
}

/* Of the provider that is being loaded. */
static size_t to_break;

static int init_broken(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *of_core,
    const OSSL_DISPATCH **out, void **provider)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query_broken },
		{ 0, NULL },
	};

	(void)core, (void)of_core;
	*out = functions;
	*provider = (void *)&broken[to_break];
	return 1;
}

START_TEST(test_the_self_test_sees_each_broken_function)
{
	use_provider();
	for (to_break = 0; to_break < BROKEN_ONES; to_break++) {
		OSSL_PROVIDER *provider;
		char name[48], query[48];

		snprintf(name, sizeof name, "broken%zu", to_break);
		snprintf(query, sizeof query, "?broken.kdf%zu=yes", to_break);
		ck_assert_int_eq(OSSL_PROVIDER_add_builtin(NULL, name, init_broken), 1);
		provider = OSSL_PROVIDER_try_load(NULL, name, 1);
		ck_assert_ptr_nonnull(provider);
		ck_assert_str_eq(provider_of(broken[to_break].operation, query), name);
		ck_assert_msg(!kdf_provider_agrees(query), "function %zu", to_break);
		OSSL_PROVIDER_unload(provider);
	}
	ck_assert(kdf_provider_agrees(KDF_QUERY));
}
END_TEST

/* The openssl.cnf of this machine may prefer another provider. */
static void ignore_configuration(void)
{
	ck_assert_int_eq(setenv("OPENSSL_CONF", "/dev/null", 1), 0);
}

CHECK_MAIN_IN("kdf_functions", ignore_configuration, NULL, test_a_mac_needs_a_key,
    test_a_new_digest_needs_the_key_again, test_parameters_that_come_early_are_refused,
    test_values_that_are_missing, test_the_self_test_sees_each_broken_function)
