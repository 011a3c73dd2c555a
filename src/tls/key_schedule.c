/* SPDX-License-Identifier: MIT */
#include "tls/key_schedule.h"

#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Maximum length of a vector with one byte for its length, and of the whole HkdfLabel. */
enum { VECTOR_MAX = 255, INFO_MAX = 2 + 1 + VECTOR_MAX + 1 + VECTOR_MAX };

static struct key_digest digests[] = {
	{ .names = { "SHA2-256", "SHA256", "SHA-256" }, .len = 32, .block = 64 },
	{ .names = { "SHA2-384", "SHA384", "SHA-384" }, .len = 48, .block = 128 },
};

enum { DIGESTS = sizeof digests / sizeof digests[0] };

bool key_schedule_open(void)
{
	for (size_t i = 0; i < DIGESTS; i++) {
		struct key_digest *d = &digests[i];

		d->md = EVP_MD_fetch(NULL, d->names[0], NULL);
		if (!d->md || EVP_Digest("", 0, d->of_nothing, NULL, d->md, NULL) != 1)
			return false;
	}
	return true;
}

static bool is_named(const struct key_digest *d, const char *name)
{
	for (size_t i = 0; i < sizeof d->names / sizeof d->names[0]; i++) {
		if (strcasecmp(d->names[i], name) == 0)
			return true;
	}
	return false;
}

const struct key_digest *key_digest_find(const char *name)
{
	for (size_t i = 0; i < DIGESTS; i++) {
		if (is_named(&digests[i], name))
			return &digests[i];
	}
	return NULL;
}

bool hmac_begin(struct hmac *h, struct octets key)
{
	const size_t block = h->digest->block;
	unsigned char inner[KEY_BLOCK_MAX] = { 0 };
	bool ok;

	if (key.len > block)
		return false;
	if (key.len > 0)
		memcpy(inner, key.at, key.len);
	/* A constant length, because then the compiler takes whole vectors at a time. */
	for (size_t i = 0; i < KEY_BLOCK_MAX; i++) {
		h->outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	ok = EVP_DigestInit_ex(h->md, h->digest->md, NULL) == 1 &&
	    EVP_DigestUpdate(h->md, inner, block) == 1;
	OPENSSL_cleanse(inner, block);
	return ok;
}

bool hmac_end(struct hmac *h, unsigned char *out)
{
	return EVP_DigestFinal_ex(h->md, out, NULL) == 1 &&
	    EVP_DigestInit_ex(h->md, h->digest->md, NULL) == 1 &&
	    EVP_DigestUpdate(h->md, h->outer, h->digest->block) == 1 &&
	    EVP_DigestUpdate(h->md, out, h->digest->len) == 1 &&
	    EVP_DigestFinal_ex(h->md, out, NULL) == 1;
}

static bool hmac(EVP_MD_CTX *md, const struct key_digest *d, struct octets key,
    const struct octets *parts, size_t count, unsigned char *out)
{
	struct hmac h = { .digest = d, .md = md };
	bool ok = hmac_begin(&h, key);

	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(md, parts[i].at, parts[i].len) == 1;
	ok = ok && hmac_end(&h, out);
	OPENSSL_cleanse(&h, sizeof h);
	return ok;
}

static size_t append(unsigned char *to, size_t at, struct octets from)
{
	if (from.len > 0)
		memcpy(to + at, from.at, from.len);
	return at + from.len;
}

/* HkdfLabel. Returns its length, or 0 if a part is too long. */
static size_t describe(unsigned char info[INFO_MAX], const struct key_label *label,
    struct octets context, size_t len)
{
	size_t n = 0;

	if (label->prefix.len > VECTOR_MAX ||
	    label->name.len > VECTOR_MAX - label->prefix.len || context.len > VECTOR_MAX)
		return 0;
	info[n++] = (unsigned char)(len >> 8);
	info[n++] = (unsigned char)len;
	info[n++] = (unsigned char)(label->prefix.len + label->name.len);
	n = append(info, n, label->prefix);
	n = append(info, n, label->name);
	info[n++] = (unsigned char)context.len;
	return append(info, n, context);
}

bool key_expand(EVP_MD_CTX *md, const struct key_digest *d, struct octets secret,
    const struct key_label *label, struct octets context, unsigned char *out, size_t len)
{
	unsigned char info[INFO_MAX + 1], block[KEY_DIGEST_MAX], counter = 0;
	size_t info_len = describe(info, label, context, len);
	const struct octets parts[] = { { block, d->len }, { info, info_len + 1 } };
	bool ok = info_len > 0 && secret.at && len <= 255 * d->len;

	for (size_t part; ok && len > 0; out += part, len -= part) {
		const size_t skip = counter == 0; /* there is no previous block */

		info[info_len] = ++counter;
		part = len < d->len ? len : d->len;
		ok = hmac(md, d, secret, parts + skip, 2 - skip, block);
		memcpy(out, block, part);
	}
	OPENSSL_cleanse(block, sizeof block);
	return ok;
}

bool key_extract(EVP_MD_CTX *md, const struct key_digest *d, struct octets previous,
    const struct key_label *label, struct octets input, unsigned char *out)
{
	static const unsigned char zeros[KEY_DIGEST_MAX];
	const struct octets nothing = { d->of_nothing, d->len };
	unsigned char derived[KEY_DIGEST_MAX];
	struct octets salt = { zeros, d->len };
	bool ok = true;

	if (!input.at)
		input = salt;
	if (previous.at) {
		salt.at = derived;
		ok = key_expand(md, d, previous, label, nothing, derived, d->len);
	}
	ok = ok && hmac(md, d, salt, &input, 1, out);
	OPENSSL_cleanse(derived, sizeof derived);
	return ok;
}

bool key_prf(EVP_MD_CTX *md, const struct key_digest *d, struct octets secret,
    struct octets *parts, size_t count, unsigned char *out, size_t len)
{
	unsigned char shortened[KEY_DIGEST_MAX], chain[KEY_DIGEST_MAX], block[KEY_DIGEST_MAX];
	bool ok = secret.at != NULL;

	if (ok && secret.len > d->block) {
		ok = EVP_Digest(secret.at, secret.len, shortened, NULL, d->md, NULL) == 1;
		secret = (struct octets){ shortened, d->len };
	}
	ok = ok && hmac(md, d, secret, parts + 1, count - 1, chain);
	parts[0] = (struct octets){ chain, d->len };
	for (size_t part; ok && len > 0; out += part, len -= part) {
		part = len < d->len ? len : d->len;
		ok = hmac(md, d, secret, parts, count, block);
		if (ok)
			memcpy(out, block, part);
		if (ok && len > part)
			ok = hmac(md, d, secret, parts, 1, chain);
	}
	OPENSSL_cleanse(shortened, sizeof shortened);
	OPENSSL_cleanse(chain, sizeof chain);
	OPENSSL_cleanse(block, sizeof block);
	return ok;
}
