/* SPDX-License-Identifier: MIT */
/* Text: clean whatever came, the same the second time, within its limits. Names: of few bytes. */
#include "fuzz/target.h"

#include "net/hostname.h"
#include "base/text.h"

enum { SHORT = 16 };

static void check_clean(const char *input, size_t size)
{
	/* Each byte as four, and each of those with a backslash. */
	size_t max = 8 * size + 1;
	char *clean = malloc(max), *again = malloc(max), cut[SHORT];
	struct text t;

	fuzz_expect(clean && again);
	text_clean(input, clean, max);
	fuzz_expect(text_is_clean(clean, strlen(clean)));
	fuzz_expect(strcmp(text_clean(clean, again, max), clean) == 0);
	text_begin(&t, again, max);
	text_add_bytes(&t, input, size, "\",");
	fuzz_expect(!t.cut && text_is_clean(again, t.len) && !strpbrk(again, "\","));
	text_begin(&t, again, max);
	text_add_quoted(&t, input);
	fuzz_expect(!t.cut && text_is_clean(again, t.len));
	text_clean(input, cut, sizeof cut);
	fuzz_expect(strlen(cut) < sizeof cut && text_is_clean(cut, strlen(cut)));
	fuzz_expect(text_fit(clean, strlen(clean), SHORT) <= SHORT);
	free(again);
	free(clean);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome oc = OUTCOME_NONE;
	char *text = fuzz_text(data, size);

	check_clean(text, size);
	if (hostname_check("--x", text, &oc) == 0)
		fuzz_expect(text[0] && text[0] != '.' && text_is_clean(text, strlen(text)) &&
		    !strpbrk(text, " \"\\|/*"));
	else
		fuzz_expect(oc.code == OC_USAGE && text_is_clean(oc.detail, strlen(oc.detail)));
	free(text);
	return 0;
}
