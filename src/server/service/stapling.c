/* SPDX-License-Identifier: MIT */
#include "server/service/stapling.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "tls/file_format.h"

/* Attached to the certificate, the same object in all contexts that send it. */
struct staple {
	int64_t until;
	size_t len;
	unsigned char der[];
};

static int staple_index = -1;

static void free_staple(void *parent, void *staple, CRYPTO_EX_DATA *data, int index, long argl,
    void *argp)
{
	(void)parent;
	(void)data;
	(void)index;
	(void)argl;
	(void)argp;
	free(staple);
}

static int get_index(void)
{
	if (staple_index < 0)
		staple_index = X509_get_ex_new_index(0, NULL, NULL, NULL, free_staple);
	return staple_index;
}

static struct staple *read_file(const char *path, struct outcome *oc)
{
	static const struct input_file_want want = { "the OCSP response", STAPLING_MAX, false };
	struct input_file file;
	struct staple *s;

	if (input_file_read(&file, path, &want, oc) != 0)
		return NULL;
	s = malloc(sizeof *s + file.len);
	if (s) {
		s->len = file.len;
		memcpy(s->der, file.bytes, file.len);
	} else {
		outcome_set(oc, OC_INTERNAL, "out of memory for the OCSP response");
	}
	input_file_free(&file);
	return s;
}

static int check(const struct staple *s, const struct staple_facts *f, const char *path,
    struct outcome *oc)
{
	enum file_format format;

	if (f->status == STAPLE_GOOD)
		return 0;
	if (f->status == STAPLE_REVOKED) {
		outcome_set(oc, OC_FILE,
		    "the OCSP response %s says that the certificate was revoked", path);
		outcome_advise(oc, "get a new certificate with a new key");
		return -1;
	}
	format = file_format_recognize(s->der, s->len);
	if (format != FORMAT_DER_OCSP) {
		outcome_set(oc, OC_FILE,
		    "the OCSP response %s cannot be stapled: it is %s, not an OCSP response",
		    path, file_format_name(format));
		outcome_advise(oc, "get one from the CA; hello-certs ocsp makes one of a test CA");
		return -1;
	}
	outcome_set(oc, OC_FILE, "the OCSP response %s cannot be stapled: %s", path, f->why);
	outcome_advise(oc,
	    "get a new one from the CA; openssl ocsp -noverify -text -respin %s shows its "
	    "contents", path);
	return -1;
}

/* Takes ownership of s. */
static int hang(struct staple *s, X509 *cert, int64_t until, struct outcome *oc)
{
	s->until = until;
	if (get_index() >= 0 && X509_set_ex_data(cert, get_index(), s) == 1)
		return 0;
	free(s);
	return outcome_set(oc, OC_INTERNAL, "cannot attach the OCSP response");
}

int stapling_load(SSL_CTX *ctx, const char *path, X509 *issuer, struct staple_facts *out,
    struct outcome *oc)
{
	X509 *cert = SSL_CTX_get0_certificate(ctx);
	struct staple *s = read_file(path, oc);
	struct staple_facts facts;

	if (!s)
		return -1;
	staple_judge(s->der, s->len, cert, issuer, time(NULL), &facts);
	if (check(s, &facts, path, oc) != 0) {
		free(s);
		return -1;
	}
	if (hang(s, cert, facts.next_update, oc) != 0)
		return -1;
	*out = facts;
	return 0;
}

int stapling_load_unjudged(SSL_CTX *ctx, const char *path, struct outcome *oc)
{
	struct staple *s = read_file(path, oc);

	return s ? hang(s, SSL_CTX_get0_certificate(ctx), INT64_MAX, oc) : -1;
}

/*
 * Called when the certificate is chosen, and only if the client requested a response
 * (status_request).
 */
static int on_status_request(SSL *ssl, void *unused)
{
	const X509 *cert = SSL_get_certificate(ssl);
	const struct staple *s = cert ? X509_get_ex_data(cert, get_index()) : NULL;
	unsigned char *copy;

	(void)unused;
	if (!s || time(NULL) >= s->until)
		return SSL_TLSEXT_ERR_NOACK;
	copy = OPENSSL_memdup(s->der, s->len);
	if (!copy)
		return SSL_TLSEXT_ERR_NOACK;
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)s->len);
	return SSL_TLSEXT_ERR_OK;
}

void stapling_use(SSL_CTX *ctx)
{
	SSL_CTX_set_tlsext_status_cb(ctx, on_status_request);
}
