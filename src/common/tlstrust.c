/* SPDX-License-Identifier: MIT */
#include "common/tlstrust.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "common/tlscrl.h"
#include "common/tlsident.h"
#include "common/tlsio.h"

/* A folder as openssl rehash(1) leaves it has a file named 01234567.0 for each subject. */
static bool is_hashed(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
		    strcmp(entry->d_name + 8, ".0") == 0;
	if (dir)
		closedir(dir);
	return found;
}

/* Is the bundle a file of this folder, links followed? Where there is none the folder is all. */
static bool is_within(const char *file, const char *folder)
{
	char *real_file = realpath(file, NULL);
	bool missing = !real_file && errno == ENOENT;
	char *real_folder = realpath(folder, NULL);
	size_t len = real_folder ? strlen(real_folder) : 0;
	bool within = real_file && real_folder && strncmp(real_file, real_folder, len) == 0 &&
	    real_file[len] == '/';

	free(real_file);
	free(real_folder);
	return missing || within;
}

/*
 * Where the platform has its roots in a hashed folder, and their bundle is one
 * of its files, the root that is needed is looked up there: to read the whole
 * bundle costs five times what the rest of a probe does.
 */
static int use_system_trust(SSL_CTX *ctx)
{
	const char *dir = getenv(X509_get_default_cert_dir_env());

	if (!dir)
		dir = X509_get_default_cert_dir();
	if (!getenv(X509_get_default_cert_file_env()) && is_hashed(dir) &&
	    is_within(X509_get_default_cert_file(), dir))
		return SSL_CTX_set_default_verify_dir(ctx);
	return SSL_CTX_set_default_verify_paths(ctx);
}

static int use_roots(SSL_CTX *ctx, const struct tlstrust *trust, struct outcome *oc)
{
	char text[128];
	struct stat st;

	if (!trust->ca_file && !trust->ca_dir) {
		if (use_system_trust(ctx) == 1)
			return 0;
		return outcome_set(oc, OC_FILE, "the system's trust store cannot be used: %s",
		    tlsio_error_text(text, sizeof text));
	}
	if (trust->ca_file && tlsident_readable(trust->ca_file, "the CA file", oc) != 0)
		return -1;
	if (trust->ca_file && SSL_CTX_load_verify_file(ctx, trust->ca_file) != 1) {
		outcome_set(oc, OC_FILE, "the CA file %s cannot be used: %s", trust->ca_file,
		    tlsio_error_text(text, sizeof text));
		tlsident_advise_pem(trust->ca_file, "CERTIFICATE", oc);
		return -1;
	}
	/* The library looks into the folder at need, and never says that there is none. */
	if (trust->ca_dir && (stat(trust->ca_dir, &st) != 0 || !S_ISDIR(st.st_mode)))
		return outcome_set(oc, OC_FILE, "the CA folder %s is no folder", trust->ca_dir);
	if (trust->ca_dir && SSL_CTX_load_verify_dir(ctx, trust->ca_dir) != 1)
		return outcome_set(oc, OC_FILE, "the CA folder %s cannot be used: %s",
		    trust->ca_dir, tlsio_error_text(text, sizeof text));
	return 0;
}

int tlstrust_use(SSL_CTX *ctx, const struct tlstrust *trust, struct outcome *oc)
{
	/* RFC 5280 to the letter, where the library would let small sins pass. */
	if (!trust->no_x509_strict)
		X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_X509_STRICT);
	if (trust->verify_time != 0)
		X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ctx), (time_t)trust->verify_time);
	if (use_roots(ctx, trust, oc) != 0)
		return -1;
	return trust->crl_file ? tlscrl_use(ctx, trust->crl_file, oc) : 0;
}

bool tlstrust_knows_issuer(X509 *cert)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *lookup = X509_STORE_CTX_new();
	X509 *issuer = NULL;
	bool known = store && lookup && X509_STORE_set_default_paths(store) == 1 &&
	    X509_STORE_CTX_init(lookup, store, cert, NULL) == 1 &&
	    X509_STORE_CTX_get1_issuer(&issuer, lookup, cert) == 1;

	X509_free(issuer);
	X509_STORE_CTX_free(lookup);
	X509_STORE_free(store);
	return known;
}
