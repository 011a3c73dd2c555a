/* SPDX-License-Identifier: MIT */
/* A file of ticket keys. */
#include "fuzz/target.h"

#include "tls/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tlsticket_keys keys;
	struct outcome oc = OUTCOME_NONE;

	if (tlsticket_parse(&keys, data, size, &oc) != 0) {
		fuzz_expect(oc.code == OC_FILE);
		return 0;
	}
	fuzz_expect(keys.count > 0 && keys.count <= TLSTICKET_KEYS_MAX);
	fuzz_expect(keys.count * TLSTICKET_KEY_SIZE == size);
	fuzz_expect(memcmp(keys.key, data, size) == 0);
	tlsticket_wipe(&keys);
	return 0;
}
