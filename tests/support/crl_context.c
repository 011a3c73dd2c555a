/* SPDX-License-Identifier: MIT */
#include "support/crl_context.h"

#include <openssl/ssl.h>

#include "support/check_main.h"
#include "tls/crl_store.h"

SSL_CTX *crl_context_trusting(const char *ca)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	ck_assert_int_eq(SSL_CTX_load_verify_file(ctx, ca), 1);
	return ctx;
}

SSL_CTX *crl_context_using(const struct testpki_crl *crl, size_t count)
{
	struct outcome oc = OUTCOME_NONE;
	SSL_CTX *ctx = crl_context_trusting("ca.pem");

	testpki_write_crls("crl.pem", crl, count);
	crl_store_use(ctx, "crl.pem", &oc);
	ck_assert_no_failure(&oc);
	return ctx;
}

int crl_context_verify(SSL_CTX *ctx, X509 *leaf, X509 *intermediate,
    X509_STORE_CTX_verify_cb callback)
{
	X509_STORE_CTX *judged = X509_STORE_CTX_new();
	STACK_OF(X509) *sent = sk_X509_new_null();
	int error;

	sk_X509_push(sent, intermediate);
	ck_assert_int_eq(X509_STORE_CTX_init(judged, SSL_CTX_get_cert_store(ctx), leaf, sent), 1);
	X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(judged), SSL_CTX_get0_param(ctx));
	if (callback)
		X509_STORE_CTX_set_verify_cb(judged, callback);
	X509_verify_cert(judged);
	error = X509_STORE_CTX_get_error(judged);
	X509_STORE_CTX_free(judged);
	sk_X509_free(sent);
	return error;
}

STACK_OF(X509_CRL) * crl_context_lists(const struct testpki_crl *crl, size_t max)
{
	STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();

	for (size_t i = 0; i < max && crl[i].issuer; i++)
		sk_X509_CRL_push(lists, testpki_make_crl(&crl[i]));
	return lists;
}
