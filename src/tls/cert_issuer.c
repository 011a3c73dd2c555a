/* SPDX-License-Identifier: MIT */
#include "tls/cert_issuer.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* OpenSSL 4 returns a const pointer, but 3.0 accepts none. */
static X509_EXTENSION *extension_at(const X509 *cert, int at)
{
	return (X509_EXTENSION *)X509_get_ext(cert, at);
}

static void name_extension(X509_EXTENSION *extension, char out[CERT_FLAW_NAME_MAX])
{
	const ASN1_OBJECT *type = X509_EXTENSION_get_object(extension);
	int nid = OBJ_obj2nid(type);

	if (nid != NID_undef)
		snprintf(out, CERT_FLAW_NAME_MAX, "%s", OBJ_nid2sn(nid));
	else
		OBJ_obj2txt(out, CERT_FLAW_NAME_MAX, type, 1);
}

static bool is_twice(X509 *cert, int at)
{
	const ASN1_OBJECT *type = X509_EXTENSION_get_object(extension_at(cert, at));

	return X509_get_ext_by_OBJ(cert, type, at) >= 0;
}

static bool is_empty_usage(X509_EXTENSION *extension)
{
	ASN1_BIT_STRING *bits;
	bool any = false;

	if (OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_key_usage)
		return false;
	bits = X509V3_EXT_d2i(extension);
	/* decipherOnly is the last bit. */
	for (int i = 0; bits && i <= 8; i++)
		any = any || ASN1_BIT_STRING_get_bit(bits, i);
	if (!bits)
		return false;
	ASN1_BIT_STRING_free(bits);
	return !any;
}

static bool is_malformed(X509_EXTENSION *extension)
{
	const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
	void *decoded;

	if (!method)
		return false;
	decoded = X509V3_EXT_d2i(extension);
	if (!decoded)
		return true;
	if (method->it)
		ASN1_item_free(decoded, ASN1_ITEM_ptr(method->it));
	else
		method->ext_free(decoded);
	return false;
}

static enum cert_flaw_kind judge_extension(X509 *cert, int at)
{
	X509_EXTENSION *extension = extension_at(cert, at);

	if (is_twice(cert, at))
		return CERT_FLAW_TWICE;
	if (is_malformed(extension))
		return CERT_FLAW_MALFORMED;
	return is_empty_usage(extension) ? CERT_FLAW_EMPTY : CERT_FLAW_NONE;
}

bool cert_flaw_get(X509 *cert, struct cert_flaw *out)
{
	memset(out, 0, sizeof *out);
	/* The library's own verdict: it has rules that we do not check. */
	if ((X509_get_extension_flags(cert) & EXFLAG_INVALID) == 0)
		return false;
	for (int i = 0; i < X509_get_ext_count(cert); i++) {
		out->kind = judge_extension(cert, i);
		if (out->kind == CERT_FLAW_NONE)
			continue;
		name_extension(extension_at(cert, i), out->extension);
		return true;
	}
	out->kind = CERT_FLAW_OTHER;
	return true;
}

const char *cert_flaw_text(const struct cert_flaw *flaw, char buf[CERT_FLAW_TEXT_MAX])
{
	const char *before = "has invalid extensions", *behind = "";

	if (flaw->kind == CERT_FLAW_TWICE) {
		before = "has the extension ";
		behind = " more than once";
	} else if (flaw->kind == CERT_FLAW_EMPTY) {
		before = "has an empty ";
		behind = " extension";
	} else if (flaw->kind == CERT_FLAW_MALFORMED) {
		before = "has a malformed ";
		behind = " extension";
	} else if (flaw->kind == CERT_FLAW_UNKNOWN) {
		before = "has the critical extension ";
		behind = ", which the TLS library does not know";
	}
	snprintf(buf, CERT_FLAW_TEXT_MAX, "%s%s%s", before, flaw->extension, behind);
	return buf;
}

