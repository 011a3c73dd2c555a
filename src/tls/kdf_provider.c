/* SPDX-License-Identifier: MIT */
#include "tls/kdf_provider.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "tls/error.h"
#include "tls/kdf_functions.h"
#include "tls/key_schedule.h"

static const char own_name[] = "hello-kdf", library_name[] = "default";

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
/* Kept as long as the process lives. */
static OSSL_PROVIDER *provider;
static const char *query;
static char state[128];

/* ---- the self-test --------------------------------------------------------- */

/* Lengths of a derivation's inputs and output; an input of 0 bytes is left out. */
struct sample {
	int mode;
	size_t key, salt, data, out;
};

/* All that libssl derives: the secrets, from a PSK or without one, and keys, IVs, exporters. */
static const struct sample samples[] = {
	{ EVP_KDF_HKDF_MODE_EXTRACT_ONLY, 0, 0, 0, KEY_DIGEST_MAX },
	{ EVP_KDF_HKDF_MODE_EXTRACT_ONLY, KEY_DIGEST_MAX, 0, 0, KEY_DIGEST_MAX },
	{ EVP_KDF_HKDF_MODE_EXTRACT_ONLY, 0, KEY_DIGEST_MAX, 0, KEY_DIGEST_MAX },
	{ EVP_KDF_HKDF_MODE_EXTRACT_ONLY, 133, KEY_DIGEST_MAX, 0, KEY_DIGEST_MAX },
	{ EVP_KDF_HKDF_MODE_EXPAND_ONLY, KEY_DIGEST_MAX, 0, KEY_DIGEST_MAX, KEY_DIGEST_MAX },
	{ EVP_KDF_HKDF_MODE_EXPAND_ONLY, KEY_DIGEST_MAX, 0, 0, 12 },
	{ EVP_KDF_HKDF_MODE_EXPAND_ONLY, KEY_DIGEST_MAX, 0, KEY_DIGEST_MAX, 200 },
};

enum { SAMPLE_MAX = 200 };

static size_t limited(size_t len, const struct key_digest *d)
{
	return len == KEY_DIGEST_MAX ? d->len : len;
}

/* The name that libssl uses, which is that of the digest's own provider. */
static const char *name_of(const struct key_digest *d)
{
	return EVP_MD_get0_name(d->md);
}

/* Different bytes for each input. */
static OSSL_PARAM input(const char *name, size_t len, unsigned char *bytes)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(i * 37 + (unsigned char)name[0]);
	return OSSL_PARAM_construct_octet_string(name, bytes, len);
}

static bool derive(const char *from, const struct sample *s, const struct key_digest *d,
    unsigned char out[SAMPLE_MAX])
{
	unsigned char bytes[3][SAMPLE_MAX], prefix[] = "tls13 ", label[] = "derived";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_3_KDF, from);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM params[8], *p = params;
	int mode = s->mode, ret;

	*p++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)name_of(d), 0);
	if (s->key > 0)
		*p++ = input(OSSL_KDF_PARAM_KEY, limited(s->key, d), bytes[0]);
	if (s->salt > 0)
		*p++ = input(OSSL_KDF_PARAM_SALT, limited(s->salt, d), bytes[1]);
	if (s->data > 0)
		*p++ = input(OSSL_KDF_PARAM_DATA, limited(s->data, d), bytes[2]);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PREFIX, prefix, sizeof prefix - 1);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_LABEL, label, sizeof label - 1);
	*p = OSSL_PARAM_construct_end();
	ret = ctx ? EVP_KDF_derive(ctx, out, limited(s->out, d), params) : 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret == 1;
}

static bool kdfs_agree(const char *from, const struct key_digest *d)
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		unsigned char theirs[SAMPLE_MAX], ours[SAMPLE_MAX];

		if (!derive(NULL, &samples[i], d, theirs) || !derive(from, &samples[i], d, ours) ||
		    memcmp(theirs, ours, limited(samples[i].out, d)) != 0)
			return false;
	}
	return true;
}

/* What libssl authenticates, with a key as long as the digest. */
struct message {
	const char *from, *digest;
	size_t key_len;
	unsigned char key[KEY_DIGEST_MAX], text[200];
};

/* The three ways in which it does it. Each returns the length of the code; 0: it failed. */
static size_t as_finished(const struct message *m, unsigned char out[EVP_MAX_MD_SIZE])
{
	size_t len = 0;

	return EVP_Q_mac(NULL, OSSL_MAC_NAME_HMAC, m->from, m->digest, NULL, m->key, m->key_len,
		   m->text, sizeof m->text, out, EVP_MAX_MD_SIZE, &len)
	    ? len
	    : 0;
}

static size_t as_binder(const struct message *m, unsigned char out[EVP_MAX_MD_SIZE])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, OSSL_MAC_NAME_HMAC, m->from, m->key,
	    m->key_len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = EVP_MAX_MD_SIZE;
	bool ok = key && ctx &&
	    EVP_DigestSignInit_ex(ctx, NULL, m->digest, NULL, m->from, key, NULL) == 1 &&
	    EVP_DigestSignUpdate(ctx, m->text, sizeof m->text) == 1 &&
	    EVP_DigestSignFinal(ctx, out, &len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? len : 0;
}

