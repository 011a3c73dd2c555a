/* SPDX-License-Identifier: MIT */
#include "common/tlsask.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "common/tlsio.h"

/* What a client with several certificates chooses by (RFC 8446 section 4.2.4). */
static int name_cas(SSL_CTX *ctx, const char *ca_file)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(ca_file);

	if (!names)
		return -1;
	SSL_CTX_set_client_CA_list(ctx, names);
	return 0;
}

int tlsask_use(SSL_CTX *ctx, const struct tlsask *ask, struct outcome *oc)
{
	char text[128];

	if (tlstrust_use(ctx, &ask->trust, oc) != 0)
		return -1;
	/* The default for a server; said, so that no configuration file has a say in it. */
	if (SSL_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT) != 1 ||
	    name_cas(ctx, ask->trust.ca_file) != 0)
		return outcome_set(oc, OC_FILE, "the CA file %s cannot be used: %s",
		    ask->trust.ca_file, tlsio_error_text(text, sizeof text));
	SSL_CTX_set_verify(ctx,
	    SSL_VERIFY_PEER | (ask->required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
	SSL_CTX_set_cert_verify_callback(ctx, ask->verify, ask->arg);
	SSL_CTX_set_max_cert_list(ctx, TLSASK_CHAIN_MAX);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	if (SSL_CTX_set_num_tickets(ctx, 0) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library insists on tickets");
	return 0;
}

X509 *tlsask_ca(const SSL_CTX *ctx, size_t i)
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
	enum { HOUR = 3600 };
	X509 *cert = X509_new();
	X509_NAME *name = X509_NAME_new();
	bool ok = cert && name && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"stranger",
		-1, -1, 0) == 1 &&
	    X509_set_subject_name(cert, name) == 1 && X509_set_issuer_name(cert, name) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -HOUR) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), HOUR) && X509_set_pubkey(cert, key) == 1 &&
	    X509_sign(cert, key, EVP_sha256()) > 0;

	X509_NAME_free(name);
	if (ok)
		return cert;
	X509_free(cert);
	return NULL;
}

int tlsask_be_stranger(SSL_CTX *client, struct outcome *oc)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key ? make_stranger(key) : NULL;
	char text[128];
	int ret = 0;

	if (!cert || SSL_CTX_use_certificate(client, cert) != 1 ||
	    SSL_CTX_use_PrivateKey(client, key) != 1)
		ret = outcome_set(oc, OC_INTERNAL, "no certificate for the rehearsal: %s",
		    tlsio_error_text(text, sizeof text));
	X509_free(cert);
	EVP_PKEY_free(key);
	return ret;
}
