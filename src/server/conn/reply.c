/* SPDX-License-Identifier: MIT */
#include "server/conn/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/text.h"
#include "base/time.h"
#include "net/conn_report_json.h"
#include "server/conn/page.h"
#include "tls/cert_info.h"
#include "tls/facts.h"

_Static_assert((int)OFFERS_TEXT_MAX <= (int)CONN_REPORT_OFFERS_MAX, "offers fit into a report");

void reply_prepare(void)
{
	json_object_seed(0);
}

static int no_memory(struct outcome *oc)
{
	return outcome_set(oc, OC_INTERNAL, "out of memory for a response");
}

/* Empty if there is no certificate. */
static void get_info(const X509 *cert, struct cert_info *info)
{
	memset(info, 0, sizeof *info);
	if (cert)
		cert_info_get(cert, info);
}

/* A client without a subject is shown by the names in its certificate, not as "none". */
static void see_client(const X509 *cert, struct conn_report *out)
{
	char names[CERT_INFO_SANS_MAX] = "";
	struct cert_info info;

	get_info(cert, &info);
	if (cert && !info.subject[0])
		cert_info_alternatives(cert, names);
	conn_report_set(out, CONN_REPORT_CLIENT, info.subject[0] ? info.subject : names);
}

/* The name comes from the client, so it may hold any byte. */
static void see_name(const struct tls_conn *tls, struct conn_report *out)
{
	char *sni = tls_conn_dup_sni(tls), shown[CONN_REPORT_VALUE_MAX];
	struct text t;

	text_begin(&t, shown, sizeof shown);
	if (sni)
		text_add_bytes(&t, sni, strlen(sni), "");
	conn_report_set(out, CONN_REPORT_SERVER_NAME, shown);
	free(sni);
}

static void see(const struct reply_about *about, struct conn_report *out)
{
	char peer[ADDR_TEXT_MAX], when[TIME_TEXT_MAX], binding[TLS_FACTS_BINDING_MAX];
	char offers[OFFERS_TEXT_MAX];
	struct cert_info served;
	struct tls_conn_facts facts;

	get_info(tls_facts_served(about->tls), &served);
	tls_facts_get(about->tls, &facts);
	conn_report_set(out, CONN_REPORT_PEER, addr_format(about->peer, peer));
	see_name(about->tls, out);
	conn_report_set(out, CONN_REPORT_PROTOCOL, facts.protocol);
	conn_report_set(out, CONN_REPORT_CIPHER, facts.cipher);
	conn_report_set(out, CONN_REPORT_GROUP, facts.group);
	conn_report_set(out, CONN_REPORT_RESUMED, facts.resumed ? "yes" : "no");
	see_client(tls_facts_client(about->tls), out);
	conn_report_set(out, CONN_REPORT_CERTIFICATE, served.sha256);
	conn_report_set(out, CONN_REPORT_NODE, about->service->node);
	conn_report_set(out, CONN_REPORT_TIME, time_text(time(NULL), when));
	conn_report_set(out, CONN_REPORT_BINDING,
	    tls_facts_binding(about->tls, binding) ? binding : NULL);
	conn_report_set(out, CONN_REPORT_OFFERS, tls_facts_offers(about->tls, offers));
}

int reply_greeting(const struct reply_about *about, struct reply *out, struct outcome *oc)
{
	const struct service *s = about->service;
	struct conn_report seen;
	size_t len = s->greeting_len;
	char *text;

	out->text = s->greeting;
	out->len = len;
	if (!s->report)
		return 0;
	text = malloc(len + 2 + CONN_REPORT_TEXT_MAX);
	if (!text)
		return no_memory(oc);
	see(about, &seen);
	memcpy(text, s->greeting, len);
	/* Exactly one empty line, however the greeting ends. */
	if (text[len - 1] != '\n')
		text[len++] = '\n';
	text[len++] = '\n';
	out->len = len + conn_report_format(&seen, text + len);
	out->text = out->own = text;
	return 0;
}

