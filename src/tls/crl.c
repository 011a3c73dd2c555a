/* SPDX-License-Identifier: MIT */
#include "tls/crl.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/signature.h"

/* The first fault found is reported. */
static void record_fault(struct crl *crl, enum crl_fault fault)
{
	if (crl->fault == CRL_USABLE)
		crl->fault = fault;
}

static void record_number(struct crl *crl, X509_CRL *list, int nid, struct crl_number *out)
{
	int critical;
	ASN1_INTEGER *integer = X509_CRL_get_ext_d2i(list, nid, &critical, NULL);
	BIGNUM *number = integer ? ASN1_INTEGER_to_BN(integer, NULL) : NULL;

	out->given = critical != -1;
	if (out->given &&
	    (!number || BN_is_negative(number) ||
		BN_bn2binpad(number, out->value, sizeof out->value) < 0))
		record_fault(crl, CRL_MALFORMED);
	BN_free(number);
	ASN1_INTEGER_free(integer);
}

static void record_scope(struct crl *crl, X509_CRL *list)
{
	int critical;
	ISSUING_DIST_POINT *scope =
	    X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, &critical, NULL);

	if (critical == -1)
		return;
	if (!scope) {
		record_fault(crl, CRL_MALFORMED);
		return;
	}
	crl->only_users = scope->onlyuser > 0;
	crl->only_cas = scope->onlyCA > 0;
	crl->partial = scope->distpoint != NULL;
	if (scope->indirectCRL > 0)
		record_fault(crl, CRL_INDIRECT);
	else if (scope->onlyattr > 0)
		record_fault(crl, CRL_ATTRIBUTES);
	else if (scope->onlysomereasons)
		record_fault(crl, CRL_SOME_REASONS);
	else if (scope->distpoint && scope->distpoint->type != 0)
		record_fault(crl, CRL_RELATIVE);
	else if (crl->only_users && crl->only_cas)
		record_fault(crl, CRL_MALFORMED);
	ISSUING_DIST_POINT_free(scope);
}

/* Any critical extension except known ones, up to NID_undef, is a fault. */
static void record_critical(struct crl *crl, const STACK_OF(X509_EXTENSION) * extensions,
    const int *known, enum crl_fault fault)
{
	for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++) {
		X509_EXTENSION *extension = sk_X509_EXTENSION_value(extensions, i);
		const ASN1_OBJECT *type = X509_EXTENSION_get_object(extension);
		const int *at = known;

		while (*at != NID_undef && *at != OBJ_obj2nid(type))
			at++;
		if (*at != NID_undef || !X509_EXTENSION_get_critical(extension) ||
		    crl->fault != CRL_USABLE)
			continue;
		OBJ_obj2txt(crl->what, sizeof crl->what, type, 0);
		crl->fault = fault;
	}
}

/* An entry about another CA's certificate would be mistaken for one of ours. */
static void record_entries(struct crl *crl, X509_CRL *list)
{
	static const int known[] = { NID_crl_reason, NID_certificate_issuer, NID_undef };
	const STACK_OF(X509_REVOKED) * entries;
	ASN1_INTEGER *nobody = ASN1_INTEGER_new();
	X509_REVOKED *unused;

	/*
	 * The first lookup sorts the entries, under a lock; nobody else reads the list
	 * while we do.
	 */
	if (nobody)
		X509_CRL_get0_by_serial(list, &unused, nobody);
	ASN1_INTEGER_free(nobody);
	entries = X509_CRL_get_REVOKED(list);
	for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
		const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);

		if (!X509_REVOKED_get0_extensions(entry))
			continue;
		if (X509_REVOKED_get_ext_by_NID(entry, NID_certificate_issuer, -1) >= 0)
			record_fault(crl, CRL_INDIRECT);
		record_critical(crl, X509_REVOKED_get0_extensions(entry), known,
			    CRL_CRITICAL_ENTRY);
	}
}

void crl_get(X509_CRL *list, struct crl *out)
{
	static const int known[] = { NID_issuing_distribution_point, NID_delta_crl,
		NID_authority_key_identifier, NID_crl_number, NID_undef };

	memset(out, 0, sizeof *out);
	cert_info_name(X509_CRL_get_issuer(list), out->issuer);
	out->this_update = cert_info_seconds(X509_CRL_get0_lastUpdate(list));
	out->next_update = cert_info_seconds(X509_CRL_get0_nextUpdate(list));
	if (out->this_update == 0)
		out->fault = CRL_MALFORMED;
	record_number(out, list, NID_crl_number, &out->number);
	record_number(out, list, NID_delta_crl, &out->base);
	record_scope(out, list);
	record_critical(out, X509_CRL_get0_extensions(list), known, CRL_CRITICAL);
	record_entries(out, list);
}

/* Does the list name another key than the issuer's? A list without a key identifier does not. */
static bool names_other_key(X509_CRL *list, X509 *issuer, bool *malformed)
{
	int critical;
	AUTHORITY_KEYID *id =
	    X509_CRL_get_ext_d2i(list, NID_authority_key_identifier, &critical, NULL);
	bool other = id && X509_check_akid(issuer, id) != X509_V_OK;

	*malformed = !id && critical != -1;
	AUTHORITY_KEYID_free(id);
	return other;
}

int crl_verify(X509_CRL *list, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	return key ? X509_CRL_verify(list, key) : -1;
}

void crl_judge_signature(struct crl *crl, X509_CRL *list, X509 *issuer, bool is_signed)
{
	const X509_ALGOR *algorithm;
	char text[SIGNATURE_TEXT_MAX];
	const char *weakness;
	bool malformed, other = names_other_key(list, issuer, &malformed);

	X509_CRL_get0_signature(list, NULL, &algorithm);
	/*
	 * The signature outranks the list's own faults: without it the list is somebody
	 * else's. Only the signature decides, because the identifier may belong to an
	 * earlier certificate of the CA, with the same key.
	 */
	if (!is_signed)
		crl->fault = malformed ? CRL_MALFORMED : other ? CRL_OTHER_KEY : CRL_FORGED;
	else if (malformed)
		crl->fault = CRL_MALFORMED;
	else if (!(X509_get_key_usage(issuer) & KU_CRL_SIGN))
		crl->fault = CRL_NOT_SIGNER;
	else if ((weakness = signature_weakness(algorithm, X509_get0_pubkey(issuer), text))) {
		crl->fault = CRL_WEAK;
		snprintf(crl->what, sizeof crl->what, "%s", weakness);
	}
}

enum crl_fault crl_fault_at(const struct crl *crl, int64_t now)
{
	if (crl->fault != CRL_USABLE)
		return crl->fault;
	if (now < crl->this_update)
		return CRL_EARLY;
	if (crl->next_update == 0)
		return CRL_NO_END;
	return now >= crl->next_update ? CRL_STALE : CRL_USABLE;
}

static int compare_numbers(const struct crl_number *a, const struct crl_number *b)
{
	/* A number that is missing is all zero. */
	return memcmp(a->value, b->value, sizeof a->value);
}

bool crl_continues(const struct crl *delta, const struct crl *complete)
{
	return complete->number.given && compare_numbers(&delta->base, &complete->number) <= 0 &&
	    delta->only_users == complete->only_users && delta->only_cas == complete->only_cas &&
	    delta->partial == complete->partial;
}

bool crl_is_newer(const struct crl *a, const struct crl *b)
{
	if (a->this_update != b->this_update)
		return a->this_update > b->this_update;
	return compare_numbers(&a->number, &b->number) > 0;
}