static size_t as_ticket(const struct message *m, unsigned char out[EVP_MAX_MD_SIZE])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, m->from);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)m->key, m->key_len),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)m->digest, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t len = 0;
	bool ok = ctx && EVP_MAC_CTX_set_params(ctx, params) == 1 &&
	    EVP_MAC_CTX_get_mac_size(ctx) == m->key_len &&
	    EVP_MAC_update(ctx, m->text, sizeof m->text) == 1 &&
	    EVP_MAC_final(ctx, out, &len, EVP_MAX_MD_SIZE) == 1;

	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	return ok ? len : 0;
}

static bool macs_agree(const char *from, const struct key_digest *d)
{
	static size_t (*const ways[])(const struct message *m, unsigned char *out) = { as_finished,
		as_binder, as_ticket };
	struct message m = { .digest = name_of(d), .key_len = d->len };
	unsigned char theirs[EVP_MAX_MD_SIZE], ours[EVP_MAX_MD_SIZE];

	input("key", m.key_len, m.key);
	input("text", sizeof m.text, m.text);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		m.from = NULL;
		if (ways[i](&m, theirs) != d->len)
			return false;
		m.from = from;
		if (ways[i](&m, ours) != d->len || memcmp(theirs, ours, d->len) != 0)
			return false;
	}
	return true;
}

/* The lengths of libssl's secrets and outputs, and others. */
static bool derive_prf(const char *from, const struct key_digest *d, size_t secret_len, size_t len,
    unsigned char out[SAMPLE_MAX])
{
	unsigned char secret[SAMPLE_MAX], seed[SAMPLE_MAX], label[] = "key expansion";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, from);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)d->names[0], 0),
		input(OSSL_KDF_PARAM_SECRET, secret_len, secret),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label, sizeof label - 1),
		input(OSSL_KDF_PARAM_SEED, 64, seed),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, NULL, 0),
		OSSL_PARAM_construct_end(),
	};
	int ret = ctx ? EVP_KDF_derive(ctx, out, len, params) : 0;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret == 1;
}

static bool prfs_agree(const char *from, const struct key_digest *d)
{
	static const struct { size_t secret, out; } lengths[] = {
		{ 32, 48 }, { 48, 12 }, { 48, 88 }, { 66, 48 }, { SAMPLE_MAX, SAMPLE_MAX },
	};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		unsigned char theirs[SAMPLE_MAX], ours[SAMPLE_MAX];

		if (!derive_prf(NULL, d, lengths[i].secret, lengths[i].out, theirs) ||
		    !derive_prf(from, d, lengths[i].secret, lengths[i].out, ours) ||
		    memcmp(theirs, ours, lengths[i].out) != 0)
			return false;
	}
	return true;
}

bool kdf_provider_agrees(const char *from)
{
	static const char *const names[] = { "SHA2-256", "SHA2-384" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct key_digest *d = key_digest_find(names[i]);

		if (!kdfs_agree(from, d) || !macs_agree(from, d) || !prfs_agree(from, d))
			return false;
	}
	return true;
}

/* ---- the start ------------------------------------------------------------- */

static bool kdf_comes_from(const char *name, const char *kdf_name, const char *from)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, kdf_name, from);
	bool comes =
	    kdf && strcmp(OSSL_PROVIDER_get0_name(EVP_KDF_get0_provider(kdf)), name) == 0;

	EVP_KDF_free(kdf);
	return comes;
}

/* Do all functions that this query fetches come from this provider? */
static bool come_from(const char *name, const char *from)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, from);
	bool do_come = mac &&
	    strcmp(OSSL_PROVIDER_get0_name(EVP_MAC_get0_provider(mac)), name) == 0 &&
	    kdf_comes_from(name, OSSL_KDF_NAME_TLS1_3_KDF, from) &&
	    kdf_comes_from(name, OSSL_KDF_NAME_TLS1_PRF, from);

	EVP_MAC_free(mac);
	return do_come;
}

/* Returns why OpenSSL must derive the keys; NULL: our provider can. */
static const char *add_provider(void)
{
	if (EVP_default_properties_is_fips_enabled(NULL))
		return "openssl.cnf demands FIPS";
	/* This also makes OpenSSL's own the first of its functions, and so the usual ones. */
	if (!come_from(library_name, NULL))
		return "openssl.cnf prefers another provider";
	if (!key_schedule_open() ||
	    OSSL_PROVIDER_add_builtin(NULL, own_name, kdf_functions_init) != 1 ||
	    !(provider = OSSL_PROVIDER_try_load(NULL, own_name, 1)))
		return "the provider cannot be added";
	/* EVP drops a function without any error if it misses another one beside it. */
	if (!come_from(own_name, KDF_QUERY) || !come_from(library_name, NULL))
		return "the library does not select the provider";
	return kdf_provider_agrees(KDF_QUERY) ? NULL : "the provider failed its self-test";
}

static void start(void)
{
	const char *reason = add_provider();
	char text[128];

	if (!reason) {
		query = KDF_QUERY;
		snprintf(state, sizeof state, "built in");
		return;
	}
	snprintf(state, sizeof state, "OpenSSL: %s", reason);
	OSSL_PROVIDER_unload(provider);
	provider = NULL;
	/* What failed here is not the reason of a later failure. */
	tls_error_text(text, sizeof text);
}

const char *kdf_provider_query(void)
{
	return CRYPTO_THREAD_run_once(&once, start) == 1 ? query : NULL;
}

const char *kdf_provider_state(void)
{
	return CRYPTO_THREAD_run_once(&once, start) == 1 ? state : "OpenSSL: out of memory";
}
