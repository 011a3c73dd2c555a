/* SPDX-License-Identifier: MIT */
#include "client/judge/findings.h"

#include <openssl/x509_vfy.h>

#include "client/judge/cert_error.h"
#include "tls/cert_info.h"
#include "tls/weakness.h"

void findings_add(struct findings *f, int error)
{
	for (int i = 0; i < f->count; i++) {
		if (f->errors[i] == error)
			return;
	}
	if (f->count < FINDINGS_MAX)
		f->errors[f->count++] = error;
}

/* A handshake has room for fewer, but a file for thousands, and each is compared with each. */
enum { ORDERED_MAX = 500 };

bool findings_disordered(X509_STORE_CTX *judged)
{
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(judged);
	int all = sk_X509_num(sent), n = all < ORDERED_MAX ? all : ORDERED_MAX;

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

/* One cause has several errors: a missing issuer also leaves a signature unchecked. */
static bool is_same(int a, int b)
{
	if (cert_error_is_distrust(a) && cert_error_is_distrust(b))
		return true;
	return cert_error_code(a) == cert_error_code(b) &&
	    (cert_error_code(a) != OC_CERT_INVALID || a == b);
}

static const char *words_of(int error)
{
	/* The name may also be a SPIFFE ID. */
	if (error == X509_V_ERR_HOSTNAME_MISMATCH)
		return "the name does not match";
	switch (weakness_of(error)) {
	case WEAKNESS_KEY:
		return "a key is too weak";
	case WEAKNESS_SIGNATURE:
		return "a signature is too weak";
	default:
		return X509_verify_cert_error_string(error);
	}
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
		outcome_append(oc, "%s%s", before, words_of(f->errors[i]));
		before = ", ";
	}
}
