/* SPDX-License-Identifier: MIT */
/* The web page: whatever the greeting and the report hold, its markup is the same. */
#include "fuzz/target.h"

#include <stdio.h>

#include "base/text.h"
#include "server/conn/page.h"

struct marks {
	size_t tags, ends, quotes;
};

static struct marks count(const char *page, size_t len)
{
	struct marks m = { 0, 0, 0 };

	for (size_t i = 0; i < len; i++) {
		m.tags += page[i] == '<';
		m.ends += page[i] == '>';
		m.quotes += page[i] == '"' || page[i] == '\'';
	}
	return m;
}

static struct marks write_page(const char *greeting, size_t greeting_len, const char *value)
{
	static struct conn_report seen;
	struct marks m;
	char *page = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&page, &len);

	fuzz_expect(to != NULL);
	for (int i = 0; i < CONN_REPORT_FIELDS; i++)
		conn_report_set(&seen, (enum conn_report_field)i, value);
	page_write(to, greeting, greeting_len, &seen);
	fuzz_expect(fclose(to) == 0);
	m = count(page, len);
	for (size_t i = 0; i < len; i++)
		page[i] = page[i] == '\n' || page[i] == '\t' ? ' ' : page[i];
	fuzz_expect(text_is_clean(page, len));
	free(page);
	return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct marks usual = write_page("hello\n", 6, NULL);
	char *value = fuzz_text(data, size);
	const struct marks m = write_page(value, size, value);

	fuzz_expect(m.tags == usual.tags && m.ends == usual.ends && m.quotes == usual.quotes);
	free(value);
	return 0;
}
