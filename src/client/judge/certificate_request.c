/* SPDX-License-Identifier: MIT */
#include "client/judge/certificate_request.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"

/* ---- types of keys -------------------------------------------------------------------------- */

/*
 * A type, its name in the library, and its signature schemes of TLS 1.3 (RFC 8446 section 4.2.3;
 * RFC 8734). In TLS 1.2 it also needs a certificate_type, and the second byte of other schemes is
 * a SignatureAlgorithm (RFC 5246 section 7.4.1.4.1).
 */
enum { SCHEMES_MAX = 6, NO_ALGORITHM = 0, NO_TYPE = 0 };

static const struct key_row {
	const char *name, *openssl_name;
	unsigned char algorithm, type; /* of TLS 1.2 */
	unsigned short schemes[SCHEMES_MAX];
} keys[CERTIFICATE_REQUEST_KEYS] = {
	[CERTIFICATE_REQUEST_RSA] = { "RSA", "RSA", 1, TLS_CT_RSA_SIGN,
	    { 0x0804, 0x0805, 0x0806 } },
	[CERTIFICATE_REQUEST_RSA_PSS] = { "RSA-PSS", "RSA-PSS", NO_ALGORITHM, TLS_CT_RSA_SIGN,
	    { 0x0809, 0x080a, 0x080b } },
	[CERTIFICATE_REQUEST_ECDSA] = { "ECDSA", "EC", 3, TLS_CT_ECDSA_SIGN,
	    { 0x0403, 0x0503, 0x0603, 0x081a, 0x081b, 0x081c } },
	[CERTIFICATE_REQUEST_ED25519] = { "Ed25519", "ED25519", NO_ALGORITHM, TLS_CT_ECDSA_SIGN,
	    { 0x0807 } },
	[CERTIFICATE_REQUEST_ED448] = { "Ed448", "ED448", NO_ALGORITHM, TLS_CT_ECDSA_SIGN,
	    { 0x0808 } },
	[CERTIFICATE_REQUEST_ML_DSA_44] = { "ML-DSA-44", "ML-DSA-44", NO_ALGORITHM, NO_TYPE,
	    { 0x0904 } },
	[CERTIFICATE_REQUEST_ML_DSA_65] = { "ML-DSA-65", "ML-DSA-65", NO_ALGORITHM, NO_TYPE,
	    { 0x0905 } },
	[CERTIFICATE_REQUEST_ML_DSA_87] = { "ML-DSA-87", "ML-DSA-87", NO_ALGORITHM, NO_TYPE,
	    { 0x0906 } },
};

static bool signs(const struct key_row *k, unsigned scheme, bool tls13)
{
	for (int i = 0; i < SCHEMES_MAX && k->schemes[i]; i++) {
		if (k->schemes[i] == scheme)
			return true;
	}
	/* The first byte is a HashAlgorithm, 1 to 6; from 7 on, schemes have other forms. */
	return !tls13 && k->algorithm != NO_ALGORITHM && (scheme & 0xff) == k->algorithm &&
	    scheme >> 8 >= 1 && scheme >> 8 <= 6;
}

static unsigned types_of_scheme(unsigned scheme, bool tls13)
{
	unsigned types = 0;

	for (unsigned i = 0; i < CERTIFICATE_REQUEST_KEYS; i++)
		types |= signs(&keys[i], scheme, tls13) ? 1u << i : 0;
	return types;
}

static unsigned types_by_signature(SSL *ssl, bool tls13)
{
	int count = SSL_get_sigalgs(ssl, -1, NULL, NULL, NULL, NULL, NULL);
	unsigned char algorithm, hash;
	unsigned types = 0;

	for (int i = 0; i < count; i++) {
		if (SSL_get_sigalgs(ssl, i, NULL, NULL, NULL, &algorithm, &hash) > 0)
			types |= types_of_scheme((unsigned)hash << 8 | algorithm, tls13);
	}
	return types;
}

/* Only TLS 1.2 has such a list. */
static unsigned types_by_certificate(SSL *ssl)
{
	const unsigned char *listed = NULL;
	long count = SSL_get0_certificate_types(ssl, &listed);
	unsigned types = 0;

	for (unsigned i = 0; i < CERTIFICATE_REQUEST_KEYS; i++) {
		if (keys[i].type != NO_TYPE && count > 0 &&
		    memchr(listed, keys[i].type, (size_t)count))
			types |= 1u << i;
	}
	return types;
}

static unsigned types_of(SSL *ssl, bool tls13)
{
	if (tls13)
		return types_by_signature(ssl, true);
	return types_by_signature(ssl, false) & types_by_certificate(ssl);
}

const char *certificate_request_key_type(const struct certificate_request *r, int i)
{
	for (unsigned k = 0; k < CERTIFICATE_REQUEST_KEYS; k++) {
		if (r->key_types & 1u << k && i-- == 0)
			return keys[k].name;
	}
	return NULL;
}

