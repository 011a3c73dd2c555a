/* SPDX-License-Identifier: MIT */
#include "tls/other_path.h"

#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/error.h"

struct path_search {
	X509_STORE_CTX *judged;
	STACK_OF(X509) * sent;
	STACK_OF(X509) * path; /* so far, leaf first; owns nothing */
	int signatures, tries; /* left */
	struct other_path *out;
};

/* ---- verification of one path ---------------------------------------------------------------- */

/* sent: without the leaf. trusted: the only roots; NULL: the store. */
static bool accepts(struct path_search *s, STACK_OF(X509) * sent, STACK_OF(X509) * trusted)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	bool accepted = false;

	if (store &&
	    X509_STORE_CTX_init(store, X509_STORE_CTX_get0_store(s->judged),
		X509_STORE_CTX_get0_cert(s->judged), sent) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(store),
		X509_STORE_CTX_get0_param(s->judged)) == 1) {
		if (trusted)
			X509_STORE_CTX_set0_trusted_stack(store, trusted);
		accepted = X509_verify_cert(store) == 1;
	}
	X509_STORE_CTX_free(store);
	return accepted;
}

/* The path ends below root. Keeps it if the library accepts it. */
static bool try_path(struct path_search *s, X509 *root)
{
	STACK_OF(X509) *between = sk_X509_dup(s->path), *trusted = sk_X509_new_null();
	bool found = false;

	if (s->tries-- > 0 && between && trusted && sk_X509_push(trusted, root) > 0) {
		(void)sk_X509_shift(between);
		found = accepts(s, between, trusted);
	}
	if (found) {
		s->out->certs = X509_chain_up_ref(s->path);
		if (s->out->certs && X509_up_ref(root) == 1 &&
		    sk_X509_push(s->out->certs, root) <= 0)
			X509_free(root);
		s->out->enough = accepts(s, between, NULL);
	}
	sk_X509_free(trusted);
	sk_X509_free(between);
	return found;
}

/* ---- the search ------------------------------------------------------------------------------ */

static bool is_exhausted(struct path_search *s)
{
	return s->signatures <= 0 || s->tries <= 0;
}

/* By name, key identifiers, key usage, and signature. */
static bool issued(struct path_search *s, X509 *issuer, X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	if (!key || X509_check_issued(issuer, cert) != X509_V_OK || s->signatures <= 0)
		return false;
	s->signatures--;
	return X509_verify(cert, key) == 1;
}

static bool is_in(STACK_OF(X509) * path, const X509 *cert)
{
	for (int i = 0; i < sk_X509_num(path); i++) {
		if (X509_cmp(sk_X509_value(path, i), cert) == 0)
			return true;
	}
	return false;
}

static bool search_trusted(struct path_search *s, X509 *last)
{
	/* The library only reads the name; OpenSSL 3.0 takes it without const. */
	STACK_OF(X509) *roots =
	    X509_STORE_CTX_get1_certs(s->judged, (X509_NAME *)X509_get_issuer_name(last));
	bool found = false;

	for (int i = 0; !found && i < sk_X509_num(roots) && !is_exhausted(s); i++) {
		X509 *root = sk_X509_value(roots, i);

		found = !is_in(s->path, root) && issued(s, root, last) && try_path(s, root);
	}
	sk_X509_pop_free(roots, X509_free);
	return found;
}

static bool search_above(struct path_search *s);

static bool search_sent(struct path_search *s, X509 *last)
{
	for (int i = 0; i < sk_X509_num(s->sent) && i < OTHER_PATH_SENT_MAX; i++) {
		X509 *issuer = sk_X509_value(s->sent, i);
		bool found;

		if (is_exhausted(s))
			return false;
		if (is_in(s->path, issuer) || !issued(s, issuer, last) ||
		    sk_X509_push(s->path, issuer) <= 0)
			continue;
		found = search_above(s);
		(void)sk_X509_pop(s->path);
		if (found)
			return true;
	}
	return false;
}

/* Depth first; as deep as OTHER_PATH_MAX with the root. */
static bool search_above(struct path_search *s)
{
	X509 *last = sk_X509_value(s->path, sk_X509_num(s->path) - 1);

	if (search_trusted(s, last))
		return true;
	return sk_X509_num(s->path) + 1 < OTHER_PATH_MAX && search_sent(s, last);
}

void other_path_find(X509_STORE_CTX *judged, struct other_path *out)
{
	struct path_search s = {
		.judged = judged,
		.sent = X509_STORE_CTX_get0_untrusted(judged),
		.path = sk_X509_new_null(),
		.signatures = OTHER_PATH_SIGNATURES_MAX,
		.tries = OTHER_PATH_TRIES_MAX,
		.out = out,
	};

	*out = (struct other_path){ .certs = NULL };
	if (s.path && sk_X509_push(s.path, X509_STORE_CTX_get0_cert(judged)) > 0)
		(void)search_above(&s);
	sk_X509_free(s.path);
	/* What did not fit left its reasons in the library's queue. */
	tls_error_clear();
}

static void copy_label(X509 *cert, char out[CERT_INFO_NAME_MAX])
{
	struct cert_info info;

	cert_info_get(cert, &info);
	memcpy(out, info.label, CERT_INFO_NAME_MAX);
}

void other_path_describe(const struct other_path *p, STACK_OF(X509) *sent,
    struct other_path_facts *out)
{
	*out = (struct other_path_facts){ .superfluous = 0 };
	if (!p->certs)
		return;
	copy_label(sk_X509_value(p->certs, sk_X509_num(p->certs) - 1), out->root);
	for (int i = 0; p->enough && i < sk_X509_num(sent); i++) {
		X509 *cert = sk_X509_value(sent, i);

		if (!is_in(p->certs, cert) && out->superfluous++ == 0)
			copy_label(cert, out->first);
	}
}

void other_path_free(struct other_path *p)
{
	sk_X509_pop_free(p->certs, X509_free);
	p->certs = NULL;
}
