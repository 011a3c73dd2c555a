/* SPDX-License-Identifier: MIT */
#include "common/tlsctx.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "common/tlsio.h"

/*
 * The policy.
 *
 * TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3 (RFC 9325). AES-128
 * first: 128 bits are enough, and its SHA-256 key schedule costs a server 13 us
 * less per handshake than AES-256 with SHA-384.
 */
static const char ciphers_12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
				 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
				 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
static const char ciphers_13[] =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

/*
 * The ML-KEM hybrid first where the library has it: what is recorded today may
 * be broken later. "*" sends a key share with the first hello, "/" ends a set
 * of equal rank (SSL_CTX_set1_groups_list(3), OpenSSL 3.5). Older libraries
 * refuse the first list as a whole and take the second.
 */
static const char *const group_lists[] = {
	"*X25519MLKEM768/*X25519:P-256:P-384",
	"X25519:P-256:P-384",
};

/* 112 bits: RSA from 2048, no SHA-1 in signatures (SSL_CTX_set_security_level(3)). */
enum { SECURITY_LEVEL = 2 };

static SSL_CTX *fail(SSL_CTX *ctx, struct outcome *oc, enum outcome_code code, const char *what)
{
	char text[128];

	outcome_set(oc, code, "%s: %s", what, tlsio_error_text(text, sizeof text));
	SSL_CTX_free(ctx);
	return NULL;
}

static int set_groups(SSL_CTX *ctx)
{
	char refused[128];

	for (size_t i = 0; i < sizeof group_lists / sizeof group_lists[0]; i++) {
		if (SSL_CTX_set1_groups_list(ctx, group_lists[i]) == 1)
			return 1;
		/* Or it would be told as the reason of a later failure. */
		tlsio_error_text(refused, sizeof refused);
	}
	return 0;
}

/* What both ends have in common. openssl.cnf may have loosened any of it: say it all. */
static SSL_CTX *make(const SSL_METHOD *method, struct outcome *oc)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (!ctx)
		return fail(NULL, oc, OC_INTERNAL, "no TLS context");
	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, 0) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, ciphers_12) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, ciphers_13) != 1 || !set_groups(ctx))
		return fail(ctx, oc, OC_INTERNAL, "the TLS library refuses our policy");
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* A missing close_notify is a truncation, always (RFC 8446 section 6.1). */
	SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* An idle connection need not hold record buffers; moving ours is fine on retry. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

/* A daemon must not stop at start to ask a terminal for a passphrase. */
static int refuse_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(int *)asked = 1;
	return -1;
}

static EVP_PKEY *read_key(const char *path, struct outcome *oc)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = NULL;
	struct stat st;
	int asked = 0;
	char text[128];

	if (!file) {
		outcome_set_errno(oc, OC_FILE, "cannot read the key %s", path);
		return NULL;
	}
	if (fstat(fileno(file), &st) != 0) {
		outcome_set_errno(oc, OC_FILE, "cannot read the key %s", path);
	} else if (st.st_mode & S_IROTH) {
		outcome_set(oc, OC_FILE, "everybody may read the key %s (mode %04o)", path,
		    (unsigned)(st.st_mode & 07777));
		outcome_advise(oc, "chmod o-r %s, and think of the key as known", path);
	} else if (!(key = PEM_read_PrivateKey(file, NULL, refuse_passphrase, &asked))) {
		outcome_set(oc, OC_FILE,
		    asked ? "the key %s needs a passphrase: %s"
			  : "%s holds no private key in PEM: %s",
		    path, tlsio_error_text(text, sizeof text));
		if (asked)
			outcome_advise(oc, "openssl pkey -in %s -out NEW writes it without one",
			    path);
	}
	fclose(file);
	return key;
}

/* libssl's own message for a missing file is "system lib": look first. */
static int readable(const char *path, const char *what, struct outcome *oc)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return outcome_set_errno(oc, OC_FILE, "cannot read %s %s", what, path);
	fclose(file);
	return 0;
}

