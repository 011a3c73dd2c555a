/* SPDX-License-Identifier: MIT */
#include "tls/staple.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/time.h"
#include "tls/cert_info.h"
#include "tls/error.h"
#include "tls/signature.h"

/* How far another clock may be ahead of ours; the security level of the signer's certificate. */
enum { SKEW_SECONDS = 300, SIGNER_LEVEL = 2 };

static void refuse(struct staple_facts *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void refuse(struct staple_facts *f, const char *fmt, ...)
{
	va_list ap;

	f->status = STAPLE_UNUSABLE;
	va_start(ap, fmt);
	vsnprintf(f->why, sizeof f->why, fmt, ap);
	va_end(ap);
}

static bool has_issued(X509 *ca, X509 *cert)
{
	return cert_info_issued(ca, cert) && X509_verify(cert, X509_get0_pubkey(ca)) == 1;
}

/* The signer of the certificate may also have signed the response, and be included in it. */
static X509 *find_issuer(OCSP_BASICRESP *basic, X509 *cert)
{
	const STACK_OF(X509) *brought = OCSP_resp_get0_certs(basic);

	for (int i = 0; i < sk_X509_num(brought); i++) {
		if (has_issued(sk_X509_value(brought, i), cert))
			return sk_X509_value(brought, i);
	}
	return NULL;
}

/* RFC 6960 section 4.2.2.2: by the issuer, or by a certificate that it issued for OCSPSigning. */
static bool is_signed(OCSP_BASICRESP *basic, X509 *issuer, int64_t at)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	bool ok = false;

	if (store && others && sk_X509_push(others, issuer) > 0 &&
	    X509_STORE_add_cert(store, issuer) == 1) {
		/* Trust in the issuer is enough: the chain above it was verified. */
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)at);
		/* As in the chain itself: a signer with a weak key or signature does not count. */
		X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store), SIGNER_LEVEL);
		ok = OCSP_basic_verify(basic, others, store, 0) == 1;
	}
	sk_X509_free(others);
	X509_STORE_free(store);
	return ok;
}

/* The weakness of a verified signature; NULL: none. */
static const char *weakness(OCSP_BASICRESP *basic, X509 *issuer, char buf[SIGNATURE_TEXT_MAX])
{
	STACK_OF(X509) *others = sk_X509_new_null();
	const char *weak = "an unknown key";
	X509 *signer;

	if (others && sk_X509_push(others, issuer) > 0 &&
	    OCSP_resp_get0_signer(basic, &signer, others) == 1)
		weak = signature_weakness(OCSP_resp_get0_tbs_sigalg(basic),
		    X509_get0_pubkey(signer), buf);
	sk_X509_free(others);
	return weak;
}

/* The responder chooses the digest that identifies a certificate. */
static bool is_about(const OCSP_SINGLERESP *single, const X509 *cert, const X509 *issuer)
{
	const OCSP_CERTID *theirs = OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *digest = NULL;
	OCSP_CERTID *ours;
	bool same;

	OCSP_id_get0_info(NULL, &digest, NULL, NULL, (OCSP_CERTID *)theirs);
	ours = OCSP_cert_to_id(EVP_get_digestbyobj(digest), cert, issuer);
	same = ours && OCSP_id_cmp(ours, theirs) == 0;
	OCSP_CERTID_free(ours);
	return same;
}

static OCSP_SINGLERESP *find_single(OCSP_BASICRESP *basic, const X509 *cert, const X509 *issuer)
{
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

		if (is_about(single, cert, issuer))
			return single;
	}
	return NULL;
}

static void judge_dates(struct staple_facts *f, int64_t at)
{
	char text[TIME_PHRASE_MAX];

	if (f->next_update == 0)
		refuse(f, "it has no nextUpdate");
	else if (at + SKEW_SECONDS < f->this_update)
		refuse(f, "it %s", time_phrase_early(f->this_update, at, text));
	else if (at >= f->next_update)
		refuse(f, "it %s", time_phrase_stale(f->next_update, at, text));
}

static void judge_single(struct staple_facts *f, OCSP_SINGLERESP *single, int64_t at)
{
	ASN1_GENERALIZEDTIME *revoked_at = NULL, *this_update = NULL, *next_update = NULL;
	int reason = -1;
	int status =
	    OCSP_single_get0_status(single, &reason, &revoked_at, &this_update, &next_update);

	f->this_update = cert_info_seconds(this_update);
	f->next_update = cert_info_seconds(next_update);
	switch (status) {
	case V_OCSP_CERTSTATUS_GOOD:
		f->status = STAPLE_GOOD;
		judge_dates(f, at);
		break;
	case V_OCSP_CERTSTATUS_REVOKED:
		/* However old it is: a revocation is final. */
		f->status = STAPLE_REVOKED;
		f->revoked_at = cert_info_seconds(revoked_at);
		if (reason > OCSP_REVOKED_STATUS_UNSPECIFIED)
			snprintf(f->reason, sizeof f->reason, "%s", OCSP_crl_reason_str(reason));
		break;
	default:
		refuse(f, "its responder does not know this certificate");
	}
}

static void judge_basic(struct staple_facts *f, OCSP_BASICRESP *basic, X509 *cert, X509 *issuer,
    int64_t at)
{
	char text[128], weak_text[SIGNATURE_TEXT_MAX];
	OCSP_SINGLERESP *single;
	const char *weak;

	if (!issuer)
		issuer = find_issuer(basic, cert);
	if (!issuer) {
		refuse(f,
		    "the certificate of its issuer is neither in the chain nor in the response");
		return;
	}
	single = find_single(basic, cert, issuer);
	if (!single)
		refuse(f, "it is about another certificate");
	else if (!is_signed(basic, issuer, at))
		refuse(f,
		    "it was signed neither by the issuer nor by a responder of the issuer: %s",
		    tls_error_text(text, sizeof text));
	else if ((weak = weakness(basic, issuer, weak_text)))
		refuse(f, "it has a weak signature, with %s", weak);
	else
		judge_single(f, single, at);
}

void staple_judge(const unsigned char *der, size_t len, X509 *cert, X509 *issuer, int64_t at,
    struct staple_facts *out)
{
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &der, (long)len);
	int status = response ? OCSP_response_status(response) : -1;
	OCSP_BASICRESP *basic = NULL;
	char text[128];

	memset(out, 0, sizeof *out);
	/* In an error response, nothing after the status counts, RFC 6960 section 4.2.1. */
	if (status == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	if (basic)
		judge_basic(out, basic, cert, issuer, at);
	else if (status == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		refuse(out, "the response is empty, or not of the basic type (RFC 6960)");
	else if (response)
		refuse(out, "the responder answered \"%s\"", OCSP_response_status_str(status));
	else
		refuse(out, "it is not an OCSP response in DER");
	/* No other code reads the reason. */
	tls_error_text(text, sizeof text);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
}
