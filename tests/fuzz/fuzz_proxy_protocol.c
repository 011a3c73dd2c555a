/* SPDX-License-Identifier: MIT */
/* A header of the PROXY protocol, and that what is written can be read. */
#include "fuzz/target.h"

#include "net/proxy_protocol.h"

static void expect_same(const struct addr *a, const struct addr *b)
{
	char a_text[ADDR_TEXT_MAX], b_text[ADDR_TEXT_MAX];

	fuzz_expect(strcmp(addr_format(a, a_text), addr_format(b, b_text)) == 0);
}

static void write_and_read(enum proxy_protocol_version version, const struct proxy_protocol *h)
{
	unsigned char out[PROXY_PROTOCOL_V1_MAX];
	size_t len = proxy_protocol_write(version, &h->source, &h->destination, out);
	struct outcome oc = OUTCOME_NONE;
	struct proxy_protocol again;

	fuzz_expect(len <= sizeof out);
	fuzz_expect(proxy_protocol_begins(out, len));
	fuzz_expect(proxy_protocol_parse(out, len, &again, &oc) == PARSE_DONE && again.len == len);
	if (again.origin != PROXY_PROTOCOL_FORWARDED)
		return;
	expect_same(&h->source, &again.source);
	expect_same(&h->destination, &again.destination);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome oc = OUTCOME_NONE;
	struct proxy_protocol h, shorter;
	enum parse parse = proxy_protocol_parse(data, size, &h, &oc);

	fuzz_expect((parse == PARSE_BAD) == (oc.code == OC_PROXY_HEADER_BAD));
	if (parse != PARSE_DONE)
		return 0;
	fuzz_expect(h.len > 0 && h.len <= size && h.len <= PROXY_PROTOCOL_MAX);
	fuzz_expect(proxy_protocol_parse(data, h.len - 1, &shorter, &oc) == PARSE_MORE);
	if (h.origin == PROXY_PROTOCOL_FORWARDED) {
		write_and_read(PROXY_PROTOCOL_V1, &h);
		write_and_read(PROXY_PROTOCOL_V2, &h);
	}
	return 0;
}
