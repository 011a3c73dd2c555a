/* SPDX-License-Identifier: MIT */
#include "server/conn/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "tls/cert_info.h"
#include "net/conn_report.h"
#include "base/text.h"
#include "tls/facts.h"

void answer_prepare(void)
{
	json_object_seed(0);
}

static int no_memory(struct outcome *oc)
{
	return outcome_set(oc, OC_INTERNAL, "out of memory for an answer");
}

/* Empty where there is no certificate. */
static void get_info(const X509 *cert, struct certinfo *info)
{
	memset(info, 0, sizeof *info);
	if (cert)
		certinfo_get(cert, info);
}

/* Whoever has no subject is known by the names of its certificate, and is not nobody. */
static void see_client(const X509 *cert, struct sighting *out)
{
	char names[CERTINFO_SANS_MAX] = "";
	struct certinfo info;

	get_info(cert, &info);
	if (cert && !info.subject[0])
		certinfo_alternatives(cert, names);
	sighting_set(out, SIGHTING_CLIENT, info.subject[0] ? info.subject : names);
}

/* A name is what the client sent: it may be anything. */
static void see_name(const struct tlsio *tls, struct sighting *out)
{
	char *sni = tlsio_dup_sni(tls), shown[SIGHTING_VALUE_MAX];
	struct text t;

	text_begin(&t, shown, sizeof shown);
	if (sni)
		text_add_bytes(&t, sni, strlen(sni), "");
	sighting_set(out, SIGHTING_SERVER_NAME, shown);
	free(sni);
}

static void see(const struct answer_about *about, struct sighting *out)
{
	char peer[ADDR_TEXT_MAX], when[CERTINFO_TIME_MAX], binding[TLSFACTS_BINDING_MAX];
	struct certinfo served;
	struct tlsio_facts facts;

	get_info(tlsfacts_served(about->tls), &served);
	tlsfacts_get(about->tls, &facts);
	sighting_set(out, SIGHTING_PEER, addr_format(about->peer, peer));
	see_name(about->tls, out);
	sighting_set(out, SIGHTING_PROTOCOL, facts.protocol);
	sighting_set(out, SIGHTING_CIPHER, facts.cipher);
	sighting_set(out, SIGHTING_GROUP, facts.group);
	sighting_set(out, SIGHTING_RESUMED, facts.resumed ? "yes" : "no");
	see_client(tlsfacts_client(about->tls), out);
	sighting_set(out, SIGHTING_CERTIFICATE, served.sha256);
	sighting_set(out, SIGHTING_NODE, about->service->node);
	sighting_set(out, SIGHTING_TIME, certinfo_time(time(NULL), when));
	sighting_set(out, SIGHTING_BINDING, tlsfacts_binding(about->tls, binding) ? binding : NULL);
}

int answer_greeting(const struct answer_about *about, struct answer *out, struct outcome *oc)
{
	const struct service *s = about->service;
	struct sighting seen;
	size_t len = s->greeting_len;
	char *text;

	out->text = s->greeting;
	out->len = len;
	if (!s->report)
		return 0;
	text = malloc(len + 2 + SIGHTING_TEXT_MAX);
	if (!text)
		return no_memory(oc);
	see(about, &seen);
	memcpy(text, s->greeting, len);
	/* The empty line is one, whatever the greeting ends with. */
	if (text[len - 1] != '\n')
		text[len++] = '\n';
	text[len++] = '\n';
	out->len = len + sighting_format(&seen, text + len);
	out->text = out->own = text;
	return 0;
}

/* As the log writes names, and as most languages can: "server_name". */
static int add_field(json_t *object, enum sighting_field field, const struct sighting *seen)
{
	json_t *value = json_string(seen->value[field]);
	char name[32];

	snprintf(name, sizeof name, "%s", sighting_name(field));
	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (field == SIGHTING_RESUMED) {
		json_decref(value);
		value = json_boolean(strcmp(seen->value[field], "yes") == 0);
	} else if (sighting_is_none(seen, field)) {
		json_decref(value);
		value = json_null();
	}
	return json_object_set_new(object, name, value);
}

/* With a newline at the end, for people. */
static int dump(const json_t *object, struct answer *out)
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

static int answer_json(const struct answer_about *about, struct answer *out, struct outcome *oc)
{
	const struct service *s = about->service;
	json_t *object = json_object(), *greeting = json_stringn(s->greeting, s->greeting_len);
	struct sighting seen;
	/* Bytes that are no UTF-8 are no JSON either. */
	int failed = json_object_set_new(object, "greeting", greeting ? greeting : json_null());

	see(about, &seen);
	for (int i = 0; i < SIGHTING_FIELDS; i++)
		failed |= add_field(object, (enum sighting_field)i, &seen);
	if (!failed && dump(object, out) != 0)
		failed = -1;
	json_decref(object);
	return failed ? no_memory(oc) : 0;
}

/* RFC 9110 section 9.3.2: the answer to HEAD is that to GET without its content. */
static int put_head(const struct http1_parser *request, const char *type, struct answer *content,
    struct answer *out, struct outcome *oc)
{
	const struct http1_answer head = { request->status, type, content->len, time(NULL) };
	size_t carried = request->method == HTTP1_HEAD ? 0 : content->len, head_len;
	char *text = malloc(HTTP1_ANSWER_MAX + carried);

	if (!text)
		return no_memory(oc);
	head_len = http1_write(&head, text);
	memcpy(text + head_len, content->text, carried);
	out->text = out->own = text;
	out->len = head_len + carried;
	return 0;
}

int answer_http(const struct answer_about *about, const struct http1_parser *request,
    struct answer *out, struct outcome *oc)
{
	bool json = about->service->report && httpaccept_wants_json(&request->accept);
	const char *type = "text/plain; charset=utf-8";
	struct answer content = { .text = "" };
	char words[128];
	int ret = 0;

	if (request->status != 200) {
		snprintf(words, sizeof words, "%u %s: %s\n", request->status,
		    http1_reason(request->status), request->why);
		content.text = words;
		content.len = strlen(words);
	} else if (request->method == HTTP1_OPTIONS) {
		type = NULL;
	} else if (json) {
		type = "application/json";
		ret = answer_json(about, &content, oc);
	} else {
		ret = answer_greeting(about, &content, oc);
	}
	if (ret == 0)
		ret = put_head(request, type, &content, out, oc);
	answer_free(&content);
	return ret;
}

void answer_free(struct answer *a)
{
	free(a->own);
	memset(a, 0, sizeof *a);
}
