/* SPDX-License-Identifier: MIT */
#include "client/session/context.h"

#include <string.h>

#include <openssl/ssl.h>

#include "client/session/identity_file.h"
#include "tls/context.h"

/* Returns ctx, or NULL, and frees it. */
static SSL_CTX *prepare(SSL_CTX *ctx, const struct tls_trust *trust, const struct tls_identity *id,
    const struct client_context_judge *judge, struct outcome *oc)
{
	if (!ctx)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, judge->chain, NULL);
	SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	SSL_CTX_set_tlsext_status_cb(ctx, judge->staple);
	/* Send the chain as it was read, like the server. */
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	if (id->unjudged_name)
		tls_policy_relax_own(ctx);
	if (tls_trust_use(ctx, trust, oc) != 0 ||
	    (id->chain_file && identity_file_use(ctx, id, oc) != 0)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

SSL_CTX *client_context_new(const struct tls_trust *trust, const struct tls_policy_choice *policy,
    const struct tls_identity *id, const struct client_context_judge *judge, struct outcome *oc)
{
	return client_context_new_over(OVER_TCP, trust, policy, id, judge, oc);
}

static SSL_CTX *make(enum service_transport transport, const struct tls_policy_choice *policy,
    struct outcome *oc)
{
	switch (transport) {
	case OVER_QUIC:
		return tls_context_new_quic_client(policy, oc);
	case OVER_DTLS:
		return tls_context_new_dtls_client(policy, oc);
	default:
		return tls_context_new_client(policy, oc);
	}
}

SSL_CTX *client_context_new_over(enum service_transport transport, const struct tls_trust *trust,
    const struct tls_policy_choice *policy, const struct tls_identity *id,
    const struct client_context_judge *judge, struct outcome *oc)
{
	return prepare(make(transport, policy, oc), trust, id, judge, oc);
}

enum { ALPN_LIST_MAX = 512 };

/* ProtocolNameList, RFC 7301 section 3.1. Returns its length, or 0 with oc. */
static size_t list_protocols(const char *names, unsigned char list[ALPN_LIST_MAX],
    struct outcome *oc)
{
	size_t at = 0;

	for (const char *name = names;; name++) {
		size_t len = strcspn(name, ",");

		if (len == 0 || len > 255 || at + 1 + len > ALPN_LIST_MAX) {
			outcome_set(oc, OC_USAGE, "invalid list of ALPN protocols \"%s\"", names);
			outcome_advise(oc, "--alpn http/1.1, or several names joined by commas");
			return 0;
		}
		list[at++] = (unsigned char)len;
		memcpy(list + at, name, len);
		at += len;
		name += len;
		if (!*name)
			return at;
	}
}

/* ret is what the library returned for the list. */
static int check_list(int ret, struct outcome *oc)
{
	if (ret == 0)
		return 0;
	return outcome_set(oc, OC_INTERNAL, "the TLS library rejected the ALPN list");
}

int client_context_offer(SSL_CTX *client, const char *names, struct outcome *oc)
{
	unsigned char list[ALPN_LIST_MAX];
	size_t len = list_protocols(names, list, oc);

	return len == 0
	    ? -1
	    : check_list(SSL_CTX_set_alpn_protos(client, list, (unsigned)len), oc);
}

int client_context_offer_once(struct tls_conn *client, const char *names, struct outcome *oc)
{
	/* The object is const for everybody else. */
	SSL *ssl = (SSL *)tls_conn_library(client);
	unsigned char list[ALPN_LIST_MAX];
	size_t len = list_protocols(names, list, oc);

	return len == 0 ? -1 : check_list(SSL_set_alpn_protos(ssl, list, (unsigned)len), oc);
}
