/* SPDX-License-Identifier: MIT */
#include "client/session/pkcs12_file.h"

#include <stdbool.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "client/session/pkcs12_rounds.h"
#include "tls/error.h"
#include "tls/file_format.h"

struct opening {
	const struct tls_pem_file *f;
	PKCS12 *store;
	const char *passphrase; /* as given */
	struct outcome *oc;
};

static int refuse(const struct opening *o, const char *why)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	outcome_set(o->oc, OC_FILE, "%s %s cannot be used: it is PKCS#12, and %s", o->f->what,
	    o->f->path, why);
	outcome_advise(o->oc, "%s",
	    file_format_advise(FORMAT_PKCS12, WANT_CERTIFICATES, tls_pem_operand(o->f), advice));
	return -1;
}

static int refuse_rounds(const struct opening *o)
{
	char why[160];

	snprintf(why, sizeof why,
	    "its iteration counts are invalid, or more than %d in all, or need more memory for "
	    "scrypt than the TLS library allows",
	    PKCS12_ROUNDS_MAX);
	return refuse(o, why);
}

static int refuse_passphrase(const struct opening *o)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	tls_error_clear();
	refuse(o, o->passphrase ? "its passphrase is not the one in --passphrase-file, or it is "
				  "damaged"
				: "it has a passphrase or is damaged");
	outcome_advise_instead(o->oc, "%s",
	    o->passphrase
		? file_format_command("openssl pkcs12 -in F -noout asks for the passphrase, and "
				      "shows whether it is right",
		      tls_pem_operand(o->f), advice)
		: "write its passphrase into FILE, and use --passphrase-file FILE");
	return -1;
}

static int refuse_contents(const struct opening *o, const char *passphrase)
{
	char text[128], why[192], advice[FILE_FORMAT_ADVICE_MAX];
	const char *cipher;

	/* The next call empties the library's queue. */
	tls_error_text(text, sizeof text);
	cipher = pkcs12_rounds_missing_cipher(o->store, passphrase);
	if (!cipher) {
		snprintf(why, sizeof why, "its contents cannot be decoded: %s", text);
		return refuse(o, why);
	}
	snprintf(why, sizeof why,
	    "it is encrypted with the old cipher %s, which the TLS library does not load by "
	    "default",
	    cipher);
	refuse(o, why);
	outcome_advise_instead(o->oc, "%s",
	    file_format_command("convert it: (umask 077; openssl pkcs12 -legacy -in F -nodes -out "
				"NEW.pem), then use NEW.pem",
		tls_pem_operand(o->f), advice));
	return -1;
}

/* An empty passphrase has two encodings; finds the one that PKCS12_parse takes. */
static bool is_open(PKCS12 *store, const char *given, const char **passphrase)
{
	const bool empty = !given || !*given;

	*passphrase = empty ? NULL : given;
	if (!PKCS12_mac_present(store) ||
	    PKCS12_verify_mac(store, *passphrase, empty ? 0 : -1) == 1)
		return true;
	if (!empty)
		return false;
	*passphrase = "";
	return PKCS12_verify_mac(store, "", 0) == 1;
}

static int push(const struct opening *o, STACK_OF(X509) * all, X509 *cert)
{
	if (sk_X509_push(all, cert) > 0)
		return 0;
	X509_free(cert);
	return outcome_set(o->oc, OC_INTERNAL, "out of memory for %s %s", o->f->what, o->f->path);
}

/* Takes ownership of leaf and others, which may be NULL. If there is a key, it belongs to leaf. */
static int take_contents(const struct opening *o, bool has_key, X509 *leaf,
    STACK_OF(X509) * others, STACK_OF(X509) * all)
{
	int ret = leaf ? push(o, all, leaf) : 0;

	while (ret == 0 && sk_X509_num(others) > 0)
		ret = push(o, all, sk_X509_shift(others));
	sk_X509_pop_free(others, X509_free);
	if (ret != 0 || (leaf && sk_X509_num(all) > 0))
		return ret;
	if (has_key)
		return refuse(o, "its key belongs to none of its certificates");
	return sk_X509_num(all) > 0 ? 0 : refuse(o, "it holds no certificate");
}

static int read_contents(const struct opening *o, STACK_OF(X509) * all, EVP_PKEY **key)
{
	STACK_OF(X509) *others = NULL;
	const char *passphrase;
	EVP_PKEY *own = NULL;
	X509 *leaf = NULL;
	int ret;

	if (!pkcs12_rounds_fit_mac(o->store))
		return refuse_rounds(o);
	if (!is_open(o->store, o->passphrase, &passphrase))
		return refuse_passphrase(o);
	if (!pkcs12_rounds_fit(o->store, passphrase))
		return refuse_rounds(o);
	if (PKCS12_parse(o->store, o->passphrase ? o->passphrase : "", &own, &leaf, &others) != 1)
		return refuse_contents(o, passphrase);
	/* The library leaves errors in its queue when it looks for the certificate of the key. */
	tls_error_clear();
	ret = take_contents(o, own != NULL, leaf, others, all);
	if (ret == 0 && key)
		*key = own;
	else
		EVP_PKEY_free(own);
	return ret;
}

int pkcs12_file_open(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, struct stack_st_X509 *all, EVP_PKEY **key, struct outcome *oc)
{
	const unsigned char *p = bytes->bytes;
	struct opening o = {
		.f = f,
		.store = d2i_PKCS12(NULL, &p, (long)bytes->len),
		.passphrase = passphrase,
		.oc = oc,
	};
	char text[128], why[192];
	int ret;

	if (!o.store) {
		snprintf(why, sizeof why, "it cannot be decoded: %s",
		    tls_error_text(text, sizeof text));
		refuse(&o, why);
		outcome_advise_instead(oc, "copy the file again from its source");
		return -1;
	}
	ret = read_contents(&o, all, key);
	PKCS12_free(o.store);
	return ret;
}
