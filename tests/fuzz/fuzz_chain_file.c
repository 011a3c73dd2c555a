/* SPDX-License-Identifier: MIT */
/*
 * The file of --chain, and that of --save-chain. An even first byte: the rest is a file. An odd
 * one: the rest is the content of a certificate (fuzz/certificate.h), which is written with its CA,
 * and read again.
 */
#include "fuzz/target.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/input_file.h"
#include "client/session/chain_file.h"
#include "fuzz/certificate.h"
#include "fuzz/service.h"

static STACK_OF(X509) * parse(const void *bytes, size_t len)
{
	const struct tls_pem_file f = chain_file_of("chain");
	struct input_file file = { .bytes = (unsigned char *)fuzz_text(bytes, len), .len = len };
	struct outcome oc = OUTCOME_NONE;
	STACK_OF(X509) *chain = chain_file_parse(&f, &file, NULL, &oc);

	fuzz_expect(chain ? oc.code == OC_OK : oc.code == OC_FILE);
	fuzz_expect(fuzz_is_shown(oc.detail) && fuzz_is_shown(oc.advice));
	fuzz_expect(!chain || chain_file_count(chain) > 0);
	input_file_free(&file);
	return chain;
}

/* Each line outside of a block is a comment that may be shown. */
static void check_lines(char *text)
{
	bool in_block = false;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		fuzz_expect(fuzz_is_shown(line));
		if (strncmp(line, "-----BEGIN ", 11) == 0)
			in_block = true;
		fuzz_expect(in_block || !*line || strncmp(line, "# ", 2) == 0);
		fuzz_expect(*line == '-' || !strstr(line, "-----"));
		if (strncmp(line, "-----END ", 9) == 0)
			in_block = false;
	}
	fuzz_expect(!in_block);
}

static void check_round(const STACK_OF(X509) * chain)
{
	struct outcome oc = OUTCOME_NONE;
	STACK_OF(X509) * again;
	size_t len;
	char *text = chain_file_text(chain, &len, &oc);

	fuzz_expect(text && len == strlen(text));
	again = parse(text, len);
	fuzz_expect(chain_file_count(again) == chain_file_count(chain));
	for (int i = 0; i < chain_file_count(again); i++)
		fuzz_expect(X509_cmp(sk_X509_value(again, i), sk_X509_value(chain, i)) == 0);
	check_lines(text);
	chain_file_free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STACK_OF(X509) *chain = NULL;
	X509 *cert;

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		chain = parse(data + 1, size - 1);
	} else if ((cert = fuzz_certificate(data + 1, size - 1, fuzz_ca()->cert, fuzz_ca()->key,
			fuzz_ca()->key))) {
		chain = sk_X509_new_null();
		fuzz_expect(chain && sk_X509_push(chain, cert) > 0);
		fuzz_expect(X509_up_ref(fuzz_ca()->cert) == 1);
		fuzz_expect(sk_X509_push(chain, fuzz_ca()->cert) > 0);
	}
	if (chain)
		check_round(chain);
	chain_file_free(chain);
	ERR_clear_error();
	return 0;
}