/* With a line break at the end, for people. */
static int dump(const json_t *object, struct reply *out)
{
	size_t len = json_dumpb(object, NULL, 0, JSON_INDENT(2));

	out->own = len > 0 ? malloc(len + 1) : NULL;
	if (!out->own)
		return -1;
	json_dumpb(object, out->own, len, JSON_INDENT(2));
	out->own[len] = '\n';
	out->text = out->own;
	out->len = len + 1;
	return 0;
}

static int answer_json(const struct reply_about *about, struct reply *out, struct outcome *oc)
{
	const struct service *s = about->service;
	json_t *object = json_object(), *greeting = json_stringn(s->greeting, s->greeting_len);
	struct conn_report seen;
	/* Bytes that are not UTF-8 cannot be JSON either. */
	int failed = json_object_set_new(object, "greeting", greeting ? greeting : json_null());

	see(about, &seen);
	failed |= conn_report_json_add(object, &seen);
	if (!failed && dump(object, out) != 0)
		failed = -1;
	json_decref(object);
	return failed ? no_memory(oc) : 0;
}

static int answer_page(const struct reply_about *about, struct reply *out, struct outcome *oc)
{
	const struct service *s = about->service;
	struct conn_report seen;
	FILE *to = open_memstream(&out->own, &out->len);

	if (!to)
		return no_memory(oc);
	see(about, &seen);
	page_write(to, s->greeting, s->greeting_len, &seen);
	if (fclose(to) != 0)
		return no_memory(oc);
	out->text = out->own;
	return 0;
}

/* The forms of the greeting and its report; without --report there is only the first. */
static const struct form {
	const char *type, *policy;
	int (*answer)(const struct reply_about *about, struct reply *out, struct outcome *oc);
} forms[HTTP_ACCEPT_TYPES] = {
	[HTTP_ACCEPT_TEXT] = { "text/plain; charset=utf-8", NULL, reply_greeting },
	[HTTP_ACCEPT_JSON] = { "application/json", NULL, answer_json },
	[HTTP_ACCEPT_HTML] = { "text/html; charset=utf-8", page_policy, answer_page },
};

static void describe_error(const struct http1_parser *request, char words[128], struct reply *out)
{
	snprintf(words, 128, "%u %s: %s\n", request->status, http1_reason(request->status),
	    request->why);
	out->text = words;
	out->len = strlen(words);
}

/* RFC 9110 section 9.3.2: the response to HEAD is that to GET without its content. */
static int put_head(const struct http1_answer *head, enum http1_method method,
    const struct reply *content, struct reply *out, struct outcome *oc)
{
	size_t carried = method == HTTP1_HEAD ? 0 : content->len, head_len;
	char *text = malloc(HTTP1_ANSWER_MAX + carried);

	if (!text)
		return no_memory(oc);
	head_len = http1_write(head, text);
	memcpy(text + head_len, content->text, carried);
	out->text = out->own = text;
	out->len = head_len + carried;
	return 0;
}

int reply_http(const struct reply_about *about, const struct http1_parser *request,
    struct reply *out, struct outcome *oc)
{
	bool report = about->service->report;
	const struct form *form =
	    &forms[report ? http_accept_choose(&request->accept) : HTTP_ACCEPT_TEXT];
	struct http1_answer head = { .status = request->status,
		.type = forms[HTTP_ACCEPT_TEXT].type,
		.now = time(NULL) };
	struct reply content = { .text = "" };
	char words[128];
	int ret = 0;

	if (request->status != 200) {
		describe_error(request, words, &content);
	} else if (request->method == HTTP1_OPTIONS) {
		head.type = NULL;
	} else {
		head.type = form->type;
		head.policy = form->policy;
		head.negotiated = report;
		ret = form->answer(about, &content, oc);
	}
	head.content_length = content.len;
	if (ret == 0)
		ret = put_head(&head, request->method, &content, out, oc);
	reply_free(&content);
	return ret;
}

void reply_free(struct reply *a)
{
	free(a->own);
	memset(a, 0, sizeof *a);
}
