/* SPDX-License-Identifier: MIT */
/*
 * What --fetch-issuer reads. The first byte: an address in a certificate (0), the head of a
 * redirect (1), or the content of an answer (2).
 */
#include "fuzz/target.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "client/step/fetch_issuer.h"
#include "client/step/issuer_url.h"
#include "fuzz/certificate.h"
#include "fuzz/service.h"
#include "net/hostname.h"

/* Nothing in it may end the line of a request. */
static void check_url(const char *fault, const struct issuer_url *url)
{
	if (fault) {
		fuzz_expect(fuzz_is_shown(fault));
		return;
	}
	fuzz_expect(!hostname_fault(url->at.host));
	fuzz_expect(url->at.port[0] >= '0' && url->at.port[0] <= '9');
	fuzz_expect(url->path[0] == '/' && strlen(url->path) < ISSUER_URL_MAX);
	for (const char *c = url->path; *c; c++)
		fuzz_expect(*c > ' ' && *c <= '~' && *c != '#');
}

static void check_content(const uint8_t *data, size_t size)
{
	char why[FETCH_ISSUER_WHY_MAX] = "";
	X509 *cert = fuzz_ca()->cert;
	STACK_OF(X509) *issuer = fetch_issuer_decode(data, size, cert, why);

	/* No input can be a CA that signed with this run's key, except a copy of this one. */
	fuzz_expect(!issuer || X509_cmp(sk_X509_value(issuer, 0), cert) == 0);
	fuzz_expect(issuer || (why[0] && fuzz_is_shown(why)));
	fuzz_expect(ERR_peek_error() == 0);
	sk_X509_pop_free(issuer, X509_free);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct issuer_url from, to;

	if (size == 0)
		return 0;
	fuzz_expect(!issuer_url_parse("http://a.test/x", 15, &from));
	if (data[0] % 3 == 0)
		check_url(issuer_url_parse((const char *)data + 1, size - 1, &to), &to);
	else if (data[0] % 3 == 1)
		check_url(issuer_url_redirect((const char *)data + 1, size - 1, &from, &to), &to);
	else
		check_content(data + 1, size - 1);
	return 0;
}
