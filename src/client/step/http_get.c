/* SPDX-License-Identifier: MIT */
#include "client/step/http_get.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/step/http_answer.h"

enum { STATUS_LINE_MAX = 120 };

size_t http_get_request(const char *host, const char *port, char buf[HTTP_GET_REQUEST_MAX])
{
	const char *left = strchr(host, ':') ? "[" : "", *right = left[0] ? "]" : "";

	return (size_t)snprintf(buf, HTTP_GET_REQUEST_MAX,
	    "GET / HTTP/1.0\r\nHost: %s%s%s:%s\r\nUser-Agent: hello-client/%s\r\n"
	    "Accept: text/plain\r\n\r\n",
	    left, host, right, port, PACKAGE_VERSION);
}

static int explain_short(const struct http_answer *a, struct outcome *oc)
{
	const unsigned long long content = a->content, length = a->length;

	if (!http_answer_in_content(a))
		return outcome_set(oc, OC_GREETING_TRUNCATED,
		    "the HTTP answer ended before its head did");
	if (a->has_length)
		return outcome_set(oc, OC_GREETING_TRUNCATED,
		    "%llu bytes of content arrived, but %llu were announced", content, length);
	return outcome_set(oc, OC_GREETING_TRUNCATED,
	    "%llu bytes of content arrived in chunks, but not the last chunk", content);
}

/* A bad status matters more than a fault after it. */
static int judge(const struct http_answer *a, struct outcome *oc)
{
	enum http_answer_end end = http_answer_finish(a);
	char shown[STATUS_LINE_MAX];

	if (end == HTTP_ANSWER_NOT_HTTP)
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "ALPN selected http/1.1, but the answer is not HTTP");
	if (a->begun && a->status >= 200 && a->status != 200)
		return outcome_set(oc, OC_GREETING_MISMATCH, "the server answers GET / with \"%s\"",
		    text_quotable(a->line, strlen(a->line), shown, sizeof shown));
	if (end == HTTP_ANSWER_MALFORMED)
		return outcome_set(oc, OC_GREETING_MISMATCH, "the HTTP answer is malformed: %s",
		    a->why);
	return end == HTTP_ANSWER_SHORT ? explain_short(a, oc) : 0;
}

int http_get_unwrap(char *bytes, size_t *len, struct outcome *oc)
{
	struct http_answer a = { .status = 0 };

	*len = http_answer_feed(&a, bytes, *len, bytes);
	return judge(&a, oc);
}
