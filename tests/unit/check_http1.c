/* SPDX-License-Identifier: MIT */
#include "server/conn/http1.h"

#include <string.h>

#include "support/check_main.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: a.test\r\n"
#define END "\r\n"

/* clang-format off */
static const struct {
	const char *head;
	unsigned status;
	enum http1_method method;
	const char *why; /* a part of it; NULL: none */
} heads[] = {
	/* Requests. */
	{ LINE HOST END, 200, HTTP1_GET, NULL },
	{ "HEAD / HTTP/1.1\r\n" HOST END, 200, HTTP1_HEAD, NULL },
	{ "OPTIONS * HTTP/1.1\r\n" HOST END, 200, HTTP1_OPTIONS, NULL },
	{ "OPTIONS / HTTP/1.0\r\n" END, 200, HTTP1_OPTIONS, NULL },
	{ "GET / HTTP/1.0\r\n" END, 200, HTTP1_GET, NULL },
	{ "GET / HTTP/1.0\r\n" HOST END, 200, HTTP1_GET, NULL },
	{ "GET / HTTP/1.2\r\n" HOST END, 200, HTTP1_GET, NULL },
	{ "GET /any/where?q=%20#~ HTTP/1.1\r\n" HOST END, 200, HTTP1_GET, NULL },
	{ "GET http://a.test/ HTTP/1.1\r\n" HOST END, 200, HTTP1_GET, NULL },
	{ "GET HTTPS://a.test HTTP/1.1\r\n" HOST END, 200, HTTP1_GET, NULL },
	{ END LINE HOST END, 200, HTTP1_GET, NULL },
	{ LINE "hOST:a.test\r\n" END, 200, HTTP1_GET, NULL },
	{ LINE "Host:\r\n" END, 200, HTTP1_GET, NULL },
	{ LINE "Host: \t [2001:db8::1]:8443 \t \r\n" END, 200, HTTP1_GET, NULL },
	{ LINE HOST "X:\r\n" "Y: \xc3\xa4\t\"(),;\r\n" END, 200, HTTP1_GET, NULL },
	{ LINE HOST "Hosts: two words\r\n" END, 200, HTTP1_GET, NULL },
	{ LINE HOST "Content-Length: 9\r\n" END "a body is", 200, HTTP1_GET, NULL },

	/* The request line. */
	{ END END LINE HOST END, 400, HTTP1_OTHER, "method" },
	{ "\rGET / HTTP/1.1\r\n" HOST END, 400, HTTP1_OTHER, "method" },
	{ " GET / HTTP/1.1\r\n" HOST END, 400, HTTP1_OTHER, "method" },
	{ "\n" LINE HOST END, 400, HTTP1_OTHER, "method" },
	{ "\x16\x03\x01", 400, HTTP1_OTHER, "method" },
	{ "GET\r\n" HOST END, 400, HTTP1_OTHER, "method" },
	{ "GET\t/ HTTP/1.1\r\n" HOST END, 400, HTTP1_OTHER, "method" },
	{ "GET(/ HTTP/1.1\r\n" HOST END, 400, HTTP1_OTHER, "method" },
	{ "GET  / HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "slash" },
	{ "GET a HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "slash" },
	{ "GET * HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "slash" },
	{ "GET ftp://a.test/ HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "slash" },
	{ "GET /\x01 HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "follow" },
	{ "GET /\xc3\xa4 HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "follow" },
	{ "GET /\r\n", 400, HTTP1_GET, "version" },
	{ "GET / \r\n", 400, HTTP1_GET, "version" },
	{ "GET / a HTTP/1.1\r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / http/1.1\r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / HTTP/1\r\n" HOST END, 400, HTTP1_GET, "version" },
	/* The target does not complete the version. */
	{ "GET /12345.1 HTTP/1\r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / HTTP/1.x\r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / HTTP/11.1\r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / HTTP/1.10\r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / HTTP/1.1 \r\n" HOST END, 400, HTTP1_GET, "version" },
	{ "GET / HTTP/2.0\r\n" HOST END, 505, HTTP1_GET, "HTTP/1.1" },
	{ "GET / HTTP/0.9\r\n" HOST END, 505, HTTP1_GET, "HTTP/1.1" },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, HTTP1_OTHER, "HTTP/1.1" },

	/* Line ends. */
	{ "GET / HTTP/1.1\n" HOST END, 400, HTTP1_GET, "LF alone" },
	{ LINE "Host: a.test\n" END, 400, HTTP1_GET, "LF alone" },
	{ LINE HOST "\n", 400, HTTP1_GET, "LF alone" },
	{ "GET / HTTP/1.1\rX" HOST END, 400, HTTP1_GET, "CR" },
	{ LINE "Host: a.test\r" END, 400, HTTP1_GET, "CR" },
	{ LINE HOST "\rX", 400, HTTP1_GET, "CR" },

	/* Fields. */
	{ LINE HOST " folded: x\r\n" END, 400, HTTP1_GET, "second line" },
	{ LINE HOST "X: y\r\n\tz\r\n" END, 400, HTTP1_GET, "second line" },
	{ LINE HOST ": y\r\n" END, 400, HTTP1_GET, "name" },
	{ LINE HOST "X : y\r\n" END, 400, HTTP1_GET, "name" },
	{ LINE HOST "X\r\n" END, 400, HTTP1_GET, "name" },
	{ LINE HOST "X[]: y\r\n" END, 400, HTTP1_GET, "name" },
	{ LINE HOST "X: \x01\r\n" END, 400, HTTP1_GET, "control" },
	{ LINE HOST "X: \x7f\r\n" END, 400, HTTP1_GET, "control" },

	/* Host. */
	{ LINE END, 400, HTTP1_GET, "missing" },
	{ LINE "Accept: */*\r\n" END, 400, HTTP1_GET, "missing" },
	{ "GET http://a.test/ HTTP/1.1\r\n" END, 400, HTTP1_GET, "missing" },
	{ LINE HOST HOST END, 400, HTTP1_GET, "more than once" },
	{ LINE HOST "Host:\r\n" END, 400, HTTP1_GET, "more than once" },
	{ LINE "Host: a.test \r\nHost:b.test\r\n" END, 400, HTTP1_GET, "more than once" },
	{ "GET / HTTP/1.0\r\n" HOST HOST END, 400, HTTP1_GET, "more than once" },
	{ LINE "Host: a.test b.test\r\n" END, 400, HTTP1_GET, "Host" },
	{ LINE "Host: a.test/\r\n" END, 400, HTTP1_GET, "Host" },
	{ LINE "Host: \"a\"\r\n" END, 400, HTTP1_GET, "Host" },
	{ LINE "Host: a@b\r\n" END, 400, HTTP1_GET, "Host" },

	/* Other methods; of them the target is not judged. */
	{ "POST / HTTP/1.1\r\n" HOST END "x=y", 405, HTTP1_OTHER, "GET" },
	{ "get / HTTP/1.1\r\n" HOST END, 405, HTTP1_OTHER, "GET" },
	{ "GETS / HTTP/1.1\r\n" HOST END, 405, HTTP1_OTHER, "GET" },
	{ "GE / HTTP/1.1\r\n" HOST END, 405, HTTP1_OTHER, "GET" },
	{ "CONNECT a.test:443 HTTP/1.1\r\n" HOST END, 405, HTTP1_OTHER, "GET" },
	{ "BASELINE-CONTROL / HTTP/1.1\r\n" HOST END, 405, HTTP1_OTHER, "GET" },
	{ "POST / HTTP/1.1\r\n" END, 400, HTTP1_OTHER, "missing" },
};

#define TEXT HTTP_ACCEPT_TEXT
#define JSON HTTP_ACCEPT_JSON
#define HTML HTTP_ACCEPT_HTML

static const struct {
	const char *fields;
	enum http_accept_type type;
} accepts[] = {
	{ "", TEXT },
	{ "Accept: */*\r\n", TEXT },
	{ "Accept:\r\n", TEXT },
	{ "Accept: text/plain\r\n", TEXT },
	{ "Accept: application/json\r\n", JSON },
	{ "ACCEPT:Application/JSON\r\n", JSON },
	{ "Accept: application/*\r\n", JSON },
	{ "Accept: text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8\r\n", HTML },
	/* Browsers, today and long ago. */
	{ "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
	  "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n", HTML },
	{ "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2\r\n", HTML },
	{ "Accept: TEXT/HTML\r\n", HTML },
	{ "Accept: text/html;q=0.2\r\nAccept: text/plain;q=0.1\r\n", HTML },
	{ "Accept: text/html, text/*\r\n", HTML },
	{ "Accept: text/html, */*\r\n", HTML },
	{ "Accept: text/*\r\n", TEXT },
	{ "Accept: text/*;q=0.5, */*\r\n", JSON },
	{ "Accept: text/html, text/plain\r\n", TEXT },
	{ "Accept: text/html;q=0.9, text/plain\r\n", TEXT },
	{ "Accept: text/html, application/json\r\n", JSON },
	{ "Accept: text/html, application/json;q=0.9\r\n", HTML },
	{ "Accept: text/html, application/*\r\n", HTML },
	{ "Accept: text/html;q=0\r\n", TEXT },
	{ "Accept: text/html;q=0, */*;q=0.1\r\n", TEXT },
	{ "Accept: text/plain;q=0, application/json;q=0, */*;q=0.001\r\n", HTML },
	{ "Accept: text/html;q=0.0001\r\n", TEXT },
	{ "Accept: text/htm\r\n", TEXT },
	{ "Accept-Language: text/html\r\n", TEXT },
	{ "Accept: x/y;z=\"a, text/html\"\r\n", TEXT },
	{ "Accept: application/json, text/plain, */*\r\n", TEXT },
	{ "Accept: application/json, */*\r\n", JSON },
	{ "Accept: application/json, text/*\r\n", JSON },
	{ "Accept: application/json;q=0.5, text/plain\r\n", TEXT },
	{ "Accept: application/json, text/plain;q=0.999\r\n", JSON },
	{ "Accept: text/plain;q=0.5,application/json;q=0.6\r\n", JSON },
	{ "Accept: text/plain;q=0.5\r\nX: y\r\naccept: application/json;q=0.6\r\n", JSON },
	{ "Accept: application/json;q=0\r\n", TEXT },
	{ "Accept: application/json;q=0, */*;q=0.1\r\n", TEXT },
	{ "Accept: text/plain;q=0, */*;q=0.1\r\n", JSON },
	{ "Accept: text/plain;q=0.3, text/*;q=0.9, application/json;q=0.5\r\n", HTML },
	{ "Accept: text/plain;q=0.3, text/*;q=0.4, application/json;q=0.5\r\n", JSON },
	{ "Accept: text/plain ; Q=0.2 , application/json ; q=0.3\r\n", JSON },
	{ "Accept: application/json;charset=utf-8;q=1.000\r\n", JSON },
	{ "Accept: application/json;q=1.001\r\n", TEXT },
	{ "Accept: application/json;q=2\r\n", TEXT },
	{ "Accept: application/json;q=\r\n", TEXT },
	{ "Accept: application/json;q=0.5x, text/plain;q=0.1\r\n", TEXT },
	{ "Accept: application/json2\r\n", TEXT },
	{ "Accept: x/y;z=\"a, application/json\"\r\n", TEXT },
	{ "Accept: x/y;z=\"a\\\", application/json\"\r\n", TEXT },
	{ "Accept: x/y;z=\"a\", application/json\r\n", JSON },
	{ "Accept: x/y;z=\"a\r\nAccept: application/json\r\n", JSON },
	{ "Accept: ,, ,application/json,\r\n", JSON },
	{ "Accept: ;;;\r\n", TEXT },
	/* One that is too long to be kept is none of ours, and the next one is read. */
	{ "Accept: application/json;x=0123456789012345678901234567890123456789012345678901234567890"
	  "123456789012345678901234567890\r\n", TEXT },
	{ "Accept: application/j;x=012345678901234567890123456789012345678901234567890123456789012"
	  "3456789012345678901234567890, application/json\r\n", JSON },
};
/* clang-format on */

/* Every way to cut it in two, and byte by byte: the same. */
static void feed(struct http1_parser *p, const char *head, size_t len, size_t cut)
{
	memset(p, 0, sizeof *p);
	if (cut <= len) {
		http1_feed(p, head, cut);
		http1_feed(p, head + cut, len - cut);
		return;
	}
	for (size_t i = 0; i < len; i++)
		http1_feed(p, head + i, 1);
}

START_TEST(test_heads)
{
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		const char *head = heads[i].head;
		size_t len = strlen(head);

		for (size_t cut = 0; cut <= len + 1; cut++) {
			struct http1_parser p;

			feed(&p, head, len, cut);
			ck_assert_msg(p.status == heads[i].status, "%u of: %s", p.status, head);
			ck_assert_msg(p.method == heads[i].method, "method of: %s", head);
			ck_assert_msg(!p.why == !heads[i].why, "%s", head);
			if (p.why)
				ck_assert_msg(strstr(p.why, heads[i].why) != NULL, "\"%s\" of: %s",
				    p.why, head);
		}
	}
}
END_TEST

START_TEST(test_accept)
{
	for (size_t i = 0; i < sizeof accepts / sizeof accepts[0]; i++) {
		char head[512];
		int len = snprintf(head, sizeof head, LINE HOST "%s" END, accepts[i].fields);

		for (size_t cut = 0; cut <= (size_t)len + 1; cut++) {
			struct http1_parser p;

			feed(&p, head, (size_t)len, cut);
			ck_assert_uint_eq(p.status, 200);
			ck_assert_msg(http_accept_choose(&p.accept) == accepts[i].type, "%s",
			    accepts[i].fields);
		}
	}
}
END_TEST

START_TEST(test_nothing_is_decided_before_the_end)
{
	static const char head[] = LINE HOST "Accept: text/plain\r\n" END;

	for (size_t len = 0; len < sizeof head - 1; len++) {
		struct http1_parser p = { 0 };

		ck_assert_uint_eq(http1_feed(&p, head, len), 0);
		http1_end(&p, 408, "late");
		ck_assert_uint_eq(p.status, 408);
		ck_assert_uint_eq(http1_feed(&p, head + len, sizeof head - 1 - len), 408);
	}
}
END_TEST

START_TEST(test_what_is_decided_stays)
{
	struct http1_parser p = { 0 };

	ck_assert_uint_eq(http1_feed(&p, LINE HOST END "\n\n\n", sizeof LINE HOST END + 2), 200);
	ck_assert_uint_eq(http1_feed(&p, "\n", 1), 200);
	http1_end(&p, 408, "late");
	ck_assert_uint_eq(p.status, 200);
}
END_TEST

/* A head of this length: begin, filler, end. */
static unsigned feed_long(const char *begin, const char *end, size_t len)
{
	static char head[HTTP1_HEAD_MAX + 64];
	struct http1_parser p = { 0 };

	memset(head, 'a', sizeof head);
	memcpy(head, begin, strlen(begin));
	memcpy(head + len - strlen(end), end, strlen(end));
	return http1_feed(&p, head, len);
}

START_TEST(test_the_longest_head)
{
	ck_assert_uint_eq(feed_long(LINE HOST "X: ", "\r\n\r\n", HTTP1_HEAD_MAX), 200);
	ck_assert_uint_eq(feed_long(LINE HOST "X: ", "\r\n\r\n", HTTP1_HEAD_MAX + 1), 431);
	ck_assert_uint_eq(feed_long(LINE HOST, "", HTTP1_HEAD_MAX), 0);
	ck_assert_uint_eq(feed_long(LINE HOST, "", HTTP1_HEAD_MAX + 1), 431);
	ck_assert_uint_eq(feed_long("GET /", " HTTP/1.0\r\n\r\n", HTTP1_HEAD_MAX), 200);
	ck_assert_uint_eq(feed_long("GET /", " HTTP/1.0\r\n\r\n", HTTP1_HEAD_MAX + 16), 414);
	/* Within the version. */
	ck_assert_uint_eq(feed_long("GET /", " HTTP/1.0\r\n\r\n", HTTP1_HEAD_MAX + 8), 414);
	ck_assert_uint_eq(feed_long("", "", HTTP1_HEAD_MAX), 0);
	ck_assert_uint_eq(feed_long("", "", HTTP1_HEAD_MAX + 1), 414);
}
END_TEST

START_TEST(test_nul_is_nowhere_right)
{
	static const char head[] = LINE HOST END;

	for (size_t i = 0; i < sizeof head - 1; i++) {
		struct http1_parser p = { 0 };
		char copy[sizeof head];

		memcpy(copy, head, sizeof head);
		copy[i] = '\0';
		ck_assert_uint_eq(http1_feed(&p, copy, sizeof copy - 1), 400);
	}
}
END_TEST

START_TEST(test_answers)
{
	/* The example of RFC 9110 section 5.6.7. */
	const struct http1_answer greeting = { 200, "text/plain", 12, 784111777, false, NULL };
	const struct http1_answer page = { 200, "text/html", 9, 784111777, true, "img-src data:" };
	const struct http1_answer options = { 200, NULL, 0, 784111777, false, NULL };
	const struct http1_answer refused = { 405, "text/plain", 1, 0, false, NULL };
	char buf[HTTP1_ANSWER_MAX];
	size_t len = http1_write(&greeting, buf);

	ck_assert_uint_eq(len, strlen(buf));
	ck_assert_str_eq(buf,
	    "HTTP/1.1 200 OK\r\n"
	    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	    "Connection: close\r\n"
	    "Cache-Control: no-store\r\n"
	    "Content-Length: 12\r\n"
	    "Content-Type: text/plain\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "\r\n");
	http1_write(&page, buf);
	ck_assert_has(buf,
	    "Content-Type: text/html\r\nX-Content-Type-Options: nosniff\r\n"
	    "Content-Security-Policy: img-src data:\r\nVary: Accept\r\n\r\n");
	http1_write(&options, buf);
	ck_assert_has(buf, "Content-Length: 0\r\nAllow: GET, HEAD, OPTIONS\r\n\r\n");
	http1_write(&refused, buf);
	ck_assert_has(buf, "HTTP/1.1 405 Method Not Allowed\r\n");
	ck_assert_has(buf, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
	ck_assert_has(buf, "Allow: GET, HEAD, OPTIONS\r\n\r\n");
}
END_TEST

START_TEST(test_every_status_has_its_reason_and_room)
{
	static const unsigned statuses[] = { 200, 400, 405, 408, 414, 431, 505 };
	char policy[400 - sizeof "text/plain; charset=utf-8"];

	memset(policy, 'p', sizeof policy);
	policy[sizeof policy - 1] = '\0';
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		const struct http1_answer a = { statuses[i], "text/plain; charset=utf-8", SIZE_MAX,
			(time_t)67767976233532799, true, policy };
		char buf[HTTP1_ANSWER_MAX];

		ck_assert(http1_reason(statuses[i])[0]);
		ck_assert_uint_lt(http1_write(&a, buf), sizeof buf);
	}
}
END_TEST

CHECK_MAIN("http1", test_heads, test_accept, test_nothing_is_decided_before_the_end,
    test_what_is_decided_stays, test_the_longest_head, test_nul_is_nowhere_right, test_answers,
    test_every_status_has_its_reason_and_room)
