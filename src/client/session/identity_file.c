/* SPDX-License-Identifier: MIT */
#include "client/session/identity_file.h"

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "client/session/chain_file.h"
#include "client/session/key_file.h"
#include "client/session/passphrase.h"
#include "client/session/pkcs12_file.h"
#include "client/session/token.h"
#include "tls/cert_issuer.h"
#include "tls/error.h"
#include "tls/file_format.h"

struct own_files {
	const struct tls_identity *id;
	struct tls_pem_file cert, key; /* their names */
	char cert_name[TOKEN_NAME_MAX], key_name[TOKEN_NAME_MAX];
	struct passphrase passphrase;
	STACK_OF(X509) *chain;
	EVP_PKEY *own;
	bool is_pem; /* the file of the chain */
	struct outcome *oc;
};

/* ---- the order of a chain ------------------------------------------------------------------ */

static int find_issuer(STACK_OF(X509) * all, X509 *cert)
{
	for (int i = 0; i < sk_X509_num(all); i++) {
		if (cert_issuer_judge(sk_X509_value(all, i), cert) == CERT_ISSUER_ISSUED)
			return i;
	}
	return -1;
}

/* Keeps the first certificate and its issuers, each behind what it issued. */
static int order_chain(struct own_files *r)
{
	STACK_OF(X509) *ordered = sk_X509_new_null();
	X509 *last = sk_X509_shift(r->chain);
	bool kept = ordered && sk_X509_push(ordered, last) > 0;
	int at;

	if (!kept)
		X509_free(last);
	while (kept && (at = find_issuer(r->chain, last)) >= 0) {
		last = sk_X509_delete(r->chain, at);
		kept = sk_X509_push(ordered, last) > 0;
		if (!kept)
			X509_free(last);
	}
	tls_error_clear();
	chain_file_free(r->chain);
	r->chain = ordered;
	if (kept)
		return 0;
	return outcome_set(r->oc, OC_INTERNAL, "out of memory for %s %s", r->cert.what,
	    r->cert.path);
}

/* A token lists its certificates in any order. */
static void put_leaf_first(struct own_files *r)
{
	for (int i = 1; i < sk_X509_num(r->chain); i++) {
		if (X509_check_private_key(sk_X509_value(r->chain, i), r->own) == 1) {
			X509 *leaf = sk_X509_delete(r->chain, i);

			(void)sk_X509_unshift(r->chain, leaf);
			break;
		}
	}
	tls_error_clear();
}

/* ---- the key ------------------------------------------------------------------------------- */

static int read_own_key(struct own_files *r)
{
	const char *from = r->id->key_file;

	r->own = token_is_uri(from) ? token_read_key(from, r->passphrase.text, r->oc)
				    : key_file_read(&r->key, r->passphrase.text, r->oc);
	return r->own ? 0 : -1;
}

static int refuse_without_key(const struct own_files *r)
{
	outcome_set(r->oc, OC_USAGE, "--cert needs --key: %s holds no private key", r->cert.path);
	outcome_advise(r->oc, "--cert %s --key FILE", r->cert.path);
	return -1;
}

static bool has_pem_key(const struct input_file *file)
{
	struct pem_block_walk walk = PEM_BLOCK_WALK((const char *)file->bytes, file->len);
	struct pem_block block;

	while (pem_block_next(&walk, &block)) {
		if (file_format_fits(block.label, WANT_KEY))
			return true;
	}
	return false;
}

/* ---- a file -------------------------------------------------------------------------------- */

static int parse_pkcs12(struct own_files *r, struct input_file *file)
{
	bool wanted = !r->id->key_file;

	if (wanted && input_file_keep_secret(file, r->cert.path, r->cert.what, r->oc) != 0)
		return -1;
	r->chain = sk_X509_new_null();
	if (!r->chain)
		return outcome_set(r->oc, OC_INTERNAL, "out of memory for %s %s", r->cert.what,
		    r->cert.path);
	if (pkcs12_file_open(&r->cert, file, r->passphrase.text, r->chain,
		wanted ? &r->own : NULL, r->oc) != 0)
		return -1;
	if (wanted && !r->own)
		return refuse_without_key(r);
	return order_chain(r);
}

