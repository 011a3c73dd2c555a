/* SPDX-License-Identifier: MIT */
#include "client/judge/cert_error.h"

#include <openssl/x509_vfy.h>

#include "tls/crl_store.h"

enum outcome_code cert_error_code(int error)
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

bool cert_error_is_distrust(int error)
{
	return outcome_is(cert_error_code(error), OUTCOME_UNTRUSTED);
}
