/* SPDX-License-Identifier: MIT */
#include "tls/key_use.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/context_groups.h"

/* The curves of ECDSA in TLS 1.3 (RFC 8446 section 4.2.3, RFC 8734). */
static const struct {
	const char *name, *group; /* the library's, and ours for the same curve of TLS 1.2 */
	bool recent;              /* only in OpenSSL from 3.2 */
} curves[] = {
	{ "prime256v1", "P-256", false },
	{ "secp384r1", "P-384", false },
	{ "secp521r1", NULL, false },
	{ "brainpoolP256r1", NULL, true },
	{ "brainpoolP384r1", NULL, true },
	{ "brainpoolP512r1", NULL, true },
};

static bool has_tls13(const SSL_CTX *ctx)
{
	/* The macro's parameter is not const, but it only reads. */
	const long max = SSL_CTX_get_max_proto_version((SSL_CTX *)ctx);

	/* The numbers of DTLS are greater. */
	return max == 0 || max == TLS1_3_VERSION;
}

/* In TLS 1.2 the curve must be one of our groups (RFC 8422 section 5.1). */
static bool allows_curve(const SSL_CTX *ctx, const char *name)
{
	const bool recent = OPENSSL_version_major() > 3 || OPENSSL_version_minor() >= 2;
	const char *groups = context_groups_get(ctx);

	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
		if (strcmp(curves[i].name, name) != 0)
			continue;
		if (has_tls13(ctx))
			return recent || !curves[i].recent;
		return curves[i].group && groups && strstr(groups, curves[i].group);
	}
	return false;
}

/* Keys that sign certificates, but for which our policy has no signature algorithm. */
static bool allows_type(const SSL_CTX *ctx, const EVP_PKEY *key, const char *type)
{
	if (EVP_PKEY_is_a(key, "DSA") || EVP_PKEY_is_a(key, "SM2") ||
	    strncmp(type, "SLH-DSA", strlen("SLH-DSA")) == 0)
		return false;
	return has_tls13(ctx) || strncmp(type, "ML-DSA", strlen("ML-DSA")) != 0;
}

const char *key_use_obstacle(const SSL_CTX *ctx, const X509 *leaf, char buf[KEY_USE_TEXT_MAX])
{
	const EVP_PKEY *key = X509_get0_pubkey(leaf);
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;
	char curve[64] = "";
	size_t len;

	if (!type)
		snprintf(buf, KEY_USE_TEXT_MAX, "has a key of a type that the TLS library lacks");
	else if (!EVP_PKEY_can_sign(key) || !allows_type(ctx, key, type))
		snprintf(buf, KEY_USE_TEXT_MAX, "has a key of type %s", type);
	else if (EVP_PKEY_is_a(key, "EC") &&
	    (EVP_PKEY_get_group_name(key, curve, sizeof curve, &len) != 1 ||
		!allows_curve(ctx, curve)))
		snprintf(buf, KEY_USE_TEXT_MAX, "has a key on the curve %s",
		    curve[0] ? curve : "of its own");
	else
		return NULL;
	return buf;
}

const char *key_use_advice(const SSL_CTX *ctx)
{
	return allows_curve(ctx, "prime256v1")
	    ? "issue a certificate with a P-256 key, or with an RSA key of at least 2048 bits"
	    : "issue a certificate with an RSA key of at least 2048 bits";
}