static int use_identity(SSL_CTX *ctx, const struct tlsctx_identity *id, struct outcome *oc)
{
	char text[128];
	EVP_PKEY *key;
	int match;

	if (readable(id->chain_file, "the certificate", oc) != 0)
		return -1;
	if (SSL_CTX_use_certificate_chain_file(ctx, id->chain_file) != 1)
		return outcome_set(oc, OC_FILE, "the certificate %s cannot be used: %s",
		    id->chain_file, tlsio_error_text(text, sizeof text));
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

static int choose(SSL_CTX *ctx, const struct tlsctx_choice *choice, struct outcome *oc)
{
	/*
	 * No TLS 1.3 tickets unless asked for: one costs more than a resumption
	 * saves. TLS 1.2 keeps its own, which cost a fifth of a handshake.
	 */
	if (SSL_CTX_set_num_tickets(ctx, choice->tickets) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library refuses %u tickets",
		    choice->tickets);
	if (choice->groups && SSL_CTX_set1_groups_list(ctx, choice->groups) != 1) {
		outcome_set(oc, OC_USAGE, "the TLS library knows no groups \"%s\"", choice->groups);
		outcome_advise(oc,
		    "--groups X25519:P-256, for example; "
		    "the library's own names, joined by colons");
		return -1;
	}
	return 0;
}

SSL_CTX *tlsctx_server(const struct tlsctx_identity *id, const struct tlsctx_choice *choice,
    struct outcome *oc)
{
	static const unsigned char session_context[] = "hello-tls";
	SSL_CTX *ctx = make(TLS_server_method(), oc);

	if (!ctx)
		return NULL;
	/* The chain is sent as the file has it: building one costs each handshake. */
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_set_session_id_context(ctx, session_context, sizeof session_context - 1) != 1)
		return fail(ctx, oc, OC_INTERNAL, "no session id context");
	if (choose(ctx, choice, oc) != 0 || use_identity(ctx, id, oc) != 0) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

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

static int use_trust(SSL_CTX *ctx, const struct tlsctx_trust *trust, struct outcome *oc)
{
	char text[128];
	struct stat st;

	if (!trust->ca_file && !trust->ca_dir) {
		if (use_system_trust(ctx) == 1)
			return 0;
		return outcome_set(oc, OC_FILE, "the system's trust store cannot be used: %s",
		    tlsio_error_text(text, sizeof text));
	}
	if (trust->ca_file && readable(trust->ca_file, "the CA file", oc) != 0)
		return -1;
	if (trust->ca_file && SSL_CTX_load_verify_file(ctx, trust->ca_file) != 1)
		return outcome_set(oc, OC_FILE, "the CA file %s cannot be used: %s", trust->ca_file,
		    tlsio_error_text(text, sizeof text));
	/* The library looks into the folder at need, and never says that there is none. */
	if (trust->ca_dir && (stat(trust->ca_dir, &st) != 0 || !S_ISDIR(st.st_mode)))
		return outcome_set(oc, OC_FILE, "the CA folder %s is no folder", trust->ca_dir);
	if (trust->ca_dir && SSL_CTX_load_verify_dir(ctx, trust->ca_dir) != 1)
		return outcome_set(oc, OC_FILE, "the CA folder %s cannot be used: %s",
		    trust->ca_dir, tlsio_error_text(text, sizeof text));
	return 0;
}

SSL_CTX *tlsctx_client(const struct tlsctx_trust *trust,
    int (*verify)(X509_STORE_CTX *store, void *unused), struct outcome *oc)
{
	SSL_CTX *ctx = make(TLS_client_method(), oc);

	if (!ctx)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify, NULL);
	/* RFC 5280 to the letter, where the library would let small sins pass. */
	if (!trust->no_x509_strict)
		X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_X509_STRICT);
	if (use_trust(ctx, trust, oc) != 0) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

/* Both ends' steps in turn until both are done, or until neither can go on. */
static int shake_hands(SSL *server, SSL *client)
{
	enum { STEPS = 16 };

	for (int i = 0; i < STEPS; i++) {
		int c = SSL_do_handshake(client), s = SSL_do_handshake(server);

		if (c == 1 && s == 1)
			return 0;
	}
	return -1;
}

static int rehearse_version(SSL_CTX *server, SSL_CTX *client, int version, struct outcome *oc)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	BIO *s_bio = NULL, *c_bio = NULL;
	char text[128];
	int ret = -1;

	if (s && c && BIO_new_bio_pair(&s_bio, 0, &c_bio, 0) == 1) {
		SSL_set_bio(s, s_bio, s_bio);
		SSL_set_bio(c, c_bio, c_bio);
		SSL_set_accept_state(s);
		SSL_set_connect_state(c);
		if (SSL_set_max_proto_version(c, version) == 1)
			ret = shake_hands(s, c);
	}
	if (ret != 0)
		outcome_set(oc, OC_FILE,
		    "a rehearsed %s handshake with this certificate failed: %s",
		    version == TLS1_2_VERSION ? "TLS 1.2" : "TLS 1.3",
		    tlsio_error_text(text, sizeof text));
	SSL_free(s);
	SSL_free(c);
	return ret;
}

int tlsctx_rehearse(SSL_CTX *server, const struct tlsctx_choice *choice, struct outcome *oc)
{
	/*
	 * The question is whether the server can sign, so this client, which never
	 * leaves the process and reads nothing, does not verify the answer. It has
	 * the library's own idea of groups and curves, not our narrower one.
	 */
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	struct outcome tls13 = OUTCOME_NONE, tls12 = OUTCOME_NONE;

	if (!client || (choice->groups && SSL_CTX_set1_groups_list(client, choice->groups) != 1)) {
		fail(client, oc, OC_INTERNAL, "no client for the rehearsal");
		return -1;
	}
	SSL_CTX_set_verify(client, SSL_VERIFY_NONE, NULL);
	/* Both, because each loads its own; one is enough, because some groups are of 1.3 only. */
	rehearse_version(server, client, TLS1_3_VERSION, &tls13);
	rehearse_version(server, client, TLS1_2_VERSION, &tls12);
	SSL_CTX_free(client);
	if (tls13.code == OC_OK || tls12.code == OC_OK)
		return 0;
	*oc = tls13;
	return -1;
}

X509 *tlsctx_chain(const SSL_CTX *server, size_t i)
{
	STACK_OF(X509) *others = NULL;

	if (i == 0)
		return SSL_CTX_get0_certificate(server);
	/* The macro wants to change what it only reads. */
	SSL_CTX_get0_chain_certs((SSL_CTX *)server, &others);
	return sk_X509_value(others, (int)i - 1);
}

bool tlsctx_knows_issuer(X509 *cert)
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

void tlsctx_free(SSL_CTX *ctx)
{
	SSL_CTX_free(ctx);
}

const char *tlsctx_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
