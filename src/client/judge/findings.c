/* SPDX-License-Identifier: MIT */
#include "client/judge/findings.h"

#include <openssl/x509_vfy.h>

#include "tls/cert_info.h"
#include "tls/crl_store.h"

void findings_add(struct findings *f, int error)
{
	for (int i = 0; i < f->count; i++) {
		if (f->errors[i] == error)
			return;
	}
	if (f->count < FINDINGS_MAX)
		f->errors[f->count++] = error;
}

bool findings_disordered(X509_STORE_CTX *judged)
{
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(judged);
	int n = sk_X509_num(sent);

	for (int i = 0; i + 1 < n; i++) {
		X509 *cert = sk_X509_value(sent, i);

		if (cert_info_issued(sk_X509_value(sent, i + 1), cert))
			continue;
		for (int j = 0; j < n; j++) {
			if (j != i && cert_info_issued(sk_X509_value(sent, j), cert))
				return true;
		}
	}
	return false;
}

enum outcome_code findings_code(int error)
{
	if (crl_store_is_at_fault(error))
		return OC_CRL_UNUSABLE;
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SUBJECT_ISSUER_MISMATCH:
	case X509_V_ERR_AKID_SKID_MISMATCH:
	case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_CERT_REJECTED:
		return OC_CERT_UNKNOWN_CA;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return OC_CERT_SELF_SIGNED;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return OC_CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return OC_CERT_NOT_YET_VALID;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
	case X509_V_ERR_EMAIL_MISMATCH:
		return OC_CERT_WRONG_NAME;
	case X509_V_ERR_INVALID_PURPOSE:
		return OC_CERT_WRONG_PURPOSE;
	case X509_V_ERR_CERT_REVOKED:
		return OC_CERT_REVOKED;
	default:
		return OC_CERT_INVALID;
	}
}

bool findings_is_distrust(int error)
{
	return outcome_is(findings_code(error), OUTCOME_UNTRUSTED);
}

/* One cause has several errors: a missing issuer also leaves a signature unchecked. */
static bool is_same(int a, int b)
{
	if (findings_is_distrust(a) && findings_is_distrust(b))
		return true;
	return findings_code(a) == findings_code(b) &&
	    (findings_code(a) != OC_CERT_INVALID || a == b);
}

void findings_append(const struct findings *f, int first, struct outcome *oc)
{
	const char *before = "; also: ";

	for (int i = 0; i < f->count; i++) {
		bool known = is_same(f->errors[i], first);

		for (int j = 0; j < i; j++)
			known = known || is_same(f->errors[i], f->errors[j]);
		if (known)
			continue;
		outcome_append(oc, "%s%s", before, X509_verify_cert_error_string(f->errors[i]));
		before = ", ";
	}
}
