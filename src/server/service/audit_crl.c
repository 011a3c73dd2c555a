/* SPDX-License-Identifier: MIT */
#include "base/time.h"
#include "server/service/audit.h"
#include "tls/crl_text.h"

/* Does the CA of list i have a usable list that covers end-entity certificates (users) or CAs? */
static bool covers(const struct crl_store_file *crls, size_t i, bool users)
{
	for (size_t j = 0; j < crls->count; j++) {
		const struct crl *crl = &crls->item[j].crl;

		if (crls->item[j].ca == i && crl->fault == CRL_USABLE && !crl->base.given &&
		    !(users ? crl->only_cas : crl->only_users))
			return true;
	}
	return false;
}

static void judge_cover(const struct audit *a, const struct crl_store_file *crls, size_t i)
{
	const struct crl_store *it = &crls->item[i];
	bool users = covers(crls, i, true), cas = covers(crls, i, false);

	if (it->ca != i)
		return;
	if (cas && !users)
		audit_find(a, AUDIT_WARNING,
		    "the CRL of \"%s\" covers only CA certificates: a client certificate that "
		    "this CA issued directly is rejected",
		    it->crl.issuer);
	if (users && !cas && it->of_root)
		audit_find(a, AUDIT_WARNING,
		    "the CRL of \"%s\" covers only end-entity certificates: every client of a CA "
		    "below that root is rejected",
		    it->crl.issuer);
}

void audit_crl_cover(const struct crl_store_file *crls, int64_t now, audit_report *report,
    void *arg)
{
	const struct audit a = { report, arg };
	char text[CRL_TEXT_MAX];

	for (size_t i = 0; i < crls->count; i++) {
		enum crl_fault fault = crl_store_fault(crls, i, now);

		if (fault != CRL_USABLE && crl_store_is_covered(crls, i, now))
			audit_find(&a, AUDIT_WARNING, "%s; the other CRL of that CA is used",
			    crl_text_describe(&crls->item[i].crl, fault, now, text));
		judge_cover(&a, crls, i);
	}
	if (crls->uncovered_key[0])
		audit_find(&a, AUDIT_WARNING,
		    "no CRL of \"%s\" was signed by its key: all its clients are rejected",
		    crls->uncovered_key);
}

static void judge_list(const struct audit *a, const struct crl_store_file *crls, size_t i,
    int64_t now)
{
	const struct crl *crl = &crls->item[i].crl;
	enum crl_fault fault = crl_store_fault(crls, i, now);
	char text[CRL_TEXT_MAX], phrase[TIME_PHRASE_MAX];

	if (fault != CRL_USABLE && !crl_store_is_covered(crls, i, now))
		audit_find(a, AUDIT_ERROR, "%s: %s", crl_text_describe(crl, fault, now, text),
		    crl_text_advice(fault));
	else if (fault == CRL_USABLE && crl_store_decides(crls, i, now) &&
	    crl->next_update - now < (crl->next_update - crl->this_update) / 3)
		audit_find(a, AUDIT_WARNING, "the CRL of \"%s\" %s: get a newer one", crl->issuer,
		    time_phrase_valid(crl->next_update, now, phrase));
}

void audit_crls(const struct crl_store_file *crls, int64_t now, audit_report *report, void *arg)
{
	const struct audit a = { report, arg };

	for (size_t i = 0; i < crls->count; i++)
		judge_list(&a, crls, i, now);
	audit_crl_cover(crls, now, report, arg);
}
