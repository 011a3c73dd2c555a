/* SPDX-License-Identifier: MIT */
#include "client/session/token.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include "tls/error.h"

static const char scheme[] = "pkcs11:", provider[] = "pkcs11";
static const char secret[] = "pin-value=";

enum { CERTIFICATES_MAX = 64, OBJECTS_MAX = 1024 };

bool token_is_uri(const char *name)
{
	return strncasecmp(name, scheme, sizeof scheme - 1) == 0;
}

/* Of any case, although only this one is read: whoever mistyped it would see it in a message. */
static const char *find_secret(const char *uri)
{
	for (; *uri; uri++) {
		if (strncasecmp(uri, secret, sizeof secret - 1) == 0)
			return uri;
	}
	return NULL;
}

const char *token_name(const char *uri, char buf[TOKEN_NAME_MAX])
{
	const char *at;
	size_t len = 0;

	while ((at = find_secret(uri)) && len < TOKEN_NAME_MAX) {
		int shown = (int)(at - uri) + (int)sizeof secret - 1;

		len += (size_t)snprintf(buf + len, TOKEN_NAME_MAX - len, "%.*s...", shown, uri);
		uri += shown;
		uri += strcspn(uri, "&");
	}
	if (len < TOKEN_NAME_MAX)
		snprintf(buf + len, TOKEN_NAME_MAX - len, "%s", uri);
	return buf;
}

static int refuse_prompt(UI *ui, UI_STRING *string)
{
	(void)ui;
	(void)string;
	return -1;
}

/* If our callback gives no PIN, the provider itself would ask for it on the terminal. */
static int forbid_prompts(struct outcome *oc)
{
	static UI_METHOD *silent;

	if (!silent)
		silent = UI_create_method("no prompts");
	if (!silent || UI_method_set_reader(silent, refuse_prompt) != 0)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the token");
	UI_set_default_method(silent);
	return 0;
}

/* The user's URI asks for it, so it is loaded without a line in a configuration file. */
static int load_provider(const char *uri, struct outcome *oc)
{
	char text[128], name[TOKEN_NAME_MAX];

	if (OSSL_PROVIDER_available(NULL, provider) == 1 ||
	    OSSL_PROVIDER_try_load(NULL, provider, 1))
		return 0;
	outcome_set(oc, OC_FILE,
	    "%s cannot be read: the TLS library cannot load its provider \"%s\": %s",
	    token_name(uri, name), provider, tls_error_text(text, sizeof text));
	outcome_advise(oc,
	    "install the package pkcs11-provider (Debian 13, Fedora)");
	return -1;
}

struct pin_use {
	const char *given;
	bool asked;
};

/* Never prompts on the terminal. */
static int give_pin(char *buf, int size, int writing, void *arg)
{
	struct pin_use *use = arg;
	size_t len = use->given ? strlen(use->given) : 0;

	(void)writing;
	use->asked = true;
	if (!use->given || len >= (size_t)size)
		return -1;
	memcpy(buf, use->given, len + 1);
	return (int)len;
}

/* Takes an object that it wants. Returns whether to go on. */
typedef bool take_object(void *to, OSSL_STORE_INFO *object);

struct token_search {
	const char *uri;
	int kind; /* OSSL_STORE_INFO_* */
	take_object *take;
	void *to;
};

/* After a failed search, or one that found nothing without its PIN. */
static int refuse(const struct token_search *s, const struct pin_use *pin, struct outcome *oc)
{
	char text[128], name[TOKEN_NAME_MAX];

	token_name(s->uri, name);
	tls_error_text(text, sizeof text);
	if (pin->asked && !pin->given) {
		outcome_set(oc, OC_FILE, "%s needs a PIN", name);
		outcome_advise(oc, "write it into FILE, and use --passphrase-file FILE");
		return -1;
	}
	outcome_set(oc, OC_FILE, "%s cannot be read: %s", name,
	    pin->asked ? "its PIN is not the one in --passphrase-file, or the token failed"
		       : text);
	outcome_advise(oc, "check the URI: p11tool --list-all shows those of each token");
	return -1;
}

static void run_search(const struct token_search *s, OSSL_STORE_CTX *store)
{
	bool go_on = true;

	for (int i = 0; go_on && i < OBJECTS_MAX && !OSSL_STORE_eof(store); i++) {
		OSSL_STORE_INFO *object = OSSL_STORE_load(store);

		if (object && OSSL_STORE_INFO_get_type(object) == s->kind)
			go_on = s->take(s->to, object);
		OSSL_STORE_INFO_free(object);
	}
}

/* Returns 0, also if nothing was found, or -1 with OC_FILE. */
static int search(const struct token_search *s, const char *pin, struct pin_use *use,
    struct outcome *oc)
{
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give_pin, 0);
	OSSL_STORE_CTX *store = NULL;
	int ret = -1;

	*use = (struct pin_use){ .given = pin };
	if (forbid_prompts(oc) != 0 || load_provider(s->uri, oc) != 0) {
		UI_destroy_method(ui);
		return -1;
	}
	if (ui)
		store = OSSL_STORE_open(s->uri, ui, use, NULL, NULL);
	if (store && OSSL_STORE_expect(store, s->kind) == 1) {
		run_search(s, store);
		ret = 0;
	} else {
		refuse(s, use, oc);
	}
	OSSL_STORE_close(store);
	UI_destroy_method(ui);
	return ret;
}

static bool take_certificate(void *to, OSSL_STORE_INFO *object)
{
	X509 *cert = OSSL_STORE_INFO_get1_CERT(object);

	if (cert && sk_X509_push(to, cert) <= 0)
		X509_free(cert);
	return sk_X509_num(to) < CERTIFICATES_MAX;
}

int token_read_certificates(const char *uri, const char *pin, struct stack_st_X509 *all,
    struct outcome *oc)
{
	const struct token_search s = { uri, OSSL_STORE_INFO_CERT, take_certificate, all };
	char name[TOKEN_NAME_MAX];
	struct pin_use use;

	if (search(&s, pin, &use, oc) != 0)
		return -1;
	if (sk_X509_num(all) > 0) {
		tls_error_clear();
		return 0;
	}
	if (use.asked)
		return refuse(&s, &use, oc);
	tls_error_clear();
	outcome_set(oc, OC_FILE, "%s names no certificate", token_name(uri, name));
	outcome_advise(oc, "p11tool --list-all-certs shows the certificates of each token");
	return -1;
}

static bool take_key(void *to, OSSL_STORE_INFO *object)
{
	*(EVP_PKEY **)to = OSSL_STORE_INFO_get1_PKEY(object);
	return !*(EVP_PKEY **)to;
}

EVP_PKEY *token_read_key(const char *uri, const char *pin, struct outcome *oc)
{
	EVP_PKEY *key = NULL;
	const struct token_search s = { uri, OSSL_STORE_INFO_PKEY, take_key, &key };
	char name[TOKEN_NAME_MAX];
	struct pin_use use;

	if (search(&s, pin, &use, oc) != 0)
		return NULL;
	if (key) {
		tls_error_clear();
		return key;
	}
	if (use.asked && !use.given) {
		refuse(&s, &use, oc);
		return NULL;
	}
	tls_error_clear();
	outcome_set(oc, OC_FILE, "%s names no private key, or the PIN does not open it",
	    token_name(uri, name));
	outcome_advise(oc, "p11tool --login --list-all-privkeys shows the keys of each token");
	return NULL;
}
