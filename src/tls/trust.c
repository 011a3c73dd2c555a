/* SPDX-License-Identifier: MIT */
#include "tls/trust.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "tls/crl_store.h"
#include "tls/error.h"
#include "tls/pem.h"

/* openssl rehash(1) creates a file named 01234567.0 for each subject. */
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

/*
 * Is the bundle a file in this folder, links followed? Without a bundle, the folder is
 * the whole store.
 */
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

static int add_certificates(X509_STORE *store, const struct tls_pem_file *f, struct outcome *oc)
{
	STACK_OF(X509) *all = tls_pem_certificates(f, TLS_PEM_CAS_MAX, oc);
	char text[128];
	int ret = all ? 0 : -1;

	for (int i = 0; ret == 0 && i < sk_X509_num(all); i++) {
		if (X509_STORE_add_cert(store, sk_X509_value(all, i)) != 1)
			ret = outcome_set(oc, OC_FILE, "%s %s cannot be used: %s", f->what, f->path,
			    tls_error_text(text, sizeof text));
	}
	sk_X509_pop_free(all, X509_free);
	return ret;
}

/* One folder, or several with colons between them. Looked up by hash, when needed. */
static int add_folder(X509_STORE *store, const char *dir)
{
	X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());

	return lookup && X509_LOOKUP_add_dir(lookup, dir, X509_FILETYPE_PEM) == 1 ? 0 : -1;
}

/* An empty variable counts as not set, which is why the library does not read it itself. */
static const char *read_variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

/* SSL_CERT_FILE. An empty file, such as /dev/null, means that no root is trusted. */
static int add_named_file(X509_STORE *store, const char *path, struct outcome *oc)
{
	const struct tls_pem_file f = { .path = path, .what = "the file of SSL_CERT_FILE" };
	struct stat st, null;

	if (access(path, R_OK) == 0 && stat(path, &st) == 0 &&
	    ((S_ISREG(st.st_mode) && st.st_size == 0) ||
		(stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev &&
		    S_ISCHR(st.st_mode))))
		return 0;
	return add_certificates(store, &f, oc);
}

/*
 * If the platform keeps its roots in a hashed folder and the bundle is one of its
 * files, the needed root is looked up there: reading the whole bundle costs five times
 * as much as the rest of a probe.
 */
static int use_system_trust(X509_STORE *store, struct outcome *oc)
{
	const char *file = tls_trust_file_variable();
	const char *dir = tls_trust_dir_variable();
	char text[128];
	X509_LOOKUP *lookup;

	if (file && add_named_file(store, file, oc) != 0)
		return -1;
	if (!dir)
		dir = X509_get_default_cert_dir();
	if (!file && !(is_hashed(dir) && is_within(X509_get_default_cert_file(), dir))) {
		lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
		/* A system without a bundle is not an error: then no root is trusted. */
		if (lookup)
			X509_LOOKUP_load_file(lookup, X509_get_default_cert_file(),
			    X509_FILETYPE_PEM);
	}
	if (add_folder(store, dir) == 0) {
		tls_error_text(text, sizeof text);
		return 0;
	}
	return outcome_set(oc, OC_FILE, "the system's trust store cannot be used: %s",
	    tls_error_text(text, sizeof text));
}

static int use_roots(SSL_CTX *ctx, const struct tls_trust *trust, struct outcome *oc)
{
	const struct tls_pem_file f = { .path = trust->ca_file, .what = "the CA file" };
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	char text[128];
	struct stat st;

	if (!trust->ca_file && !trust->ca_dir)
		return use_system_trust(store, oc);
	if (trust->ca_file && add_certificates(store, &f, oc) != 0)
		return -1;
	/* The library reads the folder when needed, and never reports that it is missing. */
	if (trust->ca_dir && (stat(trust->ca_dir, &st) != 0 || !S_ISDIR(st.st_mode)))
		return outcome_set(oc, OC_FILE, "the CA folder %s is not a folder", trust->ca_dir);
	if (trust->ca_dir && add_folder(store, trust->ca_dir) != 0)
		return outcome_set(oc, OC_FILE, "the CA folder %s cannot be used: %s",
		    trust->ca_dir, tls_error_text(text, sizeof text));
	return 0;
}

int tls_trust_use(SSL_CTX *ctx, const struct tls_trust *trust, struct outcome *oc)
{
	/* Strict RFC 5280 checks, where the library would tolerate small faults. */
	if (!trust->no_x509_strict)
		X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_X509_STRICT);
	if (trust->verify_time != 0)
		X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ctx), (time_t)trust->verify_time);
	if (use_roots(ctx, trust, oc) != 0)
		return -1;
	return trust->crl_file ? crl_store_use(ctx, trust->crl_file, oc) : 0;
}

int tls_trust_share(SSL_CTX *ctx, SSL_CTX *with, struct outcome *oc)
{
	if (X509_VERIFY_PARAM_set1(SSL_CTX_get0_param(ctx), SSL_CTX_get0_param(with)) != 1)
		return outcome_set(oc, OC_INTERNAL, "cannot share the trusted certificates");
	SSL_CTX_set1_cert_store(ctx, SSL_CTX_get_cert_store(with));
	return 0;
}

const char *tls_trust_file_variable(void)
{
	return read_variable(X509_get_default_cert_file_env());
}

const char *tls_trust_dir_variable(void)
{
	return read_variable(X509_get_default_cert_dir_env());
}

bool tls_trust_knows_issuer(X509 *cert)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *lookup = X509_STORE_CTX_new();
	X509 *issuer = NULL;
	bool known = store && lookup && use_system_trust(store, NULL) == 0 &&
	    X509_STORE_CTX_init(lookup, store, cert, NULL) == 1 &&
	    X509_STORE_CTX_get1_issuer(&issuer, lookup, cert) == 1 &&
	    /* The common name proves nothing. */
	    X509_verify(cert, X509_get0_pubkey(issuer)) == 1;

	X509_free(issuer);
	X509_STORE_CTX_free(lookup);
	X509_STORE_free(store);
	return known;
}

static void find_other_path(STACK_OF(X509) *chain, struct other_path_facts *out)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *judged = X509_STORE_CTX_new();
	struct other_path found = { .certs = NULL };

	if (store && judged && use_system_trust(store, NULL) == 0 &&
	    X509_STORE_CTX_init(judged, store, sk_X509_value(chain, 0), chain) == 1 &&
	    X509_STORE_CTX_set_default(judged, "ssl_server") == 1 && X509_verify_cert(judged) != 1)
		other_path_find(judged, &found);
	other_path_describe(&found, chain, out);
	other_path_free(&found);
	X509_STORE_CTX_free(judged);
	X509_STORE_free(store);
	tls_error_clear();
}

void tls_trust_other_path(const SSL_CTX *server, struct other_path_facts *out)
{
	STACK_OF(X509) *others = NULL, *chain;

	*out = (struct other_path_facts){ .superfluous = 0 };
	/* The macro's parameter is not const, but it only reads. */
	SSL_CTX_get0_chain_certs((SSL_CTX *)server, &others);
	chain = others ? sk_X509_dup(others) : NULL;
	if (chain && sk_X509_unshift(chain, SSL_CTX_get0_certificate(server)) > 0)
		find_other_path(chain, out);
	sk_X509_free(chain);
}
