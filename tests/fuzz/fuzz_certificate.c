/* SPDX-License-Identifier: MIT */
/* The facts of a certificate, and the list of clients that are let in, held against each other. */
#include "fuzz/target.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tls/cert_id.h"
#include "tls/cert_info.h"
#include "fuzz/certificate.h"
#include "server/service/client_allow.h"
#include "support/test_pki.h"
#include "base/time.h"

static const struct testpki_cert *root;

static void see_name(void *arg, const char *name)
{
	size_t *count = arg;

	fuzz_expect(fuzz_is_shown(name));
	(*count)++;
}

static void judge_facts(X509 *cert)
{
	char text[TIME_TEXT_MAX], names[CERT_INFO_SANS_MAX];
	struct cert_info_fitness fitness;
	struct cert_info info;
	size_t all = 0, usable = 0;

	cert_info_get(cert, &info);
	fuzz_expect(fuzz_is_shown(info.subject) && fuzz_is_shown(info.issuer));
	fuzz_expect(fuzz_is_shown(info.sans) && strlen(info.sha256) == 64);
	fuzz_expect(strcmp(info.key, "EC P-256") == 0);
	cert_info_alternatives(cert, names);
	fuzz_expect(fuzz_is_shown(names));
	cert_info_each_san(cert, see_name, &all);
	cert_info_each_name(cert, see_name, &usable);
	fuzz_expect(usable <= all);
	cert_info_judge(cert, &fitness);
	fuzz_expect(fitness.key_security_bits == 128);
	fuzz_expect(fuzz_is_shown(time_text(info.not_after, text)) && strlen(text) > 0);
	time_span(info.not_after - info.not_before, text);
	cert_info_issued(root->cert, cert);
	cert_info_issued(cert, cert);
}

static void judge_ids(const X509 *cert)
{
	struct cert_id id;

	cert_id_get(cert, &id);
	fuzz_expect(cert_id_is_pin(id.pin, strlen(id.pin)) && id.key_bits == 256);
	fuzz_expect(fuzz_is_shown(id.serial) && fuzz_is_shown(id.signature));
}

/* Lists that name what the certificate has, as far as it is text, and one that nobody is on. */
static void judge_list(const X509 *cert)
{
	struct outcome oc = OUTCOME_NONE;
	struct client_allow nobody = { .count = 0 }, list = { .count = 0 };
	struct cert_id id;

	cert_id_get(cert, &id);
	fuzz_expect(!client_allow_has(&nobody, cert));
	fuzz_expect(client_allow_add(&list, CLIENT_ALLOW_CN, "me", &oc) == 0);
	fuzz_expect(client_allow_add(&list, CLIENT_ALLOW_DNS, "a.test", &oc) == 0);
	fuzz_expect(client_allow_add(&list, CLIENT_ALLOW_URI, "spiffe://a.test/me", &oc) == 0);
	client_allow_has(&list, cert);
	fuzz_expect(client_allow_add(&list, CLIENT_ALLOW_SPKI, "sha256//x", &oc) != 0);
	fuzz_expect(client_allow_add(&list, CLIENT_ALLOW_SPKI, id.pin, &oc) == 0);
	fuzz_expect(client_allow_has(&list, cert));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	X509 *cert;

	if (!root) {
		root = testpki_root("Root");
	}
	cert = fuzz_certificate(data, size, root->cert, root->key, root->key);
	if (!cert)
		return 0;
	judge_facts(cert);
	judge_ids(cert);
	judge_list(cert);
	X509_free(cert);
	return 0;
}
