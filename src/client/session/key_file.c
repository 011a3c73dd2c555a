/* SPDX-License-Identifier: MIT */
#include "client/session/key_file.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "client/session/pbe.h"
#include "client/session/pbe_rounds.h"
#include "client/session/pkcs12_file.h"
#include "tls/error.h"
#include "tls/file_format.h"

/* ---- what is wrong with it ----------------------------------------------------------------- */

/* The key is encrypted, and was not opened. */
static void refuse_locked(const struct tls_pem_file *f, const char *passphrase, struct outcome *oc)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	if (!passphrase) {
		outcome_set(oc, OC_FILE, "%s %s needs a passphrase", f->what, f->path);
		outcome_advise(oc, "write it into FILE, and use --passphrase-file FILE");
		return;
	}
	outcome_set(oc, OC_FILE,
	    "%s %s cannot be used: its passphrase is not the one in --passphrase-file, or the file "
	    "is damaged",
	    f->what, f->path);
	outcome_advise(oc, "%s",
	    file_format_command("openssl pkey -in F -noout asks for the passphrase, and shows "
				"whether it is right",
		tls_pem_operand(f), advice));
}

static void refuse_cipher(const struct tls_pem_file *f, const char *cipher, struct outcome *oc)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	outcome_set(oc, OC_FILE,
	    "%s %s is encrypted with the old cipher %s, which the TLS library does not load by "
	    "default",
	    f->what, f->path, cipher);
	outcome_advise(oc, "%s",
	    file_format_command("convert it: (umask 077; openssl pkey -provider legacy -provider "
				"default -in F -out NEW.pem), then use NEW.pem",
		tls_pem_operand(f), advice));
}

static void refuse_rounds(const struct tls_pem_file *f, struct outcome *oc)
{
	char advice[FILE_FORMAT_ADVICE_MAX];

	outcome_set(oc, OC_FILE,
	    "the key derivation of %s %s is invalid, takes more than %d iterations, or needs more "
	    "memory for scrypt than the TLS library allows",
	    f->what, f->path, PBE_ROUNDS_MAX);
	outcome_advise(oc, "%s",
	    file_format_command("with PBKDF2, (umask 077; openssl pkcs8 -topk8 -in F -out NEW.pem) "
				"reads it, however long that takes, and writes it with 2048 "
				"iterations",
		tls_pem_operand(f), advice));
}

/* ---- formats ------------------------------------------------------------------------------- */

static EVP_PKEY *parse_der(const struct tls_pem_file *f, const struct input_file *bytes,
    struct outcome *oc)
{
	const unsigned char *p = bytes->bytes;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)bytes->len);
	char text[128];

	if (key) {
		tls_error_clear();
		return key;
	}
	outcome_set(oc, OC_FILE, "%s %s cannot be used: it is in DER and cannot be decoded: %s",
	    f->what, f->path, tls_error_text(text, sizeof text));
	outcome_advise(oc, "copy the file again from its source");
	return NULL;
}

static EVP_PKEY *parse_encrypted_der(const struct input_file *bytes, const char *passphrase,
    bool *locked)
{
	const unsigned char *p = bytes->bytes;
	X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)bytes->len);
	PKCS8_PRIV_KEY_INFO *open = NULL;
	EVP_PKEY *key = NULL;

	if (sealed && passphrase)
		open = PKCS8_decrypt(sealed, passphrase, (int)strlen(passphrase));
	if (open)
		key = EVP_PKCS82PKEY(open);
	PKCS8_PRIV_KEY_INFO_free(open);
	X509_SIG_free(sealed);
	tls_error_clear();
	*locked = !key;
	return key;
}

static EVP_PKEY *parse_pkcs12(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, struct outcome *oc)
{
	STACK_OF(X509) *unused = sk_X509_new_null();
	EVP_PKEY *key = NULL;

	if (!unused)
		outcome_set(oc, OC_INTERNAL, "out of memory for %s %s", f->what, f->path);
	else if (pkcs12_file_open(f, bytes, passphrase, unused, &key, oc) == 0 && !key)
		outcome_set(oc, OC_FILE, "%s %s cannot be used: this PKCS#12 file holds no private "
		    "key", f->what, f->path);
	sk_X509_pop_free(unused, X509_free);
	return key;
}

EVP_PKEY *key_file_parse(const struct tls_pem_file *f, const struct input_file *bytes,
    const char *passphrase, struct outcome *oc)
{
	enum file_format format = file_format_recognize(bytes->bytes, bytes->len);
	struct outcome failed = OUTCOME_NONE;
	const char *cipher;
	bool locked = false;
	EVP_PKEY *key;

	if (format == FORMAT_PKCS12)
		return parse_pkcs12(f, bytes, passphrase, oc);
	if (format == FORMAT_DER_KEY)
		return parse_der(f, bytes, oc);
	if (passphrase && !pbe_rounds_fit_key(bytes->bytes, bytes->len)) {
		refuse_rounds(f, oc);
		return NULL;
	}
	if (format == FORMAT_DER_ENCRYPTED_KEY)
		key = parse_encrypted_der(bytes, passphrase, &locked);
	else
		key = tls_pem_parse_key(f, bytes, passphrase, &locked, &failed);
	if (key)
		return key;
	cipher = pbe_missing_cipher_of_key(bytes->bytes, bytes->len);
	if (cipher)
		refuse_cipher(f, cipher, oc);
	else if (locked)
		refuse_locked(f, passphrase, oc);
	else
		outcome_report(oc, &failed);
	return NULL;
}

EVP_PKEY *key_file_read(const struct tls_pem_file *f, const char *passphrase, struct outcome *oc)
{
	const struct input_file_want want = { f->what, TLS_PEM_KEY_MAX, true };
	struct input_file file;
	EVP_PKEY *key;

	if (input_file_read(&file, f->path, &want, oc) != 0)
		return NULL;
	key = key_file_parse(f, &file, passphrase, oc);
	input_file_free(&file);
	return key;
}
