/* SPDX-License-Identifier: MIT */
#include "server/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void answer_greeting(const struct service *s, struct answer *out)
{
	out->text = s->greeting;
	out->len = s->greeting_len;
}

/* RFC 9110 section 9.3.2: the answer to HEAD is that to GET without its content. */
static int compose(const struct http1_parser *request, const char *type, const char *content,
    size_t len, struct answer *out, struct outcome *oc)
{
	const struct http1_answer head = { request->status, type, len, time(NULL) };
	size_t carried = request->method == HTTP1_HEAD ? 0 : len, head_len;
	char *text = malloc(HTTP1_ANSWER_MAX + carried);

	if (!text)
		return outcome_set(oc, OC_INTERNAL, "out of memory for an answer");
	head_len = http1_write(&head, text);
	memcpy(text + head_len, content, carried);
	out->text = out->own = text;
	out->len = head_len + carried;
	return 0;
}

int answer_http(const struct service *s, const struct http1_parser *request, struct answer *out,
    struct outcome *oc)
{
	static const char plain[] = "text/plain; charset=utf-8";
	char words[128];

	if (request->status != 200) {
		snprintf(words, sizeof words, "%u %s: %s\n", request->status,
		    http1_reason(request->status), request->why);
		return compose(request, plain, words, strlen(words), out, oc);
	}
	if (request->method == HTTP1_OPTIONS)
		return compose(request, NULL, "", 0, out, oc);
	return compose(request, plain, s->greeting, s->greeting_len, out, oc);
}

void answer_free(struct answer *a)
{
	free(a->own);
	memset(a, 0, sizeof *a);
}
