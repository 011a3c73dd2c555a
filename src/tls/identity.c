/* SPDX-License-Identifier: MIT */
#include "tls/identity.h"

#include <strings.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/cert_id.h"
#include "tls/cert_info.h"
#include "tls/error.h"
#include "tls/params.h"
#include "tls/pem.h"
#include "tls/weakness.h"

X509 *tls_identity_read_certificate(const char *path, struct outcome *oc)
{
	const struct tls_pem_file f = { .path = path, .what = "the certificate" };
	STACK_OF(X509) *all = tls_pem_certificates(&f, TLS_PEM_CHAIN_MAX, oc);
	X509 *cert = sk_X509_shift(all);

	sk_X509_pop_free(all, X509_free);
	return cert;
}

void tls_identity_free_certificate(X509 *cert)
{
	X509_free(cert);
}

static int check_size(STACK_OF(X509) * chain, const char *path, struct outcome *oc)
{
	/* RFC 8446 section 4.4.2: lengths and extensions around each certificate. */
	enum { AROUND_ALL = 4, AROUND_EACH = 5 };
	size_t bytes = AROUND_ALL;

	for (int i = 0; i < sk_X509_num(chain); i++)
		bytes += AROUND_EACH + (size_t)i2d_X509(sk_X509_value(chain, i), NULL);
	if (bytes <= TLS_PARAMS_CHAIN_MAX)
		return 0;
	outcome_set(oc, OC_FILE,
	    "the certificate %s cannot be used: its %d certificates are %zu bytes long, and a "
	    "peer reads at most %d",
	    path, sk_X509_num(chain), bytes, TLS_PARAMS_CHAIN_MAX);
	outcome_advise(oc, "keep only the leaf and its intermediates, not a bundle of CAs");
	return -1;
}

/* The library did not take this certificate of the file. */
static int refuse(const X509 *cert, const char *path, struct outcome *oc)
{
	enum weakness weak = tls_error_weakness();
	char text[WEAKNESS_TEXT_MAX];
	struct cert_info c;
	struct cert_id id;

	if (weak == WEAKNESS_NONE)
		return outcome_set(oc, OC_FILE, "the certificate %s cannot be used: %s", path,
		    tls_error_text(text, sizeof text));
	tls_error_clear();
	cert_info_get(cert, &c);
	cert_id_get(cert, &id);
	outcome_set(oc, OC_FILE, "the certificate %s cannot be used: \"%s\" %s", path, c.label,
	    weakness_phrase(weak, &c, id.signature, text));
	outcome_advise(oc, "%s", weakness_advice(weak));
	return -1;
}

static int use_chain(SSL_CTX *ctx, STACK_OF(X509) * chain, const char *path, struct outcome *oc)
{
	if (SSL_CTX_use_certificate(ctx, sk_X509_value(chain, 0)) != 1 ||
	    SSL_CTX_clear_chain_certs(ctx) != 1)
		return refuse(sk_X509_value(chain, 0), path, oc);
	for (int i = 1; i < sk_X509_num(chain); i++) {
		if (SSL_CTX_add1_chain_cert(ctx, sk_X509_value(chain, i)) != 1)
			return refuse(sk_X509_value(chain, i), path, oc);
	}
	return check_size(chain, path, oc);
}

/* The certificate that the key belongs to, after the first one; 0: none. */
static int find_owner(STACK_OF(X509) * chain, EVP_PKEY *key)
{
	char text[128];
	int i = 1;

	while (i < sk_X509_num(chain) && X509_check_private_key(sk_X509_value(chain, i), key) != 1)
		i++;
	tls_error_text(text, sizeof text);
	return i < sk_X509_num(chain) ? i : 0;
}

/* is_pem: the chain file is PEM, whose order an awk command can reverse. */
static int mismatch(const char *key_file, const struct tls_pem_file *f, bool is_pem,
    STACK_OF(X509) * chain, EVP_PKEY *key, struct outcome *oc)
{
	char text[128];
	int at;

	/* A context looks only for a certificate of the key's type: "no certificate assigned". */
	tls_error_clear();
	(void)X509_check_private_key(sk_X509_value(chain, 0), key);
	tls_error_text(text, sizeof text);
	at = find_owner(chain, key);
	outcome_set(oc, OC_FILE, "the key %s does not belong to the certificate %s: %s",
	    key_file, f->path, text);
	if (at == 0) {
		outcome_advise(oc,
		    "use the key that was created for this certificate, or issue a certificate "
		    "for this key");
		return -1;
	}
	outcome_append(oc,
	    "; the key matches certificate %d of that file: the leaf must come first",
	    at + 1);
	if (is_pem && at == sk_X509_num(chain) - 1)
		outcome_advise(oc,
		    "reverse the order: awk '/^-----BEGIN/ { n++ } { b[n] = b[n] $0 RS } "
		    "END { for (; n; n--) printf \"%%s\", b[n] }' %s >NEW.pem",
		    tls_pem_operand(f));
	else
		outcome_advise(oc, "move certificate %d of %s to its beginning", at + 1,
		    tls_pem_operand(f));
	return -1;
}

int tls_identity_use_pair(SSL_CTX *ctx, const struct tls_pem_file *f, bool is_pem,
    struct stack_st_X509 *chain, const char *key_file, EVP_PKEY *key, struct outcome *oc)
{
	if (use_chain(ctx, chain, f->path, oc) != 0)
		return -1;
	if (SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1)
		return 0;
	return mismatch(key_file, f, is_pem, chain, key, oc);
}

int tls_identity_check_key(const char *key_file, EVP_PKEY *key, const struct tls_pem_file *f,
    struct stack_st_X509 *chain, struct outcome *oc)
{
	if (X509_check_private_key(sk_X509_value(chain, 0), key) == 1)
		return 0;
	return mismatch(key_file, f, false, chain, key, oc);
}

/* hello-client reads tokens. The URI may contain a PIN, so no message shows it. */
static int refuse_token(const char *file, const char *what, struct outcome *oc)
{
	static const char scheme[] = "pkcs11:";

	if (strncasecmp(file, scheme, sizeof scheme - 1) != 0)
		return 0;
	outcome_set(oc, OC_FILE, "%s is named by a pkcs11: URI, and this server reads only files",
	    what);
	outcome_advise(oc, "use a PEM file");
	return -1;
}

int tls_identity_use(SSL_CTX *ctx, const struct tls_identity *id, struct outcome *oc)
{
	const struct tls_pem_file f = { .path = id->chain_file, .what = "the certificate" };
	const struct tls_pem_file k = { .path = id->key_file, .what = "the key" };
	STACK_OF(X509) *chain = NULL;
	EVP_PKEY *key = NULL;
	int ret = -1;

	if (refuse_token(f.path, f.what, oc) == 0 && refuse_token(k.path, k.what, oc) == 0)
		chain = tls_pem_certificates(&f, TLS_PEM_CHAIN_MAX, oc);
	if (chain)
		key = tls_pem_key(&k, oc);
	if (key)
		ret = tls_identity_use_pair(ctx, &f, true, chain, id->key_file, key, oc);
	EVP_PKEY_free(key);
	sk_X509_pop_free(chain, X509_free);
	return ret;
}
