/* SPDX-License-Identifier: MIT */
#include "tls/context.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "tls/error.h"
#include "tls/quic.h"
#ifdef HELLO_QUIC
#include "tls/quic_server.h"
#endif
#ifdef HELLO_KDF_PROVIDER
#include "tls/kdf_provider.h"
#endif

/* A query that selects who derives the TLS keys; NULL: OpenSSL. */
static const char *key_schedule_query(void)
{
#ifdef HELLO_KDF_PROVIDER
	return kdf_provider_query();
#else
	return NULL;
#endif
}

static SSL_CTX *make(const SSL_METHOD *method, const char *query,
    const struct tls_policy_choice *policy, struct outcome *oc)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(NULL, query, method);
	char text[128];

	if (!ctx) {
		outcome_set(oc, OC_INTERNAL, "cannot create a TLS context: %s",
		    tls_error_text(text, sizeof text));
		return NULL;
	}
	if (tls_policy_apply(ctx, policy, oc) != 0) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	/*
	 * An idle connection needs no record buffers, and a retried write may use a
	 * moved buffer.
	 */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

SSL_CTX *tls_context_new_server(const struct tls_policy_choice *policy, struct outcome *oc)
{
	return make(TLS_server_method(), key_schedule_query(), policy, oc);
}

/* DTLS has no version 1.3 in this library, and numbers of its own. */
static struct tls_policy_choice for_dtls(const struct tls_policy_choice *policy)
{
	struct tls_policy_choice choice = *policy;

	choice.min = choice.max = DTLS1_2_VERSION;
	return choice;
}

SSL_CTX *tls_context_new_dtls_server(const struct tls_policy_choice *policy, struct outcome *oc)
{
	const struct tls_policy_choice choice = for_dtls(policy);

	return make(DTLS_server_method(), NULL, &choice, oc);
}

SSL_CTX *tls_context_new_client(const struct tls_policy_choice *policy, struct outcome *oc)
{
	return make(TLS_client_method(), NULL, policy, oc);
}

SSL_CTX *tls_context_new_dtls_client(const struct tls_policy_choice *policy, struct outcome *oc)
{
	const struct tls_policy_choice choice = for_dtls(policy);

	return make(DTLS_client_method(), NULL, &choice, oc);
}

SSL_CTX *tls_context_new_quic_server(const struct tls_policy_choice *policy, struct outcome *oc)
{
#ifdef HELLO_QUIC
	return make(tls_quic_server_method(), NULL, policy, oc);
#else
	(void)policy;
	outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
	return NULL;
#endif
}

SSL_CTX *tls_context_new_quic_client(const struct tls_policy_choice *policy, struct outcome *oc)
{
	if (tls_quic_is_built())
		return make(tls_quic_method(), NULL, policy, oc);
	outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
	return NULL;
}

int tls_context_check_policy(const struct tls_policy_choice *policy, struct outcome *oc)
{
	SSL_CTX *ctx = make(TLS_method(), NULL, policy, oc);

	SSL_CTX_free(ctx);
	return ctx ? 0 : -1;
}

int tls_context_check_dtls_policy(const struct tls_policy_choice *policy, struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;
	SSL_CTX *ctx;

	if (!tls_policy_allows(policy, TLS1_2_VERSION)) {
		outcome_set(oc, OC_USAGE, "DTLS 1.2 follows the policy of TLS 1.2, which --tls-min "
		    "1.3 excludes");
		outcome_advise(oc, "use --tls-min 1.2, or no dtls listener");
		return -1;
	}
	ctx = tls_context_new_dtls_server(policy, &failed);
	SSL_CTX_free(ctx);
	return ctx ? 0 : outcome_report(oc, &failed);
}

void tls_context_free(SSL_CTX *ctx)
{
	SSL_CTX_free(ctx);
}

const char *tls_context_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

const char *tls_context_key_schedule(void)
{
#ifdef HELLO_KDF_PROVIDER
	return kdf_provider_state();
#else
	return "OpenSSL: configured with --disable-kdf-provider";
#endif
}
