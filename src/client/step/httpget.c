/* SPDX-License-Identifier: MIT */
#include "client/step/httpget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"

enum { STATUS_LINE_MAX = 120 };

size_t httpget_request(const char *host, const char *port, char buf[HTTPGET_REQUEST_MAX])
{
	const char *left = strchr(host, ':') ? "[" : "", *right = left[0] ? "]" : "";

	return (size_t)snprintf(buf, HTTPGET_REQUEST_MAX,
	    "GET / HTTP/1.0\r\nHost: %s%s%s:%s\r\nUser-Agent: hello-client/%s\r\n"
	    "Accept: text/plain\r\n\r\n",
	    left, host, right, port, PACKAGE_VERSION);
}

/* Where the content begins; NULL: the head has no end. */
static char *find_content(char *bytes, size_t len)
{
	for (size_t i = 4; i <= len; i++) {
		if (memcmp(bytes + i - 4, "\r\n\r\n", 4) == 0)
			return bytes + i;
	}
	return NULL;
}

/* HTTP/1.x SP three digits, RFC 9112 section 4. */
static int check_status(const char *head, struct outcome *oc)
{
	int line = (int)strcspn(head, "\r\n");
	char shown[STATUS_LINE_MAX];
	struct text t;

	if (line < 12 || strncmp(head, "HTTP/1.", 7) != 0 || head[8] != ' ')
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "ALPN has selected http/1.1, but the answer is no HTTP");
	if (strncmp(head + 9, "200", 3) == 0)
		return 0;
	text_begin(&t, shown, sizeof shown);
	text_add_bytes(&t, head, (size_t)line, "\"");
	return outcome_set(oc, OC_GREETING_MISMATCH, "the server answers GET / with \"%s\"", shown);
}

/* What Content-Length says; -1: it is not there, or is no number. */
static long long announced(const char *head)
{
	static const char name[] = "\r\nContent-Length:";
	const char *at = strcasestr(head, name);
	char *end;
	long long n;

	if (!at)
		return -1;
	n = strtoll(at + sizeof name - 1, &end, 10);
	return *end == '\r' && n >= 0 ? n : -1;
}

int httpget_unwrap(char *bytes, size_t *len, struct outcome *oc)
{
	char *content = find_content(bytes, *len);
	long long expected;
	size_t left;

	if (!content || memchr(bytes, '\0', (size_t)(content - bytes)))
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "ALPN has selected http/1.1, but the answer is no HTTP");
	/* The head becomes a text; its last line end is not needed. */
	content[-1] = '\0';
	if (check_status(bytes, oc) != 0)
		return -1;
	expected = announced(bytes);
	left = *len - (size_t)(content - bytes);
	if (expected >= 0 && (unsigned long long)expected > left)
		return outcome_set(oc, OC_GREETING_TRUNCATED,
		    "%zu bytes of content came, and %lld were announced", left, expected);
	memmove(bytes, content, left);
	*len = left;
	return 0;
}
