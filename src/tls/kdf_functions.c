/* SPDX-License-Identifier: MIT */
#include "tls/kdf_functions.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "tls/key_schedule.h"

/* OpenSSL's types of our functions: the compiler compares. */
static OSSL_FUNC_kdf_newctx_fn kdf_new;
static OSSL_FUNC_kdf_freectx_fn kdf_free;
static OSSL_FUNC_kdf_derive_fn kdf_derive, prf_derive;
static OSSL_FUNC_kdf_set_ctx_params_fn kdf_set;
static OSSL_FUNC_mac_newctx_fn mac_new;
static OSSL_FUNC_mac_dupctx_fn mac_dup;
static OSSL_FUNC_mac_freectx_fn mac_free;
static OSSL_FUNC_mac_init_fn mac_init;
static OSSL_FUNC_mac_update_fn mac_update;
static OSSL_FUNC_mac_final_fn mac_final;
static OSSL_FUNC_mac_set_ctx_params_fn mac_set;
static OSSL_FUNC_mac_settable_ctx_params_fn mac_settable;
static OSSL_FUNC_mac_get_ctx_params_fn mac_get;
static OSSL_FUNC_provider_query_operation_fn query;

/* A NULL of another type than its neighbours in the dispatch table. */
#define FUNCTION(id, name) { id, (void (*)(void))(name) }
#define LAST_FUNCTION { 0, NULL }

static const struct key_digest *digest_of(const OSSL_PARAM *p)
{
	return p->data_type == OSSL_PARAM_UTF8_STRING && p->data ? key_digest_find(p->data) : NULL;
}

/* ---- TLS13-KDF ------------------------------------------------------------- */

struct inputs {
	int mode; /* EVP_KDF_HKDF_MODE_* */
	const struct key_digest *digest;
	struct octets key, salt, context;
	struct key_label label;
};

/* The context of a derivation: all that it needs to keep. */
static void *kdf_new(void *provider)
{
	(void)provider;
	return EVP_MD_CTX_new();
}

static void kdf_free(void *md)
{
	EVP_MD_CTX_free(md);
}

/* Most names differ in the first byte, and a call for each costs as much as a hash. */
static bool is_named(const OSSL_PARAM *p, const char *name)
{
	return p->key[0] == name[0] && strcmp(p->key, name) == 0;
}

static void take(struct inputs *in, const OSSL_PARAM *p)
{
	const struct octets value = { p->data, p->data ? p->data_size : 0 };

	if (is_named(p, OSSL_KDF_PARAM_MODE)) {
		if (OSSL_PARAM_get_int(p, &in->mode) != 1)
			in->mode = -1;
	} else if (is_named(p, OSSL_KDF_PARAM_DIGEST)) {
		in->digest = digest_of(p);
	} else if (is_named(p, OSSL_KDF_PARAM_KEY)) {
		in->key = value;
	} else if (is_named(p, OSSL_KDF_PARAM_SALT)) {
		in->salt = value;
	} else if (is_named(p, OSSL_KDF_PARAM_PREFIX)) {
		in->label.prefix = value;
	} else if (is_named(p, OSSL_KDF_PARAM_LABEL)) {
		in->label.name = value;
	} else if (is_named(p, OSSL_KDF_PARAM_DATA)) {
		in->context = value;
	}
}

static int kdf_derive(void *md, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
	struct inputs in = { .mode = -1 };

	for (; params && params->key; params++)
		take(&in, params);
	if (!in.digest)
		return 0;
	switch (in.mode) {
	case EVP_KDF_HKDF_MODE_EXPAND_ONLY:
		return key_expand(md, in.digest, in.key, &in.label, in.context, out, len);
	case EVP_KDF_HKDF_MODE_EXTRACT_ONLY:
		return len == in.digest->len &&
		    key_extract(md, in.digest, in.salt, &in.label, in.key, out);
	default:
		return 0;
	}
}

/* Without it EVP would drop parameters that come before the derivation, and report success. */
static int kdf_set(void *md, const OSSL_PARAM params[])
{
	(void)md;
	return !params || !params->key;
}

static const OSSL_DISPATCH kdf_functions[] = {
	FUNCTION(OSSL_FUNC_KDF_NEWCTX, kdf_new),
	FUNCTION(OSSL_FUNC_KDF_FREECTX, kdf_free),
	FUNCTION(OSSL_FUNC_KDF_DERIVE, kdf_derive),
	FUNCTION(OSSL_FUNC_KDF_SET_CTX_PARAMS, kdf_set),
	LAST_FUNCTION,
};

/* ---- TLS1-PRF -------------------------------------------------------------- */

/* libssl gives five seeds, of which some are empty. The first part is for key_prf. */
enum { PRF_PARTS_MAX = 1 + 5 };

static int prf_derive(void *md, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
	struct octets secret = { NULL, 0 }, parts[PRF_PARTS_MAX] = { { NULL, 0 } };
	const struct key_digest *digest = NULL;
	size_t count = 1;

	for (const OSSL_PARAM *p = params; p && p->key; p++) {
		const struct octets value = { p->data, p->data ? p->data_size : 0 };

		if (strcmp(p->key, OSSL_KDF_PARAM_DIGEST) == 0) {
			digest = digest_of(p);
		} else if (strcmp(p->key, OSSL_KDF_PARAM_SECRET) == 0) {
			secret = value;
		} else if (strcmp(p->key, OSSL_KDF_PARAM_SEED) == 0 && value.len > 0) {
			if (count == PRF_PARTS_MAX)
				return 0;
			parts[count++] = value;
		}
	}
	/* Without a seed, or with an empty output, the caller made a mistake. */
	if (!digest || count == 1 || len == 0)
		return 0;
	return key_prf(md, digest, secret, parts, count, out, len);
}

