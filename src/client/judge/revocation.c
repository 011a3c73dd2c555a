/* SPDX-License-Identifier: MIT */
#include "client/judge/revocation.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>

#include "base/time.h"
#include "tls/crl_text.h"

static void note_reason(struct revocation *r, long code)
{
	/* A list need not give a reason, and "unspecified" is no reason. */
	if (code > OCSP_REVOKED_STATUS_UNSPECIFIED)
		snprintf(r->reason, sizeof r->reason, "%s", OCSP_crl_reason_str(code));
}

void revocation_note_crls(struct revocation *r, X509_STORE_CTX *judged, int depth)
{
	struct crl_answer answer;

	crl_store_ask(judged, depth, &answer);
	memset(r, 0, sizeof *r);
	r->fault = answer.fault;
	r->crl = answer.crl;
	r->at = answer.revoked_at;
	note_reason(r, answer.reason);
}

void revocation_note_staple(struct revocation *r, const struct staple_facts *staple)
{
	memset(r, 0, sizeof *r);
	r->stapled = true;
	r->at = staple->revoked_at;
	snprintf(r->reason, sizeof r->reason, "%s", staple->reason);
}

static int explain_revoked(const struct revocation *r, const char *who, int64_t now, bool chosen,
    struct outcome *oc)
{
	char span[TIME_TEXT_MAX], when[TIME_TEXT_MAX];

	time_text(r->at, when);
	/* "Ago" is relative to now, which --verify-time is not. */
	if (chosen)
		outcome_set(oc, OC_CERT_REVOKED, "%s was revoked at %s", who, when);
	else if (r->at > now)
		outcome_set(oc, OC_CERT_REVOKED, "%s is revoked as of %s, in %s", who, when,
		    time_span(r->at - now, span));
	else
		outcome_set(oc, OC_CERT_REVOKED, "%s was revoked %s ago, at %s", who,
		    time_span(now - r->at, span), when);
	outcome_append(oc, "%s%s; according to ", r->reason[0] ? ": " : "", r->reason);
	if (r->stapled)
		outcome_append(oc, "the OCSP response that the server staples to it");
	else
		outcome_append(oc, "the CRL of \"%s\"", r->crl.issuer);
	return -1;
}

static int explain_missing(const char *who, const char *issuer, struct outcome *oc)
{
	outcome_set(oc, OC_CRL_UNUSABLE, "%s was issued by \"%s\", which has no CRL in --crlfile",
	    who, issuer);
	outcome_advise(oc,
	    "put the CRLs of all CAs of the chain into one file, \"%s\" included: "
	    "cat A.pem B.pem >FILE",
	    issuer);
	return -1;
}

static const char *clock_of(bool chosen)
{
	return chosen ? "--verify-time is" : "our clock shows";
}

static int explain_fault(const struct revocation *r, const char *who, int64_t now, bool chosen,
    struct outcome *oc)
{
	char text[CRL_TEXT_MAX], when[TIME_TEXT_MAX];

	outcome_set(oc, OC_CRL_UNUSABLE, "the revocation of %s cannot be checked: %s", who,
	    crl_text_describe(&r->crl, r->fault, now, text));
	if (r->fault == CRL_STALE || r->fault == CRL_EARLY)
		outcome_advise(oc, "%s; %s %s", crl_text_advice(r->fault), clock_of(chosen),
		    time_text(now, when));
	else
		outcome_advise(oc, "%s", crl_text_advice(r->fault));
	return -1;
}

int revocation_explain(const struct revocation *r, bool revoked, const char *who,
    const char *issuer, int64_t now, bool chosen, struct outcome *oc)
{
	if (revoked)
		return explain_revoked(r, who, now, chosen, oc);
	if (r->crl.issuer[0])
		return explain_fault(r, who, now, chosen, oc);
	return explain_missing(who, issuer, oc);
}
