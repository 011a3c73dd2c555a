/* SPDX-License-Identifier: MIT */
/* A file of ticket keys. */
#include "fuzz/target.h"

#include "server/service/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ticket_keys keys;
	struct outcome oc = OUTCOME_NONE;

	if (ticket_parse(&keys, data, size, &oc) != 0) {
		fuzz_expect(oc.code == OC_FILE);
		return 0;
	}
	fuzz_expect(keys.count > 0 && keys.count <= TICKET_KEYS_MAX);
	fuzz_expect(keys.count * TICKET_KEY_SIZE == size);
	fuzz_expect(memcmp(keys.key, data, size) == 0);
	ticket_wipe(&keys);
	return 0;
}
