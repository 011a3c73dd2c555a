/* SPDX-License-Identifier: MIT */
/* Any bytes where the kernel puts an ICMP error and who sent it. */
#include "fuzz/target.h"

#include "client/step/icmp.h"
#include "fuzz/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct icmp_notice notice;
	char text[ADDR_TEXT_MAX];

	if (!icmp_read(data, size, &notice))
		return 0;
	fuzz_expect(notice.meaning && notice.meaning[0]);
	fuzz_expect(!notice.rule || !notice.expired);
	fuzz_expect(notice.from.len <= sizeof notice.from.ss);
	fuzz_expect(fuzz_is_shown(addr_format(&notice.from, text)));
	fuzz_expect(fuzz_is_shown(addr_format_host(&notice.from, text)));
	return 0;
}
