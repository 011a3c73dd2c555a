/* SPDX-License-Identifier: MIT */
#include "client/judge/findings.h"

#include <openssl/x509_vfy.h>

#include "tls/cert_info.h"
#include "tls/crl_store.h"
#include "tls/trust.h"

/* The verdict stands already; this only looks on behind the first error. */
static int note(int ok, X509_STORE_CTX *again)
{
	struct findings *f = X509_STORE_CTX_get_app_data(again);
	int error = X509_STORE_CTX_get_error(again);

	for (int i = 0; i < f->count && !ok; i++) {
		if (f->errors[i] == error)
			return 1;
	}
	if (!ok && f->count < FINDINGS_MAX)
		f->errors[f->count++] = error;
	return 1;
}

static void look_on(struct findings *f, X509_STORE_CTX *judged)
{
	X509_STORE_CTX *again = X509_STORE_CTX_new();

	if (again &&
	    X509_STORE_CTX_init(again, X509_STORE_CTX_get0_store(judged),
		X509_STORE_CTX_get0_cert(judged), X509_STORE_CTX_get0_untrusted(judged)) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again),
		X509_STORE_CTX_get0_param(judged)) == 1) {
		X509_STORE_CTX_set_app_data(again, f);
		X509_STORE_CTX_set_verify_cb(again, note);
		/* Its answer is of no interest: the callback has made it worthless. */
		(void)X509_verify_cert(again);
	}
	X509_STORE_CTX_free(again);
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

static bool is_trust(int error)
{
	enum outcome_code code = findings_code(error);

	return code == OC_CERT_UNKNOWN_CA || code == OC_CERT_SELF_SIGNED;
}

void findings_collect(struct findings *f, X509_STORE_CTX *judged)
{
	STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(judged);
	int n = sk_X509_num(built);

	look_on(f, judged);
	if (n > 0 && is_trust(X509_STORE_CTX_get_error(judged)))
		f->system_knows = tls_trust_knows_issuer(sk_X509_value(built, n - 1));
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

/* One trouble has several errors: an issuer that is not there also leaves a signature unchecked. */
static bool is_same(int a, int b)
{
	if (is_trust(a) && is_trust(b))
		return true;
	return findings_code(a) == findings_code(b) &&
	    (findings_code(a) != OC_CERT_INVALID || a == b);
}

void findings_append(const struct findings *f, int first, struct outcome *oc)
{
	const char *before = "; also: ";

	for (int i = 0; i < f->count; i++) {
		bool told = is_same(f->errors[i], first);

		for (int j = 0; j < i; j++)
			told = told || is_same(f->errors[i], f->errors[j]);
		if (told)
			continue;
		outcome_append(oc, "%s%s", before, X509_verify_cert_error_string(f->errors[i]));
		before = ", ";
	}
}
