/* SPDX-License-Identifier: MIT */
#include "client/step/answer_http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "client/services/http_status.h"
#include "client/step/http_answer.h"
#include "tls/conn.h"

enum { REQUEST_MAX = SERVICE_PATH_MAX + 512, SHOWN_MAX = 256 };

/* At most so many bytes of a page are searched for the reason of a refusal. */
enum { PAGE_MAX = 4096 };

static int say(const struct answer *a, const void *bytes, size_t len, struct outcome *oc)
{
	return tls_conn_write(a->s->tls, bytes, len, oc) == IO_FAILED ? -1 : 0;
}

static int ask(const struct answer *a, struct outcome *oc)
{
	const struct session *s = a->s;
	const char *host = s->http_host, *port = s->options->port;
	const char *left = strchr(host, ':') ? "[" : "", *right = left[0] ? "]" : "";
	bool usual = strcmp(port, "443") == 0;
	char request[REQUEST_MAX];
	int len = snprintf(request, sizeof request,
	    "GET %s HTTP/1.1\r\nHost: %s%s%s%s%s\r\nUser-Agent: hello-client/" PACKAGE_VERSION
	    "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
	    s->options->path, left, host, right, usual ? "" : ":", usual ? "" : port);

	return say(a, request, (size_t)len, oc);
}

/* How much is shown of an answer that is not HTTP. */
enum { BEGINNING_MAX = 32 };

/* The page as far as it was received; has_head: its head is complete. */
struct page {
	bool has_head;
	char beginning[BEGINNING_MAX];
	size_t beginning_len;
	char bytes[PAGE_MAX + 1];
	size_t len;
};

static void keep_beginning(struct page *page, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && page->beginning_len < BEGINNING_MAX; i++)
		page->beginning[page->beginning_len++] = bytes[i];
}

static void add_content(struct page *page, const char *bytes, size_t len)
{
	if (len > PAGE_MAX - page->len)
		len = PAGE_MAX - page->len;
	memcpy(page->bytes + page->len, bytes, len);
	page->len += len;
	page->bytes[page->len] = '\0';
}

/* The title of the page, or else the status line. */
static void find_words(const struct page *page, const struct http_answer *http,
    char words[SHOWN_MAX])
{
	const char *title = strstr(page->bytes, "<title>");
	const char *end = title ? strstr(title, "</title>") : NULL;
	struct text t;

	text_begin(&t, words, SHOWN_MAX);
	if (end)
		text_add_bytes(&t, title + 7, (size_t)(end - title - 7), "\"");
	else
		text_add_bytes(&t, http->line, strlen(http->line), "\"");
}

/*
 * Some servers let every client finish the handshake and refuse in HTTP: nginx with 400, or with
 * 495 and 496 if configured so; Apache with 403, also without a request for a certificate, if only
 * a part of the site requires one.
 */
static bool may_refuse(const struct answer *a, const struct http_answer *http)
{
	unsigned status = http->status;

	if (a->identity == TLS_ALERT_NOT_ASKED)
		return status == 403;
	return status == 400 || status == 401 || status == 403 || status == 495 || status == 496;
}

/* 495 and 496 mean nothing else, whatever the page. */
static bool refuses_certificate(const struct answer *a, const struct http_answer *http,
    const struct page *page)
{
	if (strcasestr(page->bytes, "Post-Handshake Authentication"))
		return true;
	return a->identity != TLS_ALERT_NOT_ASKED &&
	    (http->status == 495 || http->status == 496 ||
		strcasestr(page->bytes, "certificate"));
}

/* Is enough of the answer known? Usually the head is enough. */
static bool is_enough(const struct answer *a, const struct http_answer *http,
    const struct page *page)
{
	enum http_answer_end end = http_answer_finish(http);

	if (end == HTTP_ANSWER_NOT_HTTP || end == HTTP_ANSWER_MALFORMED)
		return true;
	if (!page->has_head)
		return false;
	if (!may_refuse(a, http) || page->len == PAGE_MAX)
		return true;
	/* A page without a length ends with the connection. */
	return (http->has_length || http->chunked) && end == HTTP_ANSWER_COMPLETE;
}

static int judge_status(const struct answer *a, const struct http_answer *http, struct outcome *oc)
{
	const char *wanted = a->s->options->expect_status;
	char line[SHOWN_MAX];
	struct text t;

	if (http_status_fits(wanted, http->status))
		return 0;
	text_begin(&t, line, sizeof line);
	text_add_bytes(&t, http->line, strlen(http->line), "\"");
	outcome_set(oc, OC_GREETING_MISMATCH, "the server answers GET %.128s with \"%s\"",
	    a->s->options->path, line);
	if (wanted)
		outcome_append(oc, "; expected %.64s", wanted);
	outcome_advise(oc,
	    "the connection works, so check the service; --expect-status %u accepts this status",
	    http->status);
	return -1;
}

