/* SPDX-License-Identifier: MIT */
#include "client/cert/revocation.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

static void note_reason(struct revocation *r, long code)
{
	/* A list need not give one, and "unspecified" says no more. */
	if (code > OCSP_REVOKED_STATUS_UNSPECIFIED)
		snprintf(r->reason, sizeof r->reason, "%s", OCSP_crl_reason_str(code));
}

void revocation_note_crl(struct revocation *r, X509_CRL *crl, X509 *cert)
{
	X509_REVOKED *entry = NULL;
	ASN1_ENUMERATED *reason;

	memset(r, 0, sizeof *r);
	tlscrl_get(crl, &r->crl);
	if (X509_CRL_get0_by_cert(crl, &entry, cert) != 1)
		return;
	r->at = certinfo_moment(X509_REVOKED_get0_revocationDate(entry));
	reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	if (reason)
		note_reason(r, ASN1_ENUMERATED_get(reason));
	ASN1_ENUMERATED_free(reason);
}

void revocation_note_staple(struct revocation *r, const struct staple_facts *staple)
{
	memset(r, 0, sizeof *r);
	r->stapled = true;
	r->at = staple->revoked_at;
	snprintf(r->reason, sizeof r->reason, "%s", staple->reason);
}

static int explain_revoked(const struct revocation *r, const char *who, int64_t now,
    struct outcome *oc)
{
	char span[CERTINFO_TIME_MAX], when[CERTINFO_TIME_MAX];

	outcome_set(oc, OC_CERT_REVOKED, "%s was revoked %s ago, at %s%s%s; so says ", who,
	    certinfo_span(now - r->at, span), certinfo_time(r->at, when), r->reason[0] ? ": " : "",
	    r->reason);
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

static int explain_stale(const struct revocation *r, int64_t now, struct outcome *oc)
{
	char span[CERTINFO_TIME_MAX], when[CERTINFO_TIME_MAX];

	outcome_set(oc, OC_CRL_UNUSABLE,
	    "the CRL of \"%s\" is stale: the next was due %s ago, at %s", r->crl.issuer,
	    certinfo_span(now - r->crl.next_update, span), certinfo_time(r->crl.next_update, when));
	outcome_advise(oc, "get the present one; our clock says %s", certinfo_time(now, when));
	return -1;
}

static int explain_early(const struct revocation *r, int64_t now, struct outcome *oc)
{
	char when[CERTINFO_TIME_MAX];

	outcome_set(oc, OC_CRL_UNUSABLE,
	    "the CRL of \"%s\" is not valid before %s; is a clock wrong?", r->crl.issuer,
	    certinfo_time(r->crl.this_update, when));
	outcome_advise(oc, "date -u on both machines; our clock says %s", certinfo_time(now, when));
	return -1;
}

static int explain_forged(const struct revocation *r, struct outcome *oc)
{
	outcome_set(oc, OC_CRL_UNUSABLE, "the CRL of \"%s\" was not signed by that CA",
	    r->crl.issuer);
	outcome_advise(oc,
	    "get it from the CA itself; was \"%s\" made anew? Then its old CRL is worth nothing",
	    r->crl.issuer);
	return -1;
}

int revocation_explain(const struct revocation *r, int error, const char *who, const char *issuer,
    int64_t now, struct outcome *oc)
{
	switch (error) {
	case X509_V_ERR_CERT_REVOKED:
		return explain_revoked(r, who, now, oc);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return explain_missing(who, issuer, oc);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return explain_stale(r, now, oc);
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return explain_early(r, now, oc);
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		return explain_forged(r, oc);
	default:
		return outcome_set(oc, OC_CRL_UNUSABLE, "the CRL of \"%s\" cannot be used: %s",
		    r->crl.issuer, X509_verify_cert_error_string(error));
	}
}
