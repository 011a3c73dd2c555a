/* SPDX-License-Identifier: MIT */
#include "client/judge/staple.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "tls/conn.h"
#include "tls/staple.h"

static int reject(struct verdict *v, int error)
{
	v->error = error;
	v->depth = 0;
	v->culprit = v->chain[0];
	return 0;
}

static int judge(struct verdict *v)
{
	switch (v->staple.status) {
	case STAPLE_GOOD:
		return 1;
	case STAPLE_REVOKED:
		revocation_note_staple(&v->revocation, &v->staple);
		return reject(v, X509_V_ERR_CERT_REVOKED);
	case STAPLE_UNUSABLE:
		return reject(v, X509_V_ERR_OCSP_VERIFY_FAILED);
	default:
		return v->chain[0].must_staple ? reject(v, X509_V_ERR_OCSP_VERIFY_NEEDED) : 1;
	}
}

static int judge_response(struct verdict *v, STACK_OF(X509) * chain, const unsigned char *der,
    size_t len)
{
	if (der && len > 0 && sk_X509_num(chain) > 0) /* a chain of one is its own issuer */
		staple_judge(der, len, sk_X509_value(chain, 0),
		    sk_X509_value(chain, sk_X509_num(chain) > 1), v->at, &v->staple);
	return judge(v);
}

int staple_callback(SSL *ssl, void *unused)
{
	const unsigned char *der = NULL;
	long len = SSL_get_tlsext_status_ocsp_resp(ssl, &der);

	(void)unused;
	/* A resumption has neither response nor certificate: step_verify judges both later. */
	if (SSL_session_reused(ssl))
		return 1;
	return judge_response(tls_conn_owner(ssl), SSL_get0_verified_chain(ssl), der,
	    len > 0 ? (size_t)len : 0);
}

void staple_judge_again(struct verdict *v, X509_STORE_CTX *verified, const unsigned char *der,
    size_t len)
{
	judge_response(v, X509_STORE_CTX_get0_chain(verified), der, len);
}