static int parse_file(struct own_files *r, struct input_file *file)
{
	enum file_format format = file_format_recognize(file->bytes, file->len);

	if (format == FORMAT_PKCS12)
		return parse_pkcs12(r, file);
	r->is_pem = format != FORMAT_DER_CERTIFICATE;
	r->chain = chain_file_parse(&r->cert, file, r->passphrase.text, r->oc);
	if (!r->chain)
		return -1;
	if (r->id->key_file)
		return 0;
	if (!has_pem_key(file))
		return refuse_without_key(r);
	if (input_file_keep_secret(file, r->cert.path, r->cert.what, r->oc) != 0)
		return -1;
	r->own = key_file_parse(&r->key, file, r->passphrase.text, r->oc);
	return r->own ? 0 : -1;
}

static int read_file(struct own_files *r)
{
	const struct input_file_want want = { r->cert.what, TLS_PEM_CHAIN_MAX, false };
	struct input_file file;
	int ret;

	if (input_file_read(&file, r->id->chain_file, &want, r->oc) != 0)
		return -1;
	ret = parse_file(r, &file);
	input_file_free(&file);
	return ret == 0 && r->id->key_file ? read_own_key(r) : ret;
}

/* ---- a token ------------------------------------------------------------------------------- */

static int read_token(struct own_files *r)
{
	const char *uri = r->id->chain_file;

	r->chain = sk_X509_new_null();
	if (!r->chain)
		return outcome_set(r->oc, OC_INTERNAL, "out of memory for %s", r->cert.path);
	if (token_read_certificates(uri, r->passphrase.text, r->chain, r->oc) != 0)
		return -1;
	if (r->id->key_file) {
		if (read_own_key(r) != 0)
			return -1;
	} else {
		r->own = token_read_key(uri, r->passphrase.text, r->oc);
		if (!r->own)
			return -1;
	}
	put_leaf_first(r);
	return order_chain(r);
}

/* ---- both ---------------------------------------------------------------------------------- */

static struct tls_pem_file name_file(const char *file, const char *what,
    char buf[TOKEN_NAME_MAX])
{
	return (struct tls_pem_file){
		.path = file && token_is_uri(file) ? token_name(file, buf) : file,
		.what = what,
	};
}

static int begin(struct own_files *r, const struct tls_identity *id, struct outcome *oc)
{
	const char *key_file = id->key_file ? id->key_file : id->chain_file;

	*r = (struct own_files){ .id = id, .oc = oc };
	r->cert = name_file(id->chain_file, "the certificate", r->cert_name);
	r->key = name_file(key_file, "the key", r->key_name);
	return passphrase_read(&r->passphrase, id->passphrase_file, oc);
}

static void end(struct own_files *r)
{
	EVP_PKEY_free(r->own);
	chain_file_free(r->chain);
	passphrase_free(&r->passphrase);
}

int identity_file_use(SSL_CTX *ctx, const struct tls_identity *id, struct outcome *oc)
{
	struct own_files r;
	int ret = begin(&r, id, oc);

	if (ret == 0)
		ret = token_is_uri(id->chain_file) ? read_token(&r) : read_file(&r);
	if (ret == 0)
		ret = tls_identity_use_pair(ctx, &r.cert, r.is_pem, r.chain, r.key.path, r.own, oc);
	end(&r);
	return ret;
}

struct stack_st_X509 *identity_file_read_chain(const struct tls_pem_file *f,
    const struct tls_identity *id, struct outcome *oc)
{
	STACK_OF(X509) *chain = NULL;
	struct own_files r;

	if (begin(&r, id, oc) == 0)
		chain = chain_file_read(f, r.passphrase.text, oc);
	if (chain && id->key_file &&
	    (read_own_key(&r) != 0 ||
		tls_identity_check_key(r.key.path, r.own, f, chain, oc) != 0)) {
		chain_file_free(chain);
		chain = NULL;
	}
	end(&r);
	return chain;
}
