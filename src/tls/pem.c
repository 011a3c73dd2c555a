/* SPDX-License-Identifier: MIT */
#include "tls/pem.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "tls/error.h"
#include "tls/file_format.h"

struct reader {
	const struct tls_pem_file *f;
	enum file_format_wanted wanted;
	struct input_file file;
	struct pem_block_walk walk;
};

const char *tls_pem_operand(const struct tls_pem_file *f)
{
	return f->operand ? f->operand : f->path;
}

static struct reader reader_of(const struct tls_pem_file *f, enum file_format_wanted wanted,
    const struct input_file *bytes)
{
	return (struct reader){
		.f = f,
		.wanted = wanted,
		.file = *bytes,
		.walk = PEM_BLOCK_WALK((const char *)bytes->bytes, bytes->len),
	};
}

static int begin(struct reader *r, const struct tls_pem_file *f, enum file_format_wanted wanted,
    size_t max, struct outcome *oc)
{
	const struct input_file_want want = {
		.what = f->what,
		.max = max,
		.secret = wanted == WANT_KEY,
	};
	struct input_file file;

	if (input_file_read(&file, f->path, &want, oc) != 0)
		return -1;
	*r = reader_of(f, wanted, &file);
	return 0;
}

static void end(struct reader *r)
{
	input_file_free(&r->file);
}

/*
 * The next block of the wanted kind. Returns 1; 0 after the last one; or -1 with
 * OC_FILE if it is broken.
 */
static int next(struct reader *r, struct pem_block *b, struct outcome *oc)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	do {
		if (!pem_block_next(&r->walk, b))
			return 0;
	} while (!file_format_fits(b->label, r->wanted));
	if (b->flaw == FLAW_NONE)
		return 1;
	outcome_set(oc, OC_FILE, "%s %s cannot be used: block %zu (%s, line %zu) %s", r->f->what,
	    r->f->path, b->number, b->label, b->line, pem_block_flaw(b->flaw));
	outcome_advise(oc, "%s",
	    file_format_mend(b->flaw, r->wanted, tls_pem_operand(r->f), advice));
	return -1;
}

/*
 * Any block may be encrypted (RFC 1421). Neither a daemon that reloads nor a probe with a deadline
 * must prompt for a passphrase on a terminal.
 */
static int refuse_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(int *)asked = 1;
	return -1;
}

/* A view of the block's text, for the library's decoders. */
static BIO *open_block(const struct reader *r, const struct pem_block *b)
{
	return BIO_new_mem_buf(r->file.bytes + b->at, (int)b->len);
}

static void damaged(const struct reader *r, const struct pem_block *b, struct outcome *oc)
{
	char text[128], advice[FILE_FORMAT_ADVICE_MAX];

	outcome_set(oc, OC_FILE,
	    "%s %s cannot be used: block %zu (%s, line %zu) cannot be decoded: %s", r->f->what,
	    r->f->path, b->number, b->label, b->line, tls_error_text(text, sizeof text));
	outcome_advise(oc, "%s",
	    file_format_mend(FLAW_NONE, r->wanted, tls_pem_operand(r->f), advice));
}

static void encrypted(const struct reader *r, const struct pem_block *b, struct outcome *oc)
{
	tls_error_clear();
	outcome_set(oc, OC_FILE, "%s %s cannot be used: block %zu (%s, line %zu) is encrypted",
	    r->f->what, r->f->path, b->number, b->label, b->line);
	outcome_advise(oc, "use a file without encryption: its contents are public");
}

/* The file has no block of the wanted kind. */
static void foreign(const struct reader *r, struct outcome *oc)
{
	enum file_format format = file_format_recognize(r->file.bytes, r->file.len);
	char advice[FILE_FORMAT_ADVICE_MAX];

	if (r->wanted == WANT_KEY)
		outcome_set(oc, OC_FILE, "%s holds no private key in PEM: %s %s", r->f->path,
		    format == FORMAT_EMPTY ? "it is" : "this is", file_format_name(format));
	else
		outcome_set(oc, OC_FILE, "%s %s cannot be used: %s %s%s", r->f->what, r->f->path,
		    format == FORMAT_EMPTY ? "it is" : "this is", file_format_name(format),
		    format == FORMAT_EMPTY       ? ""
			: r->wanted == WANT_CRLS ? ", not a revocation list in PEM"
						 : ", not a certificate in PEM");
	outcome_advise(oc, "%s",
	    file_format_advise(format, r->wanted, tls_pem_operand(r->f), advice));
}

/* ---- certificates and lists ---------------------------------------------------------------- */

static X509 *read_der(const struct reader *r)
{
	const unsigned char *p = r->file.bytes;
	char text[128];
	X509 *cert;

	if (!input_file_is_once() ||
	    file_format_recognize(r->file.bytes, r->file.len) != FORMAT_DER_CERTIFICATE)
		return NULL;
	cert = d2i_X509(NULL, &p, (long)r->file.len);
	if (!cert)
		tls_error_text(text, sizeof text);
	return cert;
}

/*
 * Decodes one item from the text and adds it to a stack. Returns 0, or -1; *asked is 1 if it needs
 * a passphrase.
 */
typedef int add_block(void *all, BIO *text, int *asked);

/* Adds all blocks of the wanted kind. Returns their number, or -1 with OC_FILE. */
static int read_blocks(struct reader *r, add_block *add, void *all, struct outcome *oc)
{
	struct pem_block b;
	int more, count = 0, asked = 0, ret;
	BIO *text;

	while ((more = next(r, &b, oc)) == 1) {
		text = open_block(r, &b);
		ret = text ? add(all, text, &asked) : -1;
		BIO_free(text);
		if (ret != 0) {
			(asked ? encrypted : damaged)(r, &b, oc);
			return -1;
		}
		count++;
	}
	return more < 0 ? -1 : count;
}

