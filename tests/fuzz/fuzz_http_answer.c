/* SPDX-License-Identifier: MIT */
/* An answer over HTTP: cut into pieces or decoded in place, content and verdict are the same. */
#include "fuzz/target.h"

#include <stdlib.h>
#include <string.h>

#include "client/step/http_answer.h"
#include "client/step/http_get.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_answer whole = { .status = 0 }, pieces = { .status = 0 };
	struct outcome oc = OUTCOME_NONE;
	char *bytes = malloc(size + 1), *out = malloc(size + 1);
	size_t len = size, put, at = 0;

	fuzz_expect(bytes && out);
	memcpy(bytes, data, size);
	put = http_answer_feed(&whole, bytes, size, out);
	fuzz_expect(put <= size && put == whole.content);
	for (size_t i = 0; i < size; i++)
		at += http_answer_feed(&pieces, bytes + i, 1, bytes + at);
	fuzz_expect(at == put && memcmp(bytes, out, put) == 0);
	fuzz_expect(http_answer_finish(&whole) == http_answer_finish(&pieces));
	fuzz_expect(strcmp(whole.line, pieces.line) == 0);
	memcpy(bytes, data, size);
	if (http_get_unwrap(bytes, &len, &oc) == 0)
		fuzz_expect(
		    http_answer_finish(&whole) == HTTP_ANSWER_COMPLETE && whole.status == 200);
	else
		fuzz_expect(oc.code == OC_GREETING_MISMATCH || oc.code == OC_GREETING_TRUNCATED);
	fuzz_expect(len == put && memcmp(bytes, out, put) == 0);
	free(bytes);
	free(out);
	return 0;
}
