/* SPDX-License-Identifier: MIT */
#include "client/step/httpget.h"

#include <stdlib.h>
#include <string.h>

#include "common/http1.h"
#include "support/check_main.h"

#define OK "HTTP/1.1 200 OK\r\n"

/* clang-format off */
static const struct {
	const char *answer, *content;
	enum outcome_code code;
	const char *detail;
} rows[] = {
	{ OK "\r\nhello\n", "hello\n", OC_OK, "" },
	{ OK "Content-Length: 6\r\n\r\nhello\n", "hello\n", OC_OK, "" },
	{ OK "X: y\r\ncontent-length:6\r\nA: b\r\n\r\nhello\n", "hello\n", OC_OK, "" },
	{ "HTTP/1.0 200\r\n\r\n", "", OC_OK, "" },
	{ OK "\r\na\r\n\r\nb", "a\r\n\r\nb", OC_OK, "" },
	{ OK "Content-Length: x\r\n\r\na", "a", OC_OK, "" },
	{ OK "Content-Length: 7\r\n\r\nhello\n", NULL, OC_GREETING_TRUNCATED, "6 bytes" },
	{ "HTTP/1.1 404 Not Found\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "404 Not Found\"" },
	{ "HTTP/1.1 404 \xc2\x9b" "31m\x9b\x1b\xe2\x80\xae B\xc3\xbc\"\r\n\r\n", NULL,
	    OC_GREETING_MISMATCH, "404 \\xc2\\x9b31m\\x9b\\x1b\\xe2\\x80\\xae B\xc3\xbc\\x22\"" },
	{ "HTTP/1.1 2000\r\n", NULL, OC_GREETING_MISMATCH, "no HTTP" },
	{ OK "X: y\r\n", NULL, OC_GREETING_MISMATCH, "no HTTP" },
	{ "Hello world\r\n\r\n", NULL, OC_GREETING_MISMATCH, "no HTTP" },
	{ "HTTP/1\r\n\r\n", NULL, OC_GREETING_MISMATCH, "no HTTP" },
	{ "\r\n\r\n", NULL, OC_GREETING_MISMATCH, "no HTTP" },
	{ "", NULL, OC_GREETING_MISMATCH, "no HTTP" },
	{ "a", NULL, OC_GREETING_MISMATCH, "no HTTP" },
};
/* clang-format on */

START_TEST(test_answers)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = strlen(rows[i].answer);
		char *bytes = malloc(len ? len : 1);
		struct outcome oc = OUTCOME_NONE;

		ck_assert_ptr_nonnull(bytes);
		memcpy(bytes, rows[i].answer, len);
		ck_assert_int_eq(httpget_unwrap(bytes, &len, &oc), rows[i].content ? 0 : -1);
		ck_assert_outcome(&oc, rows[i].code, rows[i].detail);
		if (rows[i].content) {
			ck_assert_uint_eq(len, strlen(rows[i].content));
			ck_assert_mem_eq(bytes, rows[i].content, len);
		}
		free(bytes);
	}
}
END_TEST

START_TEST(test_a_nul_in_the_head_is_no_http)
{
	char bytes[] = "HTTP/1.1 200 OK\r\nX: \0\r\n\r\nhello";
	size_t len = sizeof bytes - 1;
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(httpget_unwrap(bytes, &len, &oc), -1);
	ck_assert_outcome(&oc, OC_GREETING_MISMATCH, "no HTTP");
}
END_TEST

/* What our server makes of it. */
START_TEST(test_the_request_is_one)
{
	static const char *const hosts[] = { "a.test", "192.0.2.1", "2001:db8::1" };

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		char request[HTTPGET_REQUEST_MAX];
		size_t len = httpget_request(hosts[i], "8443", request);
		struct http1_parser p = { 0 };

		ck_assert_uint_eq(len, strlen(request));
		ck_assert_uint_eq(http1_feed(&p, request, len), 200);
		ck_assert_int_eq(p.method, HTTP1_GET);
	}
}
END_TEST

CHECK_MAIN("httpget", test_answers, test_a_nul_in_the_head_is_no_http, test_the_request_is_one)