static int explain_other(const struct page *page, struct outcome *oc)
{
	char shown[4 * BEGINNING_MAX + 4];

	text_quotable(page->beginning, page->beginning_len, shown, sizeof shown);
	outcome_set(oc, OC_GREETING_MISMATCH,
	    "the answer to GET does not begin with a status line of HTTP/1.x: \"%s\"", shown);
	outcome_advise(oc,
	    "is it another service? Use its scheme, such as smtps://, imaps:// or tls://");
	return -1;
}

static int judge(const struct answer *a, const struct http_answer *http, const struct page *page,
    struct outcome *oc)
{
	enum http_answer_end end = http_answer_finish(http);
	char words[SHOWN_MAX];

	if (!page->has_head && end == HTTP_ANSWER_NOT_HTTP)
		return explain_other(page, oc);
	answer_keep_line(a->s, http->line, strlen(http->line));
	a->s->http_status = page->has_head ? http->status : 0;
	if (!page->has_head && end == HTTP_ANSWER_MALFORMED)
		return outcome_set(oc, OC_GREETING_MISMATCH, "the HTTP answer is malformed: %s",
		    http->why);
	if (may_refuse(a, http) && refuses_certificate(a, http, page)) {
		find_words(page, http, words);
		return answer_refuse(a, words, oc);
	}
	return judge_status(a, http, oc);
}

/* Stops at the end of the head, because errors in the content do not matter. */
static void feed(const struct answer *a, struct http_answer *http, struct page *page, char *bytes,
    size_t len)
{
	size_t at = 0;

	keep_beginning(page, bytes, len);
	for (; at < len && !page->has_head; at++) {
		http_answer_feed(http, bytes + at, 1, bytes + at);
		page->has_head = http_answer_in_content(http);
	}
	if (page->has_head && may_refuse(a, http))
		add_content(page, bytes + at,
		    http_answer_feed(http, bytes + at, len - at, bytes + at));
}

static int read_head(struct answer *a, struct http_answer *http, struct page *page,
    const char *first, size_t len, struct outcome *oc)
{
	enum answer_end end = ANSWER_DATA;
	char bytes[PAGE_MAX];

	memcpy(bytes, first, len);
	while (end == ANSWER_DATA) {
		feed(a, http, page, bytes, len);
		if (is_enough(a, http, page))
			break;
		end = answer_read(a, bytes, sizeof bytes, &len);
	}
	/* Once the head is complete, a truncated page is no failure. */
	if (end == ANSWER_DATA || page->has_head)
		return judge(a, http, page, oc);
	return answer_explain(a, end, oc);
}

/* ---- HTTP/2: RFC 9113 section 3.4 ----------------------------------------------------------- */

/* first: len bytes that arrived before the request, which may be the server's frame. */
static int speak_http2(struct answer *a, const char *first, size_t len, struct outcome *oc)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				      "\0\0\0\4\0\0\0\0\0";
	unsigned char head[9];
	size_t have = len < sizeof head ? len : sizeof head;

	memcpy(head, first, have);
	if (say(a, preface, sizeof preface - 1, oc) != 0)
		return -1;
	while (have < sizeof head) {
		enum answer_end end = answer_read(a, head + have, sizeof head - have, &len);

		if (end != ANSWER_DATA)
			return answer_explain(a, end, oc);
		have += len;
	}
	/* A SETTINGS frame: stream 0, not an acknowledgement, entries of six bytes. */
	if (head[0] != 0 || head[3] != 4 || head[4] != 0 || head[5] || head[6] || head[7] ||
	    head[8] || (head[1] << 8 | head[2]) % 6 != 0)
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "ALPN selected h2, but the server did not begin with SETTINGS");
	answer_keep_line(a->s, "HTTP/2", 6);
	answer_remark(a, "in HTTP/2 it says so only to a request");
	return 0;
}

int answer_http(struct answer *a, struct outcome *oc)
{
	struct http_answer http = { .status = 0 };
	enum answer_end end = ANSWER_LATE;
	struct page page = { .len = 0 };
	char bytes[PAGE_MAX];
	size_t len = 0;

	if (a->identity != TLS_ALERT_NOT_ASKED)
		end = answer_look(a, bytes, sizeof bytes, &len);
	if (end != ANSWER_LATE && end != ANSWER_DATA)
		return answer_explain(a, end, oc);
	a->s->unproven |= len > 0;
	if (strcmp(a->s->alpn, "h2") == 0)
		return speak_http2(a, bytes, len, oc);
	if (ask(a, oc) != 0)
		return -1;
	return read_head(a, &http, &page, bytes, len, oc);
}
