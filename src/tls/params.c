/* SPDX-License-Identifier: MIT */
#include "tls/params.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "tls/params_offer.h"

bool tls_params_are(int reason)
{
	switch (reason) {
	case SSL_R_NO_SHARED_CIPHER:
	case SSL_R_NO_SHARED_GROUPS:
	case SSL_R_NO_SUITABLE_GROUPS:
	case SSL_R_NO_SUITABLE_KEY_SHARE:
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
	case SSL_R_NO_APPLICATION_PROTOCOL:
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_WRONG_SSL_VERSION:
	case SSL_R_WRONG_CURVE:
		return true;
	default:
		return false;
	}
}

/* NID_undef: its key is on no curve. */
static int curve_of(const X509 *cert)
{
	const EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	char name[64];

	if (!key || !EVP_PKEY_is_a(key, "EC") ||
	    EVP_PKEY_get_group_name(key, name, sizeof name, NULL) != 1)
		return NID_undef;
	return OBJ_txt2nid(name);
}

/* A peer that names no groups accepts all of them. */
static bool peer_accepts(SSL *ssl, int curve)
{
	int count = (int)SSL_get1_groups(ssl, NULL);
	int *groups = count > 0 ? calloc((size_t)count, sizeof *groups) : NULL;
	bool found = !groups;

	if (groups)
		SSL_get1_groups(ssl, groups);
	for (int i = 0; i < count && !found; i++)
		found = groups[i] == curve;
	free(groups);
	return found;
}

/* The curve of our own certificate, if that left no usable cipher; else NULL. */
static const char *find_curve(SSL *ssl)
{
	int curve;

	if (!SSL_is_server(ssl) || SSL_version(ssl) == TLS1_3_VERSION)
		return NULL;
	curve = curve_of(SSL_get_certificate(ssl));
	if (curve == NID_undef || peer_accepts(ssl, curve))
		return NULL;
	return EC_curve_nid2nist(curve) ? EC_curve_nid2nist(curve) : OBJ_nid2sn(curve);
}

int tls_params_explain(SSL *ssl, const struct hello_offers *offers, int reason, const char *words,
    struct outcome *oc)
{
	const char *curve;

	if (SSL_is_server(ssl) && params_offer_explain(ssl, offers, reason, oc))
		return -1;
	curve = reason == SSL_R_NO_SHARED_CIPHER ? find_curve(ssl) : NULL;
	if (curve)
		return outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
		    "nothing in common: TLS 1.2 requires the curve of our certificate, %s, to be "
		    "among the peer's groups",
		    curve);
	if (reason == SSL_R_NO_SHARED_CIPHER && SSL_is_server(ssl) &&
	    params_offer_explain_certificate(ssl, offers, oc))
		return -1;
	if (reason == SSL_R_WRONG_CURVE && SSL_is_server(ssl))
		return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "TLS 1.2 requires the curve of the client's certificate to be among our "
		    "groups");
	return outcome_set(oc, OC_HANDSHAKE_PARAMETERS, "nothing in common: %s", words);
}

int tls_params_explain_other(const SSL *ssl, int reason, const char *words, struct outcome *oc)
{
	OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);

	if (reason == SSL_R_EXCESSIVE_MESSAGE_SIZE &&
	    (state == TLS_ST_CR_CERT || state == TLS_ST_SR_CERT)) {
		/* The library's macro only reads it, but wants it non-const. */
		outcome_set(oc, OC_HANDSHAKE_FAILED,
		    "the peer's certificate chain is longer than %ld KiB, the limit",
		    SSL_get_max_cert_list((SSL *)ssl) / 1024);
		outcome_advise(oc,
		    "configure the peer to send the leaf and its intermediates, not a CA bundle");
		return -1;
	}
	if (reason == SSL_R_EXCESSIVE_MESSAGE_SIZE)
		return outcome_set(oc, OC_HANDSHAKE_FAILED,
		    "the peer announced a handshake message that is longer than allowed");
	outcome_set(oc, OC_HANDSHAKE_FAILED, "the TLS library reports: %s",
	    words ? words : "no reason given");
	if (reason == SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED)
		outcome_advise(oc,
		    "the server does not support secure renegotiation (RFC 5746): its TLS library "
		    "must be upgraded");
	return -1;
}

int tls_params_explain_name(const SSL *ssl, struct outcome *oc)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	char shown[OUTCOME_TEXT_MAX];

	if (!name)
		return outcome_set(oc, OC_NAME_UNKNOWN, "the client requested no name");
	return outcome_set(oc, OC_NAME_UNKNOWN, "the client requested \"%s\"",
	    text_quotable(name, strlen(name), shown, sizeof shown));
}
