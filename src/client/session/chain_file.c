/* SPDX-License-Identifier: MIT */
#include "client/session/chain_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "base/text.h"
#include "base/time.h"
#include "client/session/pkcs12_file.h"
#include "tls/cert_info.h"
#include "tls/error.h"
#include "tls/file_format.h"

static const char stdin_name[] = "standard input";

struct tls_pem_file chain_file_of(const char *path)
{
	struct tls_pem_file f = { .path = path, .what = "the chain from", .operand = NULL };

	if (strcmp(path, "-") == 0) {
		f.path = stdin_name;
		f.operand = "FILE";
	}
	return f;
}

static bool is_stdin(const struct tls_pem_file *f)
{
	return f->path == stdin_name;
}

int chain_file_count(const struct stack_st_X509 *chain)
{
	return chain ? sk_X509_num(chain) : 0;
}

void chain_file_free(struct stack_st_X509 *chain)
{
	sk_X509_pop_free(chain, X509_free);
}

static int push(STACK_OF(X509) * all, X509 *cert, const struct tls_pem_file *f, struct outcome *oc)
{
	if (sk_X509_push(all, cert) > 0)
		return 0;
	X509_free(cert);
	return outcome_set(oc, OC_INTERNAL, "out of memory for %s %s", f->what, f->path);
}

/* ---- DER ----------------------------------------------------------------------------------- */

static int damaged(const struct tls_pem_file *f, int number, size_t at, struct outcome *oc)
{
	char text[128];

	outcome_set(oc, OC_FILE,
	    "%s %s cannot be used: certificate %d in DER, at byte %zu, cannot be decoded: %s",
	    f->what, f->path, number, at, tls_error_text(text, sizeof text));
	outcome_advise(oc, "copy the file again from its source");
	return -1;
}

static int parse_der(const struct tls_pem_file *f, const struct input_file *bytes,
    STACK_OF(X509) * all, struct outcome *oc)
{
	const unsigned char *p = bytes->bytes, *end = p + bytes->len;

	while (p < end) {
		size_t at = (size_t)(p - bytes->bytes);
		X509 *cert = d2i_X509(NULL, &p, (long)(end - p));

		if (!cert)
			return damaged(f, sk_X509_num(all) + 1, at, oc);
		if (push(all, cert, f, oc) != 0)
			return -1;
	}
	return 0;
}

/* ---- any format ---------------------------------------------------------------------------- */

struct stack_st_X509 *chain_file_parse(const struct tls_pem_file *f,
    const struct input_file *bytes, const char *passphrase, struct outcome *oc)
{
	enum file_format format = file_format_recognize(bytes->bytes, bytes->len);
	STACK_OF(X509) *all;
	int ret;

	if (format != FORMAT_DER_CERTIFICATE && format != FORMAT_PKCS12)
		return tls_pem_parse_certificates(f, bytes, oc);
	all = sk_X509_new_null();
	if (!all)
		ret = outcome_set(oc, OC_INTERNAL, "out of memory for %s %s", f->what, f->path);
	else if (format == FORMAT_PKCS12)
		ret = pkcs12_file_open(f, bytes, passphrase, all, NULL, oc);
	else
		ret = parse_der(f, bytes, all, oc);
	if (ret == 0)
		return all;
	chain_file_free(all);
	return NULL;
}

struct stack_st_X509 *chain_file_read(const struct tls_pem_file *f, const char *passphrase,
    struct outcome *oc)
{
	const struct input_file_want want = { f->what, TLS_PEM_CHAIN_MAX, false };
	struct stack_st_X509 *chain;
	struct input_file bytes;
	int ret = is_stdin(f) ? input_file_read_stdin(&bytes, &want, oc)
			      : input_file_read(&bytes, f->path, &want, oc);

	if (ret != 0)
		return NULL;
	chain = chain_file_parse(f, &bytes, passphrase, oc);
	if (bytes.len == 0 && is_stdin(f))
		outcome_advise_instead(oc, "check the command before the pipe: it printed nothing");
	input_file_free(&bytes);
	return chain;
}

/* ---- as text ------------------------------------------------------------------------------- */

enum { QUIET_MAX = 4 * CERT_INFO_NAME_MAX };

/* Some readers look for the dashes of a BEGIN line anywhere. */
static const char *without_marks(const char *name, char buf[QUIET_MAX])
{
	struct text t;

	text_begin(&t, buf, QUIET_MAX);
	text_add_item(&t, name, strstr(name, "-----") ? "-" : "");
	return buf;
}

static const char *describe_date(bool known, int64_t t, char buf[TIME_TEXT_MAX])
{
	return known ? time_text(t, buf) : "an invalid date";
}

static void write_comment(FILE *to, const X509 *cert, int number, int count)
{
	char subject[QUIET_MAX], issuer[QUIET_MAX], from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
	struct cert_info c;

	cert_info_get(cert, &c);
	fprintf(to, "# %d of %d: subject \"%s\", issuer \"%s\", valid from %s to %s\n", number,
	    count, without_marks(c.subject, subject), without_marks(c.issuer, issuer),
	    describe_date(c.has_begin, c.not_before, from),
	    describe_date(c.has_end, c.not_after, until));
}

char *chain_file_text(const struct stack_st_X509 *chain, size_t *len, struct outcome *oc)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);
	int count = chain_file_count(chain);
	bool whole = to != NULL;

	for (int i = 0; whole && i < count; i++) {
		const X509 *cert = sk_X509_value(chain, i);

		write_comment(to, cert, i + 1, count);
		whole = PEM_write_X509(to, cert) == 1;
	}
	if (to && fclose(to) == 0 && whole)
		return text;
	free(text);
	outcome_set(oc, OC_INTERNAL, "out of memory for the certificates");
	return NULL;
}
