/* SPDX-License-Identifier: MIT */
#include "tls/crl_ask.h"

#include <stdlib.h>

#include <openssl/asn1.h>
#include <openssl/x509v3.h>

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

static bool is_about(const X509_REVOKED *entry, const ASN1_INTEGER *serial)
{
	return entry && ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(entry), serial) == 0;
}

/* The entry of a certificate, the most severe if there are several; NULL: none. */
static const X509_REVOKED *find_entry(X509_CRL *list, const X509 *cert, bool in_delta)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
	X509_REVOKED *found = NULL;

	if (X509_CRL_get0_by_serial(list, &found, serial) == 0)
		return NULL;
	/* This lookup has sorted the entries, and finding gives the first of equals. */
	for (int i = sk_X509_REVOKED_find(entries, found);
	     is_about(sk_X509_REVOKED_value(entries, i), serial); i++) {
		X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);

		if (weigh(entry, in_delta) > weigh(found, in_delta))
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

static void judge(struct crl_candidate *c, X509_CRL *list, X509 *cert,
    const struct crl_issuer *issuer, int64_t now)
{
	c->list = list;
	crl_memory_judge(issuer->memory, list, issuer->cert, issuer->is_proven, &c->crl);
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

void crl_ask(const STACK_OF(X509_CRL) * lists, X509 *cert, const struct crl_issuer *issuer,
    int64_t now, struct crl_answer *out)
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
