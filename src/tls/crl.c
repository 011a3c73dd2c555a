/* SPDX-License-Identifier: MIT */
#include "tls/crl.h"

#include <stdio.h>
#include <stdlib.h>
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

void crl_verify(struct crl *crl, X509_CRL *list, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
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
	if (!key || X509_CRL_verify(list, key) != 1)
		crl->fault = malformed ? CRL_MALFORMED : other ? CRL_OTHER_KEY : CRL_FORGED;
	else if (malformed)
		crl->fault = CRL_MALFORMED;
	else if (!(X509_get_key_usage(issuer) & KU_CRL_SIGN))
		crl->fault = CRL_NOT_SIGNER;
	else if ((weakness = signature_weakness(algorithm, key, text))) {
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

static bool shares_name(const GENERAL_NAMES *a, const DIST_POINT *point)
{
	const GENERAL_NAMES *b;

	/* A point with reasons or with its own issuer is about other lists. */
	if (!point->distpoint || point->distpoint->type != 0 || point->reasons || point->CRLissuer)
		return false;
	b = point->distpoint->name.fullname;
	for (int i = 0; i < sk_GENERAL_NAME_num(a); i++) {
		for (int j = 0; j < sk_GENERAL_NAME_num(b); j++) {
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i),
				sk_GENERAL_NAME_value(b, j)) == 0)
				return true;
		}
	}
	return false;
}

/* RFC 5280 section 6.3.3 (b) (2): one name of the list's point is one of the certificate's. */
static bool shares_point(X509_CRL *list, X509 *cert)
{
	ISSUING_DIST_POINT *ours =
	    X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, NULL, NULL);
	CRL_DIST_POINTS *points = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	bool shared = false;

	for (int i = 0; ours && i < sk_DIST_POINT_num(points); i++)
		shared = shared ||
		    shares_name(ours->distpoint->name.fullname, sk_DIST_POINT_value(points, i));
	CRL_DIST_POINTS_free(points);
	ISSUING_DIST_POINT_free(ours);
	return shared;
}

static bool covers(const struct crl *crl, X509_CRL *list, X509 *cert)
{
	bool is_ca = (X509_get_extension_flags(cert) & EXFLAG_CA) != 0;

	if ((crl->only_users && is_ca) || (crl->only_cas && !is_ca))
		return false;
	return !crl->partial || shares_point(list, cert);
}

static int reason_of(const X509_REVOKED *entry)
{
	ASN1_ENUMERATED *told = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	long reason = told ? ASN1_ENUMERATED_get(told) : -1;

	ASN1_ENUMERATED_free(told);
	return reason >= 0 && reason <= CRL_REASON_AA_COMPROMISE ? (int)reason : -1;
}

/* Severity of an entry: lifted, on hold, revoked. */
enum weight { LIFTED, HELD, REVOKED };

static enum weight weigh(const X509_REVOKED *entry, bool in_delta)
{
	int reason = reason_of(entry);

	if (reason == CRL_REASON_CERTIFICATE_HOLD)
		return HELD;
	/* It is valid only in a delta: a complete list would simply omit the entry. */
	return reason == CRL_REASON_REMOVE_FROM_CRL && in_delta ? LIFTED : REVOKED;
}

/* The entry of a certificate, the most severe if there are several; NULL: none. */
static const X509_REVOKED *find_entry(X509_CRL *list, const X509 *cert, bool in_delta)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
	X509_REVOKED *found = NULL;

	if (X509_CRL_get0_by_serial(list, &found, serial) == 0)
		return NULL;
	for (int i = 0; weigh(found, in_delta) != REVOKED && i < sk_X509_REVOKED_num(entries);
	     i++) {
		X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);

		if (ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(entry), serial) == 0 &&
		    weigh(entry, in_delta) > weigh(found, in_delta))
			found = entry;
	}
	return found;
}

struct crl_candidate {
	X509_CRL *list;
	struct crl crl;
	enum crl_fault fault;
};

static bool is_genuine(const struct crl_candidate *c)
{
	return c->fault <= CRL_EARLY;
}

static void judge(struct crl_candidate *c, X509_CRL *list, X509 *cert, X509 *issuer, int64_t now)
{
	c->list = list;
	crl_get(list, &c->crl);
	crl_verify(&c->crl, list, issuer);
	c->fault = crl_fault_at(&c->crl, now);
	if (c->fault < CRL_OUT_OF_SCOPE && !covers(&c->crl, list, cert))
		c->fault = CRL_OUT_OF_SCOPE;
}

/* A delta alone decides nothing. */
static enum crl_fault rank(const struct crl_candidate *c)
{
	return c->crl.base.given && c->fault < CRL_LONE_DELTA ? CRL_LONE_DELTA : c->fault;
}

/* The newest of the lists with the least fault. */
static const struct crl_candidate *choose(const struct crl_candidate *all, int count)
{
	const struct crl_candidate *best = NULL;

	for (int i = 0; i < count; i++) {
		const struct crl_candidate *c = &all[i];

		if (!best || rank(c) < rank(best) ||
		    (rank(c) == rank(best) && crl_is_newer(&c->crl, &best->crl)))
			best = c;
	}
	return best;
}

/* Combines all genuine lists that are not older than the deciding one. */
static void look_up(const struct crl_candidate *all, int count,
    const struct crl_candidate *deciding, X509 *cert, struct crl_answer *out)
{
	const struct crl_candidate *told_by = NULL;
	const X509_REVOKED *told = NULL;
	enum weight heaviest = LIFTED;

	for (int i = 0; i < count; i++) {
		const struct crl_candidate *c = &all[i];
		const X509_REVOKED *entry;
		enum weight weight;

		if (!is_genuine(c) || crl_is_newer(&deciding->crl, &c->crl) ||
		    !(entry = find_entry(c->list, cert, c->crl.base.given)))
			continue;
		weight = weigh(entry, c->crl.base.given);
		if (weight == LIFTED &&
		    (c->fault != CRL_USABLE || !crl_continues(&c->crl, &deciding->crl)))
			continue;
		/* A revocation is final; for a hold the newest entry counts. */
		if (told && weight != REVOKED &&
		    (heaviest == REVOKED || crl_is_newer(&told_by->crl, &c->crl) ||
			(weight < heaviest && !crl_is_newer(&c->crl, &told_by->crl))))
			continue;
		told_by = c;
		told = entry;
		heaviest = weight;
	}
	if (!told || heaviest == LIFTED)
		return;
	out->crl = told_by->crl;
	out->revoked = true;
	out->revoked_at = cert_info_seconds(X509_REVOKED_get0_revocationDate(told));
	out->reason = reason_of(told);
}

void crl_ask(const STACK_OF(X509_CRL) * lists, X509 *cert, X509 *issuer, int64_t now,
    struct crl_answer *out)
{
	int count = sk_X509_CRL_num(lists);
	struct crl_candidate *all = count > 0 ? calloc((size_t)count, sizeof *all) : NULL;
	const struct crl_candidate *deciding;

	*out = (struct crl_answer){ .fault = CRL_MISSING, .reason = -1 };
	if (!all)
		return;
	for (int i = 0; i < count; i++)
		judge(&all[i], sk_X509_CRL_value(lists, i), cert, issuer, now);
	deciding = choose(all, count);
	out->fault = rank(deciding);
	out->crl = deciding->crl;
	if (out->fault <= CRL_NO_END)
		look_up(all, count, deciding, cert, out);
	free(all);
}
