/* SPDX-License-Identifier: MIT */
#include "client/step/http_get.h"

#include <stdlib.h>
#include <string.h>

#include "client/step/http_answer.h"
#include "server/conn/http1.h"
#include "support/check_main.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

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
	{ OK "Content-Length: 6 \t\r\n\r\nhello\n", "hello\n", OC_OK, "" },
	{ OK "Content-Length: 6, 6\r\nContent-Length: 6\r\n\r\nhello\n", "hello\n", OC_OK, "" },
	{ OK "Content-Length: 006\r\n\r\nhello\n", "hello\n", OC_OK, "" },
	{ OK "Content-Length: 0\r\n\r\n", "", OC_OK, "" },
	{ OK "Content-Length: x\r\n\r\na", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 0x5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: +5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: -5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 5 5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length:\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 5,\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 18446744073709551621\r\n\r\nhello", NULL, OC_GREETING_MISMATCH,
	    "not one number" },
	{ OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello\n", NULL,
	    OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 5, 6\r\n\r\nhello\n", NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 5\r\n 6\r\n\r\nhello\n",
	    NULL, OC_GREETING_MISMATCH, "not one number" },
	{ OK "Content-Length: 99 \r\n\r\nhello",
	    NULL, OC_GREETING_TRUNCATED, "5 bytes of content" },
	{ OK "Content-Length: 5\r\n\r\nhello\n",
	    NULL, OC_GREETING_MISMATCH, "bytes follow the end" },
	{ OK "Content-Length : 5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "colon" },
	{ OK " Content-Length: 5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "begin with a name" },
	{ OK ": 5\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "begin with a name" },
	{ OK "X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello", "hello", OC_OK, "" },
	{ OK "X-Content-Length: 99\r\n\r\nhello", "hello", OC_OK, "" },
	{ OK CHUNKED "6\r\nhello\n\r\n0\r\n\r\n", "hello\n", OC_OK, "" },
	{ OK CHUNKED "3\r\nhel\r\n00b;x=\"y\"\r\nlo, world!\n\r\n0\r\nTrailer: 1\r\n\r\n",
	    "hello, world!\n", OC_OK, "" },
	{ OK CHUNKED "1\r\n\n\r\n0\r\nContent-Length: 7\r\n\r\n", "\n", OC_OK, "" },
	{ OK CHUNKED "6\r\nhello\n\r\n", NULL, OC_GREETING_TRUNCATED, "not the last chunk" },
	{ OK CHUNKED "6\r\nhello\n\r\n0\r\n", NULL, OC_GREETING_TRUNCATED, "not the last chunk" },
	{ OK CHUNKED "7\r\nhello\n", NULL, OC_GREETING_TRUNCATED, "not the last chunk" },
	{ OK CHUNKED, NULL, OC_GREETING_TRUNCATED, "0 bytes" },
	{ OK CHUNKED "5\r\nhello\n\r\n0\r\n\r\n", NULL, OC_GREETING_MISMATCH, "longer than its" },
	{ OK CHUNKED "0x5\r\nhello\r\n0\r\n\r\n", NULL, OC_GREETING_MISMATCH, "size of a chunk" },
	{ OK CHUNKED "\r\nhello", NULL, OC_GREETING_MISMATCH, "size of a chunk" },
	{ OK CHUNKED "-1\r\nhello", NULL, OC_GREETING_MISMATCH, "size of a chunk" },
	{ OK CHUNKED "ffffffffffffffff\r\nhello", NULL, OC_GREETING_MISMATCH, "size of a chunk" },
	{ OK CHUNKED "5\nhello\n0\n\n", NULL, OC_GREETING_MISMATCH, "LF alone" },
	{ OK CHUNKED "5;\n", NULL, OC_GREETING_MISMATCH, "LF alone" },
	{ OK CHUNKED "5\rx", NULL, OC_GREETING_MISMATCH, "CR is not followed" },
	{ OK CHUNKED "1\r\na\rx", NULL, OC_GREETING_MISMATCH, "CR is not followed" },
	{ OK CHUNKED "0\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "bytes follow the end" },
	{ OK "Content-Length: 5\r\n" CHUNKED "5\r\nhello\r\n0\r\n\r\n", NULL,
	    OC_GREETING_MISMATCH, "are present" },
	{ OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
	    NULL, OC_GREETING_MISMATCH, "not exactly \"chunked\"" },
	{ OK "Transfer-Encoding: chunked\r\n" CHUNKED,
	    NULL, OC_GREETING_MISMATCH, "not exactly \"chunked\"" },
	{ "HTTP/1.0 200 OK\r\n" CHUNKED "0\r\n\r\n", NULL, OC_GREETING_MISMATCH, "HTTP/1.0" },
	{ "HTTP/1.1 100 Continue\r\n\r\n" OK "\r\nhi", "hi", OC_OK, "" },
	{ "HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi",
	    "hi", OC_OK, "" },
	{ "HTTP/1.1 103 Early Hints\r\n\r\n", NULL, OC_GREETING_TRUNCATED, "before its head" },
	{ "HTTP/1.1 103 Early Hints\r\n\r\nhi", NULL, OC_GREETING_MISMATCH, "status line" },
	{ "HTTP/1.1 101 Switching\r\n\r\n", NULL, OC_GREETING_MISMATCH, "switched protocols" },
	{ "HTTP/1.1 099 Odd\r\n\r\n", NULL, OC_GREETING_MISMATCH, "below 100" },
	{ "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
	    NULL, OC_GREETING_MISMATCH, "204" },
	{ "HTTP/1.1 304 Not Modified\r\n\r\n", NULL, OC_GREETING_MISMATCH, "304" },
	{ "HTTP/1.1 200 OK\n\nhello", NULL, OC_GREETING_MISMATCH, "LF alone" },
	{ OK "X: y\n\nhello", NULL, OC_GREETING_MISMATCH, "LF alone" },
	{ OK "\nhello", NULL, OC_GREETING_MISMATCH, "LF alone" },
	{ OK "X: y\rZ", NULL, OC_GREETING_MISMATCH, "CR is not followed" },
	{ OK "X: \x01\r\n\r\n", NULL, OC_GREETING_MISMATCH, "control byte" },
	{ "HTTP/1.1 500 \x9b" "31m\r\n\r\n",
	    NULL, OC_GREETING_MISMATCH, "\"HTTP/1.1 500 \\x9b31m\"" },
	{ "HTTP/1.1 400 Bad Request\r\nContent-Length: x\r\n\r\n", NULL, OC_GREETING_MISMATCH,
	    "400 Bad Request" },
	{ OK "Content-Length: 7\r\n\r\nhello\n", NULL, OC_GREETING_TRUNCATED, "6 bytes" },
	{ "HTTP/1.1 404 Not Found\r\n\r\nhello", NULL, OC_GREETING_MISMATCH, "404 Not Found\"" },
	{ "HTTP/1.1 404 \xc2\x9b" "31m\x9b\xe2\x80\xae B\xc3\xbc\"\r\n\r\n", NULL,
	    OC_GREETING_MISMATCH, "404 \\xc2\\x9b31m\\x9b\\xe2\\x80\\xae B\xc3\xbc\\x22\"" },
	{ "HTTP/1.1 2000\r\n", NULL, OC_GREETING_MISMATCH, "not HTTP" },
	{ OK "X: y\r\n", NULL, OC_GREETING_TRUNCATED, "before its head" },
	{ "HTTP/1.", NULL, OC_GREETING_TRUNCATED, "before its head" },
	{ "Hello world\r\n\r\n", NULL, OC_GREETING_MISMATCH, "not HTTP" },
	{ "HTTP/1\r\n\r\n", NULL, OC_GREETING_MISMATCH, "not HTTP" },
	{ "\r\n\r\n", NULL, OC_GREETING_MISMATCH, "not HTTP" },
	{ "", NULL, OC_GREETING_TRUNCATED, "before its head" },
	{ "a", NULL, OC_GREETING_MISMATCH, "not HTTP" },
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
		ck_assert_msg(http_get_unwrap(bytes, &len, &oc) == (rows[i].content ? 0 : -1),
		    "%s: %s", rows[i].answer, oc.detail);
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

	ck_assert_int_eq(http_get_unwrap(bytes, &len, &oc), -1);
	ck_assert_outcome(&oc, OC_GREETING_MISMATCH, "a field contains a control byte");
}
END_TEST

START_TEST(test_a_head_has_an_end)
{
	const size_t room = 2 * HTTP_ANSWER_HEAD_MAX;
	struct outcome oc = OUTCOME_NONE;
	char *bytes = malloc(room);
	size_t len = room;

	memset(bytes, 'a', room);
	memcpy(bytes, OK "X: ", strlen(OK "X: "));
	ck_assert_int_eq(http_get_unwrap(bytes, &len, &oc), -1);
	ck_assert_outcome(&oc, OC_GREETING_MISMATCH, "longer than 64 KiB");
	free(bytes);
}
END_TEST

/* Wherever it is cut, the content and the verdict are the same. */
START_TEST(test_in_pieces)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const size_t len = strlen(rows[i].answer);
		char whole[512], pieces[512];
		struct http_answer a = { .status = 0 };
		size_t put = http_answer_feed(&a, rows[i].answer, len, whole);

		for (size_t cut = 0; cut <= len; cut++) {
			struct http_answer b = { .status = 0 };
			size_t n = http_answer_feed(&b, rows[i].answer, cut, pieces);

			n += http_answer_feed(&b, rows[i].answer + cut, len - cut, pieces + n);
			ck_assert_uint_eq(n, put);
			ck_assert_mem_eq(pieces, whole, n);
			ck_assert_int_eq(http_answer_finish(&a), http_answer_finish(&b));
			ck_assert_str_eq(a.line, b.line);
		}
	}
}
END_TEST

/* What our server makes of it. */
START_TEST(test_the_request_is_one)
{
	static const char *const hosts[] = { "a.test", "192.0.2.1", "2001:db8::1" };

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		char request[HTTP_GET_REQUEST_MAX];
		size_t len = http_get_request(hosts[i], "8443", request);
		struct http1_parser p = { 0 };

		ck_assert_uint_eq(len, strlen(request));
		ck_assert_uint_eq(http1_feed(&p, request, len), 200);
		ck_assert_int_eq(p.method, HTTP1_GET);
	}
}
END_TEST

CHECK_MAIN("http_get", test_answers, test_a_nul_in_the_head_is_no_http, test_a_head_has_an_end,
    test_in_pieces, test_the_request_is_one)