bool cert_issuer_unknown_critical(X509 *cert, char extension[CERT_FLAW_NAME_MAX])
{
	if ((X509_get_extension_flags(cert) & EXFLAG_CRITICAL) == 0)
		return false;
	for (int i = 0; i < X509_get_ext_count(cert); i++) {
		X509_EXTENSION *at = extension_at(cert, i);

		if (!X509_EXTENSION_get_critical(at) || X509_supported_extension(at))
			continue;
		name_extension(at, extension);
		return true;
	}
	return false;
}

/* A key of another type cannot have signed; that failure needs no arithmetic. */
static bool is_other_type(X509 *cert, EVP_PKEY *key)
{
	int type = NID_undef;

	return X509_get_signature_info(cert, NULL, &type, NULL, NULL) == 1 && type != NID_undef &&
	    type != EVP_PKEY_get_base_id(key) &&
	    !(type == NID_rsassaPss && EVP_PKEY_is_a(key, "RSA"));
}

static enum cert_issuer judge_signature(X509 *issuer, X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	int ret;

	if (!key)
		return CERT_ISSUER_UNCHECKED;
	if (is_other_type(cert, key))
		return CERT_ISSUER_NOT_SIGNED;
	ret = X509_verify(cert, key);
	if (ret == 1)
		return CERT_ISSUER_ISSUED;
	/*
	 * Below 0: the library could not even try, because it does not know or allow
	 * the algorithm.
	 */
	return ret == 0 ? CERT_ISSUER_NOT_SIGNED : CERT_ISSUER_UNCHECKED;
}

enum cert_issuer cert_issuer_judge(X509 *issuer, X509 *cert)
{
	struct cert_flaw flaw;
	enum cert_issuer link;

	if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(cert)) != 0)
		return CERT_ISSUER_STRANGER;
	link = judge_signature(issuer, cert);
	if (link != CERT_ISSUER_ISSUED)
		return link;
	if (cert_flaw_get(issuer, &flaw))
		return CERT_ISSUER_FLAWED;
	switch (X509_check_issued(issuer, cert)) {
	case X509_V_ERR_AKID_SKID_MISMATCH:
		return CERT_ISSUER_KEY_ID;
	case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
		return CERT_ISSUER_SERIAL;
	default:
		return CERT_ISSUER_ISSUED;
	}
}

/* A peer could send many large keys under one name, and each costs a verification. */
enum { CANDIDATES_MAX = 8 };

static void weigh(struct issuer_cause *c, const STACK_OF(X509) * candidates, X509 *cert, bool sent)
{
	int tried = 0;

	for (int i = 0; i < sk_X509_num(candidates) && tried < CANDIDATES_MAX; i++) {
		X509 *candidate = sk_X509_value(candidates, i);
		enum cert_issuer link = CERT_ISSUER_STRANGER;

		if (!sent || X509_cmp(candidate, cert) != 0)
			link = cert_issuer_judge(candidate, cert);
		tried += link != CERT_ISSUER_STRANGER;
		/* Of two equal ones the store's is reported: those come last. */
		if (link < c->link || link == CERT_ISSUER_STRANGER)
			continue;
		c->link = link;
		c->sent = sent;
		cert_info_name(X509_get_subject_name(candidate), c->name);
		cert_flaw_get(candidate, &c->issuer_flaw);
	}
}

static void weigh_all(X509_STORE_CTX *judged, X509 *cert, bool trusted_only,
    struct issuer_cause *out)
{
	STACK_OF(X509) * trusted;

	memset(out, 0, sizeof *out);
	if (cert_flaw_get(cert, &out->flaw))
		return;
	if (!trusted_only)
		weigh(out, X509_STORE_CTX_get0_untrusted(judged), cert, true);
	trusted = X509_STORE_CTX_get1_certs(judged, X509_get_issuer_name(cert));
	weigh(out, trusted, cert, false);
	sk_X509_pop_free(trusted, X509_free);
}

