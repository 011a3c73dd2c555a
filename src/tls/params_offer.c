/* SPDX-License-Identifier: MIT */
#include "tls/params_offer.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "tls/context_groups.h"
#include "tls/offers_text.h"

/* The longest list of names in a sentence, which has at most OUTCOME_TEXT_MAX bytes. */
enum { NAMES_MAX = 320 };

/* A version of TLS; the words are for the version of DTLS that follows it, if it is DTLS. */
static const char *version_words(const SSL *ssl, unsigned version)
{
	bool dtls = SSL_is_dtls(ssl);

	switch (version) {
	case SSL3_VERSION:
		return "SSL 3.0";
	case TLS1_VERSION:
		return "TLS 1.0";
	case TLS1_1_VERSION:
		return dtls ? "DTLS 1.0" : "TLS 1.1";
	case TLS1_2_VERSION:
		return dtls ? "DTLS 1.2" : "TLS 1.2";
	default:
		return dtls ? "DTLS 1.3" : "TLS 1.3";
	}
}

static const char *version_number(unsigned version)
{
	return version == TLS1_2_VERSION ? "1.2" : "1.3";
}

static bool explain_version(SSL *ssl, const struct hello_offers *o, struct outcome *oc)
{
	unsigned min = hello_offers_comparable((unsigned)SSL_get_min_proto_version(ssl));
	unsigned max = hello_offers_comparable((unsigned)SSL_get_max_proto_version(ssl));

	if (o->highest > 0 && o->highest < min)
		outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
		    "the client offers at most %s; the minimum here is %s",
		    version_words(ssl, o->highest), version_number(min));
	else if (max > 0 && o->lowest > max)
		outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
		    "the client offers at least %s; the maximum here is %s",
		    version_words(ssl, o->lowest), version_number(max));
	else
		return false;
	return true;
}

static void add_name(struct text *t, const char *name)
{
	text_add(t, t->len > 0 ? ", " : "");
	text_add(t, name);
}

/* Our ciphers for the version of this handshake; common: only those that the client offers. */
static const char *list_ciphers(SSL *ssl, bool common, char buf[NAMES_MAX])
{
	const STACK_OF(SSL_CIPHER) *ours = SSL_get_ciphers(ssl);
	STACK_OF(SSL_CIPHER) *theirs = SSL_get_client_ciphers(ssl);
	bool tls13 = SSL_version(ssl) == TLS1_3_VERSION;
	struct text t;

	text_begin(&t, buf, NAMES_MAX);
	for (int i = 0; i < sk_SSL_CIPHER_num(ours); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ours, i);
		/* In TLS 1.3 a cipher says nothing about the key exchange. */
		bool fits = (SSL_CIPHER_get_kx_nid(cipher) == NID_kx_any) == tls13;

		if (fits && (!common || sk_SSL_CIPHER_find(theirs, cipher) >= 0))
			add_name(&t, SSL_CIPHER_get_name(cipher));
	}
	return buf;
}

static bool explain_cipher(SSL *ssl, const struct hello_offers *o, struct outcome *oc)
{
	char ours[NAMES_MAX], common[NAMES_MAX];
	bool tls13 = SSL_version(ssl) == TLS1_3_VERSION;

	/* In TLS 1.3 the list of the client is not available yet, and there is no other reason. */
	if ((!tls13 && !SSL_get_client_ciphers(ssl)) || list_ciphers(ssl, true, common)[0] ||
	    !list_ciphers(ssl, false, ours)[0])
		return false;
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
	    "no common cipher: the client offers %u, but none that this server allows in %s: %s",
	    (unsigned)o->count[HELLO_CIPHERS],
	    version_words(ssl, hello_offers_comparable((unsigned)SSL_version(ssl))), ours);
	return true;
}

static bool explain_group(SSL *ssl, const struct hello_offers *o, struct outcome *oc)
{
	const char *ours = context_groups_get(SSL_get_SSL_CTX(ssl));
	char offered[OFFERS_TEXT_MAX];

	/* A client of TLS 1.2 that names no groups accepts all. */
	if (o->count[HELLO_GROUPS] == 0 || SSL_get_shared_group(ssl, -1) > 0 || !ours)
		return false;
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
	    "no common group: the client offers %s; this server allows %s",
	    offers_text_list(o, HELLO_GROUPS, ssl, offered), ours);
	return true;
}

/* The types and sizes of the keys of our certificates. */
static const char *list_keys(SSL *ssl, char buf[NAMES_MAX])
{
	char one[64];
	struct text t;

	text_begin(&t, buf, NAMES_MAX);
	/* This changes which certificate is the current one, but this handshake is over. */
	for (long more = SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST); more == 1;
	     more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT)) {
		const X509 *cert = SSL_get_certificate(ssl);
		EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;

		if (!key)
			continue;
		snprintf(one, sizeof one, "%s %d", EVP_PKEY_get0_type_name(key),
		    EVP_PKEY_get_bits(key));
		add_name(&t, one);
	}
	return buf;
}

static bool explain_signature(SSL *ssl, const struct hello_offers *o, struct outcome *oc)
{
	char keys[NAMES_MAX], offered[OFFERS_TEXT_MAX];

	if (o->count[HELLO_SIGNATURES] == 0 || !list_keys(ssl, keys)[0])
		return false;
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
	    "no common signature algorithm: the client offers %s; the server's certificate has "
	    "a key of type %s",
	    offers_text_list(o, HELLO_SIGNATURES, ssl, offered), keys);
	return true;
}

bool params_offer_explain(SSL *ssl, const struct hello_offers *offers, int reason,
    struct outcome *oc)
{
	if (!offers->known || offers->malformed)
		return false;
	switch (reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
	case SSL_R_WRONG_SSL_VERSION:
		return explain_version(ssl, offers, oc);
	case SSL_R_NO_SHARED_CIPHER:
		return explain_cipher(ssl, offers, oc);
	case SSL_R_NO_SHARED_GROUPS:
	case SSL_R_NO_SUITABLE_GROUPS:
	case SSL_R_NO_SUITABLE_KEY_SHARE:
		return explain_group(ssl, offers, oc);
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
		return explain_signature(ssl, offers, oc);
	default:
		return false;
	}
}

bool params_offer_explain_certificate(SSL *ssl, const struct hello_offers *offers,
    struct outcome *oc)
{
	char keys[NAMES_MAX], common[NAMES_MAX];

	if (SSL_version(ssl) == TLS1_3_VERSION || !offers->known || !list_keys(ssl, keys)[0])
		return false;
	if (explain_group(ssl, offers, oc))
		return true;
	outcome_set(oc, OC_HANDSHAKE_PARAMETERS,
	    "none of the common ciphers (%s) fits both the server's certificate (key of type %s) "
	    "and the signature algorithms that the client offers",
	    list_ciphers(ssl, true, common), keys);
	return true;
}
