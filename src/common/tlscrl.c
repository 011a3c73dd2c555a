/* SPDX-License-Identifier: MIT */
#include "common/tlscrl.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "common/tlsident.h"
#include "common/tlsio.h"

void tlscrl_get(const X509_CRL *crl, struct tlscrl *out)
{
	certinfo_name(X509_CRL_get_issuer(crl), out->issuer);
	out->this_update = certinfo_moment(X509_CRL_get0_lastUpdate(crl));
	out->next_update = certinfo_moment(X509_CRL_get0_nextUpdate(crl));
}

/* One of the CAs of its issuer's name has signed it; where none is known, a chain will tell. */
static bool may_be_genuine(X509_STORE *store, X509_CRL *crl)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);
	bool named = false;

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));

		if (!cert ||
		    X509_NAME_cmp(X509_get_subject_name(cert), X509_CRL_get_issuer(crl)) != 0)
			continue;
		if (X509_CRL_verify(crl, X509_get0_pubkey(cert)) == 1)
			return true;
		named = true;
	}
	return !named;
}

static bool has_crl_of(X509_STORE *store, const X509 *ca)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		const X509_CRL *crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));

		if (crl && X509_NAME_cmp(X509_get_subject_name(ca), X509_CRL_get_issuer(crl)) == 0)
			return true;
	}
	return false;
}

int tlscrl_use(SSL_CTX *ctx, const char *path, struct outcome *oc)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
	char text[128];
	int count;

	if (tlsident_readable(path, "the CRL file", oc) != 0)
		return -1;
	count = lookup ? X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) : 0;
	if (count < 1) {
		outcome_set(oc, OC_FILE, "the CRL file %s cannot be used: %s", path,
		    tlsio_error_text(text, sizeof text));
		tlsident_advise_pem(path, "X509 CRL", oc);
		return -1;
	}
	if (count > TLSCRL_MAX)
		return outcome_set(oc, OC_FILE, "the CRL file %s holds more than %d CRLs", path,
		    TLSCRL_MAX);
	/* Without the second one a revoked intermediate would pass. */
	if (X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
		X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1)
		return outcome_set(oc, OC_INTERNAL, "the TLS library does not check CRLs");
	return 0;
}

int tlscrl_check_signatures(const SSL_CTX *ctx, const char *path, struct outcome *oc)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);
	struct tlscrl told;
	char text[128];

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509_CRL *crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));

		if (!crl || may_be_genuine(store, crl))
			continue;
		tlscrl_get(crl, &told);
		return outcome_set(oc, OC_FILE,
		    "the CRL of \"%s\" in %s was not signed by that CA: %s", told.issuer, path,
		    tlsio_error_text(text, sizeof text));
	}
	/* What failed before the right CA was found is no failure. */
	tlsio_error_text(text, sizeof text);
	return 0;
}

static void note_uncovered(X509 *cert, struct tlscrl_file *out)
{
	bool root = X509_self_signed(cert, 0) == 1;
	char *name = root ? out->uncovered : out->uncovered_below;

	if (!name[0] && (root || X509_check_ca(cert) > 0))
		certinfo_name(X509_get_subject_name(cert), name);
}

void tlscrl_list(const SSL_CTX *ctx, struct tlscrl_file *out)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);

	memset(out, 0, sizeof *out);
	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		const X509_OBJECT *object = sk_X509_OBJECT_value(all, i);
		const X509_CRL *crl = X509_OBJECT_get0_X509_CRL(object);
		X509 *cert = X509_OBJECT_get0_X509(object);

		if (crl && out->count < TLSCRL_MAX)
			tlscrl_get(crl, &out->item[out->count++]);
		if (cert && !has_crl_of(store, cert))
			note_uncovered(cert, out);
	}
}

bool tlscrl_is_at_fault(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return true;
	default:
		return false;
	}
}

const struct tlscrl *tlscrl_find_stale(const struct tlscrl_file *f, int64_t now)
{
	for (size_t i = 0; i < f->count; i++) {
		if (now >= f->item[i].next_update || now < f->item[i].this_update)
			return &f->item[i];
	}
	return NULL;
}

const struct tlscrl *tlscrl_find_next(const struct tlscrl_file *f)
{
	const struct tlscrl *next = f->count > 0 ? &f->item[0] : NULL;

	for (size_t i = 1; i < f->count; i++) {
		if (f->item[i].next_update < next->next_update)
			next = &f->item[i];
	}
	return next;
}

const char *tlscrl_describe_stale(const struct tlscrl *crl, int64_t now, char buf[TLSCRL_TEXT_MAX])
{
	char when[CERTINFO_TIME_MAX], span[CERTINFO_TIME_MAX];

	if (crl->next_update == 0)
		snprintf(buf, TLSCRL_TEXT_MAX, "the CRL of \"%s\" tells no nextUpdate",
		    crl->issuer);
	else if (now < crl->this_update)
		snprintf(buf, TLSCRL_TEXT_MAX, "the CRL of \"%s\" begins on %s, in %s", crl->issuer,
		    certinfo_time(crl->this_update, when),
		    certinfo_span(crl->this_update - now, span));
	else
		snprintf(buf, TLSCRL_TEXT_MAX, "the CRL of \"%s\" is stale since %s, for %s",
		    crl->issuer, certinfo_time(crl->next_update, when),
		    certinfo_span(now - crl->next_update, span));
	return buf;
}
