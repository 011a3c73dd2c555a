/* SPDX-License-Identifier: MIT */
/* A request's head: however it is cut into pieces, the answer is the same. */
#include "fuzz/target.h"

#include "server/conn/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http1_parser whole = { .status = 0 }, pieces = { .status = 0 };
	struct http1_answer answer = { .type = "text/plain",
		.content_length = size,
		.negotiated = true,
		.policy = "img-src data:" };
	char head[HTTP1_ANSWER_MAX];
	unsigned status = http1_feed(&whole, data, size), last = 0;

	for (size_t i = 0; i < size; i++)
		last = http1_feed(&pieces, data + i, 1);
	fuzz_expect(last == status);
	fuzz_expect(http_accept_choose(&whole.accept) == http_accept_choose(&pieces.accept));
	if (status == 0) {
		fuzz_expect(size <= HTTP1_HEAD_MAX);
		http1_end(&whole, 408, "late");
		status = whole.status;
		fuzz_expect(status == 408);
	}
	fuzz_expect(status == 200 || whole.why != NULL);
	answer.status = status;
	fuzz_expect(http1_write(&answer, head) < sizeof head && http1_reason(status) != NULL);
	return 0;
}