static const OSSL_DISPATCH prf_functions[] = {
	FUNCTION(OSSL_FUNC_KDF_NEWCTX, kdf_new),
	FUNCTION(OSSL_FUNC_KDF_FREECTX, kdf_free),
	FUNCTION(OSSL_FUNC_KDF_DERIVE, prf_derive),
	FUNCTION(OSSL_FUNC_KDF_SET_CTX_PARAMS, kdf_set),
	LAST_FUNCTION,
};

/* ---- HMAC ------------------------------------------------------------------ */

static void *mac_new(void *provider)
{
	struct hmac *h = OPENSSL_zalloc(sizeof *h);

	(void)provider;
	if (h && !(h->md = EVP_MD_CTX_new())) {
		OPENSSL_free(h);
		return NULL;
	}
	return h;
}

static void mac_free(void *mac)
{
	struct hmac *h = mac;

	if (h)
		EVP_MD_CTX_free(h->md);
	OPENSSL_clear_free(h, sizeof *h);
}

static bool has_key(const struct hmac *h)
{
	return EVP_MD_CTX_get0_md(h->md) != NULL;
}

static void *mac_dup(void *mac)
{
	const struct hmac *from = mac;
	struct hmac *to = mac_new(NULL);

	if (!to)
		return NULL;
	to->digest = from->digest;
	memcpy(to->outer, from->outer, sizeof to->outer);
	/* An empty context cannot be copied, and need not be. */
	if (!has_key(from) || EVP_MD_CTX_copy_ex(to->md, from->md) == 1)
		return to;
	mac_free(to);
	return NULL;
}

static const OSSL_PARAM *mac_settable(void *mac, void *provider)
{
	static const OSSL_PARAM settable[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_MAC_PARAM_KEY, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)mac, (void)provider;
	return settable;
}

/* The key belongs to the digest: another one needs it again. */
static bool select_digest(struct hmac *h, const OSSL_PARAM *p)
{
	h->digest = digest_of(p);
	return EVP_MD_CTX_reset(h->md) == 1 && h->digest;
}

/* The key of a ticket comes as a parameter, without any init. */
static int mac_set(void *mac, const OSSL_PARAM params[])
{
	const OSSL_PARAM *digest = NULL, *key = NULL;
	struct hmac *h = mac;

	if (params) {
		digest = OSSL_PARAM_locate_const(params, OSSL_MAC_PARAM_DIGEST);
		key = OSSL_PARAM_locate_const(params, OSSL_MAC_PARAM_KEY);
	}
	if (digest && !select_digest(h, digest))
		return 0;
	if (!key)
		return 1;
	return h->digest && key->data &&
	    hmac_begin(h, (struct octets){ key->data, key->data_size });
}

static int mac_get(void *mac, OSSL_PARAM params[])
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_MAC_PARAM_SIZE);
	const struct hmac *h = mac;

	return !p || (h->digest && OSSL_PARAM_set_size_t(p, h->digest->len) == 1);
}

static int mac_init(void *mac, const unsigned char *key, size_t len, const OSSL_PARAM params[])
{
	struct hmac *h = mac;

	return mac_set(h, params) == 1 && h->digest && key &&
	    hmac_begin(h, (struct octets){ key, len });
}

static int mac_update(void *mac, const unsigned char *in, size_t len)
{
	struct hmac *h = mac;

	return has_key(h) && EVP_DigestUpdate(h->md, in, len) == 1;
}

static int mac_final(void *mac, unsigned char *out, size_t *len, size_t size)
{
	struct hmac *h = mac;

	if (!has_key(h) || size < h->digest->len)
		return 0;
	*len = h->digest->len;
	return hmac_end(h, out);
}

static const OSSL_DISPATCH mac_functions[] = {
	FUNCTION(OSSL_FUNC_MAC_NEWCTX, mac_new),
	FUNCTION(OSSL_FUNC_MAC_DUPCTX, mac_dup),
	FUNCTION(OSSL_FUNC_MAC_FREECTX, mac_free),
	FUNCTION(OSSL_FUNC_MAC_INIT, mac_init),
	FUNCTION(OSSL_FUNC_MAC_UPDATE, mac_update),
	FUNCTION(OSSL_FUNC_MAC_FINAL, mac_final),
	FUNCTION(OSSL_FUNC_MAC_SETTABLE_CTX_PARAMS, mac_settable),
	FUNCTION(OSSL_FUNC_MAC_SET_CTX_PARAMS, mac_set),
	FUNCTION(OSSL_FUNC_MAC_GET_CTX_PARAMS, mac_get),
	LAST_FUNCTION,
};

/* ---- the provider ---------------------------------------------------------- */

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
	static const OSSL_ALGORITHM kdfs[] = {
		{ OSSL_KDF_NAME_TLS1_3_KDF, KDF_PROPERTY, kdf_functions, NULL },
		{ OSSL_KDF_NAME_TLS1_PRF, KDF_PROPERTY, prf_functions, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	static const OSSL_ALGORITHM macs[] = {
		{ OSSL_MAC_NAME_HMAC, KDF_PROPERTY, mac_functions, NULL },
		{ NULL, NULL, NULL, NULL },
	};

	(void)provider;
	*no_cache = 0;
	if (operation == OSSL_OP_KDF)
		return kdfs;
	return operation == OSSL_OP_MAC ? macs : NULL;
}

int kdf_functions_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *of_core,
    const OSSL_DISPATCH **out, void **provider)
{
	static const OSSL_DISPATCH functions[] = {
		FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
		LAST_FUNCTION,
	};

	(void)of_core;
	*out = functions;
	/* The library only wants to see that there is one. */
	*provider = (void *)(uintptr_t)core;
	return 1;
}