const char *certificate_request_key_types(const struct certificate_request *r,
    char buf[CERTIFICATE_REQUEST_KEY_TYPES_MAX])
{
	const char *name;
	struct text t;

	text_begin(&t, buf, CERTIFICATE_REQUEST_KEY_TYPES_MAX);
	for (int i = 0; (name = certificate_request_key_type(r, i)); i++) {
		text_add(&t, i > 0 ? ", " : "");
		text_add(&t, name);
	}
	return buf;
}

bool certificate_request_excludes_key(const struct certificate_request *r)
{
	return r->own && r->key_type && r->key_types && !(r->key_types & r->key_type);
}

/* ---- names of CAs --------------------------------------------------------------------------- */

static int compare_names(const X509_NAME *const *a, const X509_NAME *const *b)
{
	return X509_NAME_cmp(*a, *b);
}

/* Sorts the names, because a request has room for thousands. */
static int count_different(const STACK_OF(X509_NAME) * names)
{
	STACK_OF(X509_NAME) *sorted = sk_X509_NAME_dup(names);
	int count = 0;

	if (!sorted)
		return sk_X509_NAME_num(names);
	sk_X509_NAME_set_cmp_func(sorted, compare_names);
	sk_X509_NAME_sort(sorted);
	for (int i = 0; i < sk_X509_NAME_num(sorted); i++)
		count += i == 0 ||
		    X509_NAME_cmp(sk_X509_NAME_value(sorted, i - 1),
			sk_X509_NAME_value(sorted, i)) != 0;
	sk_X509_NAME_free(sorted);
	return count;
}

static bool is_one_of(const X509_NAME *name, const X509_NAME *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		if (X509_NAME_cmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void get_cas(const STACK_OF(X509_NAME) * names, struct certificate_request *out)
{
	const X509_NAME *kept[CERTIFICATE_REQUEST_CAS_MAX];
	int count = 0, all = sk_X509_NAME_num(names);

	if (all <= 0)
		return;
	out->ca_count = count_different(names);
	for (int i = 0; i < all && count < CERTIFICATE_REQUEST_CAS_MAX; i++) {
		const X509_NAME *name = sk_X509_NAME_value(names, i);

		if (is_one_of(name, kept, count))
			continue;
		cert_info_name(name, out->cas[count]);
		kept[count++] = name;
	}
}

int certificate_request_kept(const struct certificate_request *r)
{
	return r->ca_count < CERTIFICATE_REQUEST_CAS_MAX ? r->ca_count
							 : CERTIFICATE_REQUEST_CAS_MAX;
}

/* ---- our certificate ------------------------------------------------------------------------ */

static bool is_listed(const STACK_OF(X509_NAME) * names, const X509_NAME *name)
{
	for (int i = 0; i < sk_X509_NAME_num(names); i++) {
		if (X509_NAME_cmp(sk_X509_NAME_value(names, i), name) == 0)
			return true;
	}
	return false;
}

static void get_issuer(const STACK_OF(X509_NAME) * names, const X509 *cert,
    struct certificate_request *out)
{
	const X509_NAME *issuer = X509_get_issuer_name(cert);

	cert_info_name(issuer, out->last_issuer);
	if (out->named || !is_listed(names, issuer))
		return;
	out->named = true;
	memcpy(out->named_issuer, out->last_issuer, sizeof out->named_issuer);
}

static void get_own(SSL *ssl, const STACK_OF(X509_NAME) * names, const X509 *cert,
    struct certificate_request *out)
{
	STACK_OF(X509) *chain = NULL;
	struct cert_info info;

	get_issuer(names, cert, out);
	memcpy(out->issuer, out->last_issuer, sizeof out->issuer);
	(void)SSL_get0_chain_certs(ssl, &chain);
	for (int i = 0; i < sk_X509_num(chain); i++)
		get_issuer(names, sk_X509_value(chain, i), out);
	cert_info_get(cert, &info);
	memcpy(out->key, info.key, sizeof out->key);
	for (unsigned i = 0; i < CERTIFICATE_REQUEST_KEYS; i++) {
		if (strcmp(info.key_type, keys[i].openssl_name) == 0)
			out->key_type = 1u << i;
	}
}

void certificate_request_get(const struct tls_conn *t, struct certificate_request *out)
{
	/* The library only reads it, but its parameters are not const. */
	SSL *ssl = (SSL *)tls_conn_library(t);
	enum tls_alert_identity identity = tls_conn_identity(t);
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
	const X509 *cert = SSL_get_certificate(ssl);

	*out = (struct certificate_request){ .received = identity != TLS_ALERT_NOT_ASKED };
	if (!out->received)
		return;
	out->sent = identity == TLS_ALERT_SENT_OURS;
	out->key_types = types_of(ssl, tls_conn_is_tls13(t));
	get_cas(names, out);
	out->own = cert != NULL;
	if (cert)
		get_own(ssl, names, cert, out);
}
