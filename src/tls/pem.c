/* SPDX-License-Identifier: MIT */
#include "tls/pem.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "tls/file_format.h"
#include "tls/conn.h"

struct reader {
	const struct tlspem_file *f;
	enum fileformat_wanted wanted;
	struct filein file;
	struct pemblock_walk walk;
};

static int begin(struct reader *r, const struct tlspem_file *f, enum fileformat_wanted wanted,
    size_t max, struct outcome *oc)
{
	const struct filein_want want = {
		.what = f->what,
		.max = max,
		.secret = wanted == WANT_KEY,
	};

	*r = (struct reader){ .f = f, .wanted = wanted };
	if (filein_read(&r->file, f->path, &want, oc) != 0)
		return -1;
	r->walk = PEMBLOCK_WALK((const char *)r->file.bytes, r->file.len);
	return 0;
}

static void end(struct reader *r)
{
	filein_free(&r->file);
}

/* The next block of the wanted kind. 1, 0 behind the last one, or -1 with OC_FILE: it is broken. */
static int next(struct reader *r, struct pemblock *b, struct outcome *oc)
{
	char advice[FILEFORMAT_ADVICE_MAX];

	do {
		if (!pemblock_next(&r->walk, b))
			return 0;
	} while (!fileformat_fits(b->label, r->wanted));
	if (b->flaw == FLAW_NONE)
		return 1;
	outcome_set(oc, OC_FILE, "%s %s cannot be used: block %zu (%s, line %zu) %s", r->f->what,
	    r->f->path, b->number, b->label, b->line, pemblock_flaw(b->flaw));
	outcome_advise(oc, "%s", fileformat_mend(b->flaw, r->wanted, r->f->path, advice));
	return -1;
}

/* A view of the block's text, for the decoders of the library. */
static BIO *open_block(const struct reader *r, const struct pemblock *b)
{
	return BIO_new_mem_buf(r->file.bytes + b->at, (int)b->len);
}

static void damaged(const struct reader *r, const struct pemblock *b, struct outcome *oc)
{
	char text[128], advice[FILEFORMAT_ADVICE_MAX];

	outcome_set(oc, OC_FILE,
	    "%s %s cannot be used: block %zu (%s, line %zu) cannot be decoded: %s", r->f->what,
	    r->f->path, b->number, b->label, b->line, tlsio_error_text(text, sizeof text));
	outcome_advise(oc, "%s", fileformat_mend(FLAW_NONE, r->wanted, r->f->path, advice));
}

/* There is no block of the wanted kind. */
static void foreign(const struct reader *r, struct outcome *oc)
{
	enum fileformat format = fileformat_recognize(r->file.bytes, r->file.len);
	char advice[FILEFORMAT_ADVICE_MAX];

	if (r->wanted == WANT_KEY)
		outcome_set(oc, OC_FILE, "%s holds no private key in PEM: %s %s", r->f->path,
		    format == FORMAT_EMPTY ? "it is" : "this is", fileformat_name(format));
	else
		outcome_set(oc, OC_FILE, "%s %s cannot be used: %s %s%s", r->f->what, r->f->path,
		    format == FORMAT_EMPTY ? "it is" : "this is", fileformat_name(format),
		    format == FORMAT_EMPTY       ? ""
			: r->wanted == WANT_CRLS ? ", not a revocation list in PEM"
						 : ", not a certificate in PEM");
	outcome_advise(oc, "%s", fileformat_advise(format, r->wanted, r->f->path, advice));
}

/* ---- certificates ------------------------------------------------------------------------- */

static X509 *read_der(const struct reader *r)
{
	const unsigned char *p = r->file.bytes;
	char text[128];
	X509 *cert;

	if (!filein_is_once() ||
	    fileformat_recognize(r->file.bytes, r->file.len) != FORMAT_DER_CERTIFICATE)
		return NULL;
	cert = d2i_X509(NULL, &p, (long)r->file.len);
	if (!cert)
		tlsio_error_text(text, sizeof text);
	return cert;
}

static int add_certificate(STACK_OF(X509) * all, X509 *cert)
{
	if (cert && sk_X509_push(all, cert) > 0)
		return 0;
	X509_free(cert);
	return -1;
}

