/* SPDX-License-Identifier: MIT */
#include "server/service/client_try.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "tls/cert_info.h"
#include "tls/error.h"
#include "tls/key_use.h"
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

static int check_key(const SSL_CTX *ctx, const X509 *leaf, struct outcome *oc)
{
	char text[KEY_USE_TEXT_MAX];
	const char *obstacle = key_use_obstacle(ctx, leaf, text);
	struct cert_info c;

	if (!obstacle)
		return 0;
	cert_info_get(leaf, &c);
	outcome_set(oc, OC_CLIENT_CERT_REFUSED,
	    "the client's certificate \"%s\" %s, with which no client can sign for this server",
	    c.label, obstacle);
	outcome_advise(oc, "%s", key_use_advice(ctx));
	return -1;
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
