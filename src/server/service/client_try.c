/* SPDX-License-Identifier: MIT */
#include "server/service/client_try.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "tls/cert_info.h"
#include "tls/context_groups.h"
#include "tls/error.h"
#include "tls/pem.h"

/* The length of a Certificate message without its header (RFC 8446 section 4.4.2). */
static size_t count_bytes(STACK_OF(X509) * chain)
{
	enum { AROUND_ALL = 4, AROUND_EACH = 5 };
	size_t bytes = AROUND_ALL;

	for (int i = 0; i < sk_X509_num(chain); i++)
		bytes += AROUND_EACH + (size_t)i2d_X509(sk_X509_value(chain, i), NULL);
	return bytes;
}

static int check_size(STACK_OF(X509) * chain, struct outcome *oc)
{
	size_t bytes = count_bytes(chain);

	if (bytes <= CERT_REQUEST_CHAIN_MAX)
		return 0;
	outcome_set(oc, OC_CLIENT_CERT_REFUSED,
	    "the client's %d certificates are %zu bytes long, and this server reads at most %d",
	    sk_X509_num(chain), bytes, CERT_REQUEST_CHAIN_MAX);
	outcome_advise(oc, "the client should send only its leaf and the intermediates");
	return -1;
}

/* ---- the key ------------------------------------------------------------------------------- */

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

/* In TLS 1.2 the curve must be one of our groups (RFC 8422 section 5.1). */
static bool allows_curve(const SSL_CTX *ctx, const char *name)
{
	const bool recent = OPENSSL_version_major() > 3 || OPENSSL_version_minor() >= 2;
	const long max = SSL_CTX_get_max_proto_version((SSL_CTX *)ctx);
	const char *groups = context_groups_get(ctx);

	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
		if (strcmp(curves[i].name, name) != 0)
			continue;
		if (max == 0 || max >= TLS1_3_VERSION)
			return recent || !curves[i].recent;
		return curves[i].group && groups && strstr(groups, curves[i].group);
	}
	return false;
}

/* The chain may be good, and no handshake with this server possible with its key. */
static int check_key(const SSL_CTX *ctx, const X509 *leaf, struct outcome *oc)
{
	const EVP_PKEY *key = X509_get0_pubkey(leaf);
	char curve[64] = "";
	struct cert_info c;
	size_t len;

	cert_info_get(leaf, &c);
	if (!key || !EVP_PKEY_can_sign(key))
		return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "the client's certificate \"%s\" has a key of a type that cannot sign",
		    c.label);
	if (!EVP_PKEY_is_a(key, "EC") ||
	    (EVP_PKEY_get_group_name(key, curve, sizeof curve, &len) == 1 &&
		allows_curve(ctx, curve)))
		return 0;
	return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
	    "the client's certificate \"%s\" has a key on the curve %s, with which no client can "
	    "sign for this server",
	    c.label, curve[0] ? curve : "of its own");
}

/* ---- the chain ----------------------------------------------------------------------------- */

/* The parameters that the library gives to the verification in a handshake. */
static int prepare(X509_STORE_CTX *store, SSL_CTX *ctx, STACK_OF(X509) * chain)
{
	if (X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(ctx), sk_X509_value(chain, 0),
		chain) != 1 ||
	    X509_STORE_CTX_set_default(store, "ssl_client") != 1)
		return -1;
	return X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(store),
		   SSL_CTX_get0_param(ctx)) == 1
	    ? 0
	    : -1;
}

static int judge(const struct client_auth *a, SSL_CTX *ctx, STACK_OF(X509) * chain,
    struct client_auth_peer *peer, struct outcome *oc)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	int ret = -1;

	if (!store || prepare(store, ctx, chain) != 0) {
		outcome_set(oc, OC_INTERNAL, "out of memory for the client's certificate");
	} else {
		client_auth_judge(a, store, peer);
		ret = peer->error == X509_V_OK ? 0 : client_auth_explain(peer, oc);
	}
	X509_STORE_CTX_free(store);
	tls_error_clear();
	return ret;
}

int client_try_file(const struct client_auth *a, SSL_CTX *ctx, const char *path,
    struct client_auth_peer *peer, struct outcome *oc)
{
	const struct tls_pem_file f = { .path = path, .what = "the client's certificate" };
	STACK_OF(X509) *chain = tls_pem_certificates(&f, TLS_PEM_CHAIN_MAX, oc);
	int ret = -1;

	if (chain && check_size(chain, oc) == 0 && judge(a, ctx, chain, peer, oc) == 0)
		ret = check_key(ctx, sk_X509_value(chain, 0), oc);
	tls_error_clear();
	sk_X509_pop_free(chain, X509_free);
	return ret;
}
