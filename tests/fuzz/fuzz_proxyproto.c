/* SPDX-License-Identifier: MIT */
/* A header of the PROXY protocol, and that what is written can be read. */
#include "fuzz/target.h"

#include "net/proxy_protocol.h"

static void expect_same(const struct addr *a, const struct addr *b)
{
	char a_text[ADDR_TEXT_MAX], b_text[ADDR_TEXT_MAX];

	fuzz_expect(strcmp(addr_format(a, a_text), addr_format(b, b_text)) == 0);
}

static void write_and_read(enum proxyproto_version version, const struct proxyproto *h)
{
	unsigned char out[PROXYPROTO_V1_MAX];
	size_t len = proxyproto_write(version, &h->source, &h->destination, out);
	struct outcome oc = OUTCOME_NONE;
	struct proxyproto again;

	fuzz_expect(len <= sizeof out);
	fuzz_expect(proxyproto_begins(out, len));
	fuzz_expect(proxyproto_parse(out, len, &again, &oc) == PARSE_DONE && again.len == len);
	if (again.origin != PROXYPROTO_FORWARDED)
		return;
	expect_same(&h->source, &again.source);
	expect_same(&h->destination, &again.destination);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome oc = OUTCOME_NONE;
	struct proxyproto h, shorter;
	enum parse parse = proxyproto_parse(data, size, &h, &oc);

	fuzz_expect((parse == PARSE_BAD) == (oc.code == OC_PROXY_HEADER_BAD));
	if (parse != PARSE_DONE)
		return 0;
	fuzz_expect(h.len > 0 && h.len <= size && h.len <= PROXYPROTO_MAX);
	fuzz_expect(proxyproto_parse(data, h.len - 1, &shorter, &oc) == PARSE_MORE);
	if (h.origin == PROXYPROTO_FORWARDED) {
		write_and_read(PROXYPROTO_V1, &h);
		write_and_read(PROXYPROTO_V2, &h);
	}
	return 0;
}
