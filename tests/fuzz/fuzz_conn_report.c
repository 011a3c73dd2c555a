/* SPDX-License-Identifier: MIT */
/* The report's block: what is read and written again is read alike. */
#include "fuzz/target.h"

#include "net/conn_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conn_report s, again;
	static char text[2 + CONN_REPORT_TEXT_MAX];
	struct outcome oc = OUTCOME_NONE;
	char *value = fuzz_text(data, size);
	size_t said;

	for (int i = 0; i < CONN_REPORT_FIELDS; i++) {
		conn_report_set(&s, (enum conn_report_field)i, i % 2 ? NULL : value);
		fuzz_expect(conn_report_is_none(&s, (enum conn_report_field)i) || i % 2 == 0);
	}
	free(value);
	if (conn_report_parse((const char *)data, size, &s, &said, &oc) == 0)
		fuzz_expect(said <= size);
	else
		fuzz_expect(oc.code != OC_OK);
	text[0] = text[1] = '\n';
	oc = OUTCOME_NONE;
	size = conn_report_format(&s, text + 2);
	fuzz_expect(size < CONN_REPORT_TEXT_MAX);
	fuzz_expect(conn_report_parse(text, 2 + size, &again, &said, &oc) == 0);
	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		fuzz_expect(strcmp(conn_report_get(&s, (enum conn_report_field)i),
				conn_report_get(&again, (enum conn_report_field)i)) == 0);
	return 0;
}
