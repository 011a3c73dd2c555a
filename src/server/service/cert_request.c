/* SPDX-License-Identifier: MIT */
/*
 * X509_STORE_get0_objects is deprecated since OpenSSL 4.0, and its successor exists
 * since 3.3. Our stores are complete before they are read, so the race behind the
 * deprecation cannot happen.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "server/service/cert_request.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/time.h"
#include "tls/error.h"

static int compare_names(const X509_NAME *const *a, const X509_NAME *const *b)
{
	return X509_NAME_cmp(*a, *b);
}

/* The names of all CAs, each once, sorted. NULL: out of memory. */
static STACK_OF(X509_NAME) * list_names(SSL_CTX *ctx)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx));
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new(compare_names);
	bool ok = names != NULL;

	for (int i = 0; ok && i < sk_X509_OBJECT_num(all); i++) {
		const X509 *ca = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
		X509_NAME *name = ca ? X509_NAME_dup(X509_get_subject_name(ca)) : NULL;

		ok = !ca || (name && sk_X509_NAME_push(names, name) > 0);
	}
	if (!ok) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return NULL;
	}
	sk_X509_NAME_sort(names);
	for (int i = sk_X509_NAME_num(names) - 1; i > 0; i--) {
		if (X509_NAME_cmp(sk_X509_NAME_value(names, i), sk_X509_NAME_value(names, i - 1)) ==
		    0)
			X509_NAME_free(sk_X509_NAME_delete(names, i));
	}
	return names;
}

/* Their size in a request: each is preceded by its length. */
static size_t count_bytes(STACK_OF(X509_NAME) * names)
{
	size_t bytes = 0;

	for (int i = 0; i < sk_X509_NAME_num(names); i++)
		bytes += 2 + (size_t)i2d_X509_NAME(sk_X509_NAME_value(names, i), NULL);
	return bytes;
}

/* A client with several certificates uses these names to choose one (RFC 8446 section 4.2.4). */
static int name_cas(SSL_CTX *ctx, const char *ca_file, struct outcome *oc)
{
	STACK_OF(X509_NAME) *names = list_names(ctx);
	size_t bytes;

	if (!names)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the names of CAs");
	bytes = count_bytes(names);
	if (bytes > CERT_REQUEST_NAMES_MAX) {
		outcome_set(oc, OC_FILE,
		    "the CA file %s cannot be used: each certificate request names all CAs, and "
		    "the names of these %d take %zu bytes; the limit is %d",
		    ca_file, sk_X509_NAME_num(names), bytes, CERT_REQUEST_NAMES_MAX);
		outcome_advise(oc,
		    "keep only the CAs that issue your clients' certificates, not a bundle of "
		    "all CAs");
	} else {
		SSL_CTX_set_client_CA_list(ctx, names);
		return 0;
	}
	sk_X509_NAME_pop_free(names, X509_NAME_free);
	return -1;
}

int cert_request_use(SSL_CTX *ctx, const struct cert_request *ask, struct outcome *oc)
{
	char text[128];

	if (ask->share_with ? tls_trust_share(ctx, ask->share_with, oc) != 0
			    : tls_trust_use(ctx, &ask->trust, oc) != 0)
		return -1;
	/* The default for a server, set explicitly so that no configuration file can change it. */
	if (SSL_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT) != 1)
		return outcome_set(oc, OC_INTERNAL,
		    "cannot set the purpose of client certificates: %s",
		    tls_error_text(text, sizeof text));
	if (name_cas(ctx, ask->trust.ca_file, oc) != 0)
		return -1;
	SSL_CTX_set_verify(ctx,
	    SSL_VERIFY_PEER | (ask->required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
	SSL_CTX_set_cert_verify_callback(ctx, ask->verify, ask->arg);
	SSL_CTX_set_max_cert_list(ctx, CERT_REQUEST_CHAIN_MAX);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	if (SSL_CTX_set_num_tickets(ctx, 0) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library cannot disable tickets");
	return 0;
}

X509 *cert_request_ca(const SSL_CTX *ctx, size_t i)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx));

	for (int at = 0; at < sk_X509_OBJECT_num(all); at++) {
		X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, at));

		if (cert && i-- == 0)
			return cert;
	}
	return NULL;
}

static X509 *make_stranger(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();
	bool ok = cert && name && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"stranger",
		-1, -1, 0) == 1 &&
	    X509_set_subject_name(cert, name) == 1 && X509_set_issuer_name(cert, name) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -TIME_HOUR) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), TIME_HOUR) &&
	    X509_set_pubkey(cert, key) == 1 && X509_sign(cert, key, EVP_sha256()) > 0;

	X509_NAME_free(name);
	if (ok)
		return cert;
	X509_free(cert);
	return NULL;
}

int cert_request_be_stranger(SSL_CTX *client, struct outcome *oc)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key ? make_stranger(key) : NULL;
	char text[128];
	int ret = 0;

	if (!cert || SSL_CTX_use_certificate(client, cert) != 1 ||
	    SSL_CTX_use_PrivateKey(client, key) != 1)
		ret = outcome_set(oc, OC_INTERNAL,
		    "cannot create a certificate for the test handshake: %s",
		    tls_error_text(text, sizeof text));
	X509_free(cert);
	EVP_PKEY_free(key);
	return ret;
}