X509 *issuer_cause_find(X509_STORE_CTX *judged, int *depth, struct issuer_cause *out)
{
	X509 *culprit = X509_STORE_CTX_get_current_cert(judged), *below;

	memset(out, 0, sizeof *out);
	*depth = X509_STORE_CTX_get_error_depth(judged);
	if (!culprit)
		culprit = X509_STORE_CTX_get0_cert(judged);
	switch (X509_STORE_CTX_get_error(judged)) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		weigh_all(judged, culprit, false, out);
		return culprit;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		weigh_all(judged, culprit, true, out);
		return culprit;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		break;
	case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
		if (cert_issuer_unknown_critical(culprit, out->flaw.extension))
			out->flaw.kind = CERT_FLAW_UNKNOWN;
		return culprit;
	default:
		cert_flaw_get(culprit, &out->flaw);
		return culprit;
	}
	if (*depth < 1)
		return culprit;
	below = sk_X509_value(X509_STORE_CTX_get0_chain(judged), *depth - 1);
	weigh_all(judged, below, true, out);
	*depth -= issuer_cause_beyond_trust(out);
	return issuer_cause_beyond_trust(out) ? below : culprit;
}

bool issuer_cause_beyond_trust(const struct issuer_cause *c)
{
	return c->flaw.kind != CERT_FLAW_NONE ||
	    (c->link >= CERT_ISSUER_SERIAL && c->link < CERT_ISSUER_ISSUED);
}

enum { LOCATION_MAX = 320 };

static const char *describe_location(const struct issuer_cause *c, const char *store,
    const char *place, char buf[LOCATION_MAX])
{
	snprintf(buf, LOCATION_MAX, "%s%s", c->sent ? "" : "in ", c->sent ? place : store);
	return buf;
}

bool issuer_cause_explain(const struct issuer_cause *c, const char *who, const char *store,
    const char *place, enum outcome_code code, struct outcome *oc)
{
	char flaw[CERT_FLAW_TEXT_MAX], where[LOCATION_MAX];

	describe_location(c, store, place, where);
	if (c->flaw.kind != CERT_FLAW_NONE)
		outcome_set(oc, code, "%s %s", who, cert_flaw_text(&c->flaw, flaw));
	else if (c->link == CERT_ISSUER_FLAWED)
		outcome_set(oc, code, "%s was signed by \"%s\", but that CA's certificate %s %s",
		    who, c->name, where, cert_flaw_text(&c->issuer_flaw, flaw));
	else if (c->link == CERT_ISSUER_KEY_ID)
		outcome_set(oc, code,
		    "%s was signed by the key of \"%s\", but its authorityKeyIdentifier differs "
		    "from the subjectKeyIdentifier of that CA's certificate %s",
		    who, c->name, where);
	else if (c->link == CERT_ISSUER_SERIAL)
		outcome_set(oc, code,
		    "%s was signed by the key of \"%s\", but its authorityKeyIdentifier names an "
		    "issuer or serial number that differs from that CA's certificate %s: check "
		    "whether that CA was renewed with the same key",
		    who, c->name, where);
	else
		return false;
	return true;
}

void issuer_cause_append(const struct issuer_cause *c, const char *store, const char *place,
    struct outcome *oc)
{
	char where[LOCATION_MAX];

	describe_location(c, store, place, where);
	if (c->link == CERT_ISSUER_NOT_SIGNED)
		outcome_append(oc,
		    "; the certificate of that name %s has another key and did not sign this one",
		    where);
	else if (c->link == CERT_ISSUER_UNCHECKED)
		outcome_append(oc,
		    "; its signature cannot be verified with the certificate of that name %s",
		    where);
	else if (c->link == CERT_ISSUER_ISSUED && c->sent)
		outcome_append(oc, ", and the chain is circular: it reaches no root in %s",
		    store);
	else if (c->link == CERT_ISSUER_ISSUED)
		outcome_append(oc,
		    "; the certificate of that name %s has the same key, but is a different one",
		    where);
}