static int push_certificate(STACK_OF(X509) * all, X509 *cert)
{
	if (cert && sk_X509_push(all, cert) > 0)
		return 0;
	X509_free(cert);
	return -1;
}

static int add_certificate(void *all, BIO *text, int *asked)
{
	return push_certificate(all, PEM_read_bio_X509_AUX(text, NULL, refuse_passphrase, asked));
}

static int add_crl(void *all, BIO *text, int *asked)
{
	X509_CRL *crl = PEM_read_bio_X509_CRL(text, NULL, refuse_passphrase, asked);

	if (crl && sk_X509_CRL_push(all, crl) > 0)
		return 0;
	X509_CRL_free(crl);
	return -1;
}

/* Returns 0, or -1 with OC_FILE. */
static int read_begun(struct reader *r, add_block *add, void *all, struct outcome *oc)
{
	int count = read_blocks(r, add, all, oc);

	if (count == 0 && r->wanted == WANT_CERTIFICATES)
		count = push_certificate(all, read_der(r)) == 0;
	if (count == 0)
		foreign(r, oc);
	return count > 0 ? 0 : -1;
}

/* Returns 0, or -1 with OC_FILE or OC_INTERNAL. The caller frees everything, which may be NULL. */
static int read_all(const struct tls_pem_file *f, enum file_format_wanted wanted, size_t max,
    add_block *add, void *all, struct outcome *oc)
{
	struct reader r;
	int ret;

	if (!all)
		return outcome_set(oc, OC_INTERNAL, "out of memory for %s", f->what);
	if (begin(&r, f, wanted, max, oc) != 0)
		return -1;
	ret = read_begun(&r, add, all, oc);
	end(&r);
	return ret;
}

struct stack_st_X509 *tls_pem_certificates(const struct tls_pem_file *f, size_t max,
    struct outcome *oc)
{
	STACK_OF(X509) *all = sk_X509_new_null();

	if (read_all(f, WANT_CERTIFICATES, max, add_certificate, all, oc) == 0)
		return all;
	sk_X509_pop_free(all, X509_free);
	return NULL;
}

struct stack_st_X509 *tls_pem_parse_certificates(const struct tls_pem_file *f,
    const struct input_file *bytes, struct outcome *oc)
{
	struct reader r = reader_of(f, WANT_CERTIFICATES, bytes);
	STACK_OF(X509) *all = sk_X509_new_null();

	if (!all)
		outcome_set(oc, OC_INTERNAL, "out of memory for %s", f->what);
	else if (read_begun(&r, add_certificate, all, oc) == 0)
		return all;
	sk_X509_pop_free(all, X509_free);
	return NULL;
}

struct stack_st_X509_CRL *tls_pem_crls(const struct tls_pem_file *f, struct outcome *oc)
{
	STACK_OF(X509_CRL) *all = sk_X509_CRL_new_null();

	if (read_all(f, WANT_CRLS, TLS_PEM_CRLS_MAX, add_crl, all, oc) == 0)
		return all;
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	return NULL;
}

/* ---- keys --------------------------------------------------------------------------------- */

struct passphrase_use {
	const char *given; /* NULL: none */
	bool asked;
};

/* Never prompts, as refuse_passphrase. */
static int give_passphrase(char *buf, int size, int writing, void *arg)
{
	struct passphrase_use *use = arg;
	size_t len = use->given ? strlen(use->given) : 0;

	(void)writing;
	use->asked = true;
	if (!use->given || len > (size_t)size)
		return -1;
	memcpy(buf, use->given, len);
	return (int)len;
}

/* *locked: see tls_pem_parse_key. */
static EVP_PKEY *read_key(struct reader *r, const char *passphrase, bool *locked,
    struct outcome *oc)
{
	struct passphrase_use use = { .given = passphrase };
	EVP_PKEY *key = NULL;
	struct pem_block b;
	int more = next(r, &b, oc);
	BIO *text;

	*locked = false;
	if (more < 0)
		return NULL;
	if (more == 0) {
		foreign(r, oc);
		return NULL;
	}
	text = open_block(r, &b);
	if (text)
		key = PEM_read_bio_PrivateKey(text, NULL, give_passphrase, &use);
	BIO_free(text);
	*locked = !key && use.asked;
	if (key || *locked)
		tls_error_clear();
	else
		damaged(r, &b, oc);
	return key;
}

EVP_PKEY *tls_pem_parse_key(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, bool *locked, struct outcome *oc)
{
	struct reader r = reader_of(f, WANT_KEY, bytes);

	return read_key(&r, passphrase, locked, oc);
}

EVP_PKEY *tls_pem_key(const struct tls_pem_file *f, struct outcome *oc)
{
	char advice[FILE_FORMAT_ADVICE_MAX];
	EVP_PKEY *key = NULL;
	struct reader r;
	bool locked;

	if (begin(&r, f, WANT_KEY, TLS_PEM_KEY_MAX, oc) != 0)
		return NULL;
	key = read_key(&r, NULL, &locked, oc);
	end(&r);
	if (locked) {
		outcome_set(oc, OC_FILE, "the key %s needs a passphrase", f->path);
		outcome_advise(oc, "%s",
		    file_format_advise(FORMAT_PEM_ENCRYPTED_KEY, WANT_KEY, tls_pem_operand(f),
			advice));
	}
	return key;
}