static int read_certificates(struct reader *r, STACK_OF(X509) * all, struct outcome *oc)
{
	struct pemblock b;
	X509 *cert;
	BIO *text;
	int more;

	while ((more = next(r, &b, oc)) == 1) {
		text = open_block(r, &b);
		cert = text ? PEM_read_bio_X509_AUX(text, NULL, NULL, NULL) : NULL;
		BIO_free(text);
		if (add_certificate(all, cert) != 0) {
			damaged(r, &b, oc);
			return -1;
		}
	}
	if (more < 0)
		return -1;
	if (sk_X509_num(all) > 0 || add_certificate(all, read_der(r)) == 0)
		return 0;
	foreign(r, oc);
	return -1;
}

struct stack_st_X509 *tlspem_certificates(const struct tlspem_file *f, size_t max,
    struct outcome *oc)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct reader r;
	int ret = -1;

	if (!all)
		outcome_set(oc, OC_INTERNAL, "out of memory for certificates");
	else if (begin(&r, f, WANT_CERTIFICATES, max, oc) == 0) {
		ret = read_certificates(&r, all, oc);
		end(&r);
	}
	if (ret == 0)
		return all;
	sk_X509_pop_free(all, X509_free);
	return NULL;
}

/* ---- revocation lists --------------------------------------------------------------------- */

static int read_crls(struct reader *r, STACK_OF(X509_CRL) * all, struct outcome *oc)
{
	struct pemblock b;
	X509_CRL *crl;
	BIO *text;
	int more;

	while ((more = next(r, &b, oc)) == 1) {
		text = open_block(r, &b);
		crl = text ? PEM_read_bio_X509_CRL(text, NULL, NULL, NULL) : NULL;
		BIO_free(text);
		if (!crl || sk_X509_CRL_push(all, crl) < 1) {
			X509_CRL_free(crl);
			damaged(r, &b, oc);
			return -1;
		}
	}
	if (more < 0)
		return -1;
	if (sk_X509_CRL_num(all) > 0)
		return 0;
	foreign(r, oc);
	return -1;
}

struct stack_st_X509_CRL *tlspem_crls(const struct tlspem_file *f, struct outcome *oc)
{
	STACK_OF(X509_CRL) *all = sk_X509_CRL_new_null();
	struct reader r;
	int ret = -1;

	if (!all)
		outcome_set(oc, OC_INTERNAL, "out of memory for revocation lists");
	else if (begin(&r, f, WANT_CRLS, TLSPEM_CRLS_MAX, oc) == 0) {
		ret = read_crls(&r, all, oc);
		end(&r);
	}
	if (ret == 0)
		return all;
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	return NULL;
}

/* ---- keys --------------------------------------------------------------------------------- */

/* A daemon must not stop at start to ask a terminal for a passphrase. */
static int refuse_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(int *)asked = 1;
	return -1;
}

static EVP_PKEY *read_key(struct reader *r, struct outcome *oc)
{
	char unread[128], advice[FILEFORMAT_ADVICE_MAX];
	EVP_PKEY *key = NULL;
	struct pemblock b;
	int more = next(r, &b, oc), asked = 0;
	BIO *text;

	if (more < 0)
		return NULL;
	if (more == 0) {
		foreign(r, oc);
		return NULL;
	}
	text = open_block(r, &b);
	if (text)
		key = PEM_read_bio_PrivateKey(text, NULL, refuse_passphrase, &asked);
	BIO_free(text);
	if (!key && asked) {
		tlsio_error_text(unread, sizeof unread);
		outcome_set(oc, OC_FILE, "the key %s needs a passphrase", r->f->path);
		outcome_advise(oc, "%s",
		    fileformat_advise(FORMAT_PEM_ENCRYPTED_KEY, WANT_KEY, r->f->path, advice));
	} else if (!key) {
		damaged(r, &b, oc);
	}
	return key;
}

EVP_PKEY *tlspem_key(const struct tlspem_file *f, struct outcome *oc)
{
	EVP_PKEY *key = NULL;
	struct reader r;

	if (begin(&r, f, WANT_KEY, TLSPEM_KEY_MAX, oc) == 0) {
		key = read_key(&r, oc);
		end(&r);
	}
	return key;
}
