/* SPDX-License-Identifier: MIT */
/* A block of addresses: the first address of it lies in it. */
#include "fuzz/target.h"

#include "server/listen/cidr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct outcome oc = OUTCOME_NONE;
	struct addr first = { .len = 0 };
	struct cidr c;

	if (cidr_parse("--allow", text, &c, &oc) == 0) {
		fuzz_expect(c.bits <= (c.family == AF_INET6 ? 128 : 32));
		first.ss.any.sa_family = c.family;
		if (c.family == AF_INET6)
			memcpy(&first.ss.v6.sin6_addr, c.prefix, sizeof first.ss.v6.sin6_addr);
		else
			memcpy(&first.ss.v4.sin_addr, c.prefix, sizeof first.ss.v4.sin_addr);
		fuzz_expect(cidr_contains(&c, &first) && cidr_any_contains(&c, 1, &first));
		first.ss.any.sa_family = AF_UNIX;
		fuzz_expect(!cidr_any_contains(&c, 1, &first));
	} else {
		fuzz_expect(oc.code == OC_USAGE && oc.detail[0]);
	}
	free(text);
	return 0;
}
