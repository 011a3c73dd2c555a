/* SPDX-License-Identifier: MIT */
#include "common/tlsident.h"

#include <stdio.h>
#include <sys/stat.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "common/tlsio.h"

/* A daemon must not stop at start to ask a terminal for a passphrase. */
static int refuse_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(int *)asked = 1;
	return -1;
}

FILE *tlsident_open_secret(const char *path, const char *what, struct outcome *oc)
{
	FILE *file = fopen(path, "re");
	struct stat st;

	if (!file || fstat(fileno(file), &st) != 0) {
		outcome_set_errno(oc, OC_FILE, "cannot read %s %s", what, path);
	} else if (st.st_mode & S_IROTH) {
		outcome_set(oc, OC_FILE, "everybody may read %s %s (mode %04o)", what, path,
		    (unsigned)(st.st_mode & 07777));
		outcome_advise(oc, "chmod o-r %s, and think of what is in it as known", path);
	} else {
		return file;
	}
	if (file)
		fclose(file);
	return NULL;
}

static EVP_PKEY *read_key(const char *path, struct outcome *oc)
{
	FILE *file = tlsident_open_secret(path, "the key", oc);
	EVP_PKEY *key;
	int asked = 0;
	char text[128];

	if (!file)
		return NULL;
	key = PEM_read_PrivateKey(file, NULL, refuse_passphrase, &asked);
	if (!key) {
		tlsio_error_text(text, sizeof text);
		if (asked)
			outcome_set(oc, OC_FILE, "the key %s needs a passphrase", path);
		else
			outcome_set(oc, OC_FILE, "%s holds no private key in PEM: %s", path, text);
		if (asked)
			outcome_advise(oc, "openssl pkey -in %s -out NEW writes it without one",
			    path);
		else
			tlsident_advise_pem(path, "PRIVATE KEY", oc);
	}
	fclose(file);
	return key;
}

X509 *tlsident_read_certificate(const char *path, struct outcome *oc)
{
	FILE *file = fopen(path, "re");
	X509 *cert;
	char text[128];

	if (!file) {
		outcome_set_errno(oc, OC_FILE, "cannot read the certificate %s", path);
		return NULL;
	}
	cert = PEM_read_X509(file, NULL, NULL, NULL);
	if (!cert) {
		outcome_set(oc, OC_FILE, "%s holds no certificate in PEM: %s", path,
		    tlsio_error_text(text, sizeof text));
		tlsident_advise_pem(path, "CERTIFICATE", oc);
	}
	fclose(file);
	return cert;
}

void tlsident_free_certificate(X509 *cert)
{
	X509_free(cert);
}

/* libssl's own message for a missing file is "system lib": look first. */
int tlsident_readable(const char *path, const char *what, struct outcome *oc)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return outcome_set_errno(oc, OC_FILE, "cannot read %s %s", what, path);
	fclose(file);
	return 0;
}

void tlsident_advise_pem(const char *path, const char *kind, struct outcome *oc)
{
	outcome_advise(oc, "is it the right file? grep BEGIN %s should find a %s", path, kind);
}

int tlsident_use(SSL_CTX *ctx, const struct tlsident *id, struct outcome *oc)
{
	char text[128];
	EVP_PKEY *key;
	int match;

	if (tlsident_readable(id->chain_file, "the certificate", oc) != 0)
		return -1;
	if (SSL_CTX_use_certificate_chain_file(ctx, id->chain_file) != 1) {
		outcome_set(oc, OC_FILE, "the certificate %s cannot be used: %s", id->chain_file,
		    tlsio_error_text(text, sizeof text));
		tlsident_advise_pem(id->chain_file, "CERTIFICATE", oc);
		return -1;
	}
	key = read_key(id->key_file, oc);
	if (!key)
		return -1;
	match = SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;
	EVP_PKEY_free(key);
	if (match)
		return 0;
	outcome_set(oc, OC_FILE, "the key %s does not belong to the certificate %s: %s",
	    id->key_file, id->chain_file, tlsio_error_text(text, sizeof text));
	outcome_advise(oc,
	    "compare openssl x509 -noout -pubkey -in %s with "
	    "openssl pkey -pubout -in %s",
	    id->chain_file, id->key_file);
	return -1;
}
