/* SPDX-License-Identifier: MIT */
/* HOST:PORT in all its forms: what is read is formatted, and that can be read again. */
#include "fuzz/target.h"

#include "net/addr.h"

static void format_and_read(struct addr *a)
{
	char text[ADDR_TEXT_MAX], host_text[ADDR_TEXT_MAX], again_text[ADDR_TEXT_MAX];
	char host[ADDR_HOST_MAX] = "", port[ADDR_PORT_MAX] = "";
	struct outcome oc = OUTCOME_NONE;
	struct addr again;

	addr_settle(a);
	addr_format(a, text);
	fuzz_expect(addr_is_loopback(a) ==
	    (strncmp(text, "127.", 4) == 0 || strncmp(text, "[::1]", 5) == 0 ||
		strncmp(text, "[::1%", 5) == 0));
	fuzz_expect(addr_is_literal(addr_format_host(a, host_text)));
	fuzz_expect(addr_split(text, host, port, &oc) == 0);
	fuzz_expect(addr_parse(host, port, &again, &oc) == 0);
	fuzz_expect(strcmp(addr_format(&again, again_text), text) == 0);
	addr_set_port(&again, (uint16_t)~addr_port(a));
	fuzz_expect(addr_port(&again) != addr_port(a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char host[ADDR_HOST_MAX] = "::1", port[ADDR_PORT_MAX] = "8443", unix_text[ADDR_TEXT_MAX];
	struct addr a, local = { .ss.any.sa_family = AF_UNIX, .len = 3 };
	char *text = fuzz_text(data, size);
	struct outcome oc = OUTCOME_NONE;

	if (addr_split(text, host, port, &oc) == 0 && addr_parse(host, port, &a, &oc) == 0)
		format_and_read(&a);
	else
		fuzz_expect(oc.code == OC_USAGE && oc.detail[0]);
	addr_settle(&local);
	addr_set_port(&local, 1);
	fuzz_expect(addr_port(&local) == 0 && strcmp(addr_format(&local, unix_text), "unix") == 0);
	free(text);
	return 0;
}
