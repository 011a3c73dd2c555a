/* SPDX-License-Identifier: MIT */
#include "client/step/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/services/dialogue.h"
#include "client/step/answer_http.h"
#include "client/step/answer_io.h"

/* ---- a service that sends nothing first ----------------------------------------------------- */

static void remark_silence(struct answer *a)
{
	answer_remark(a, "its silence proves nothing");
}

/* The end of the connection is not a failure if the client would have sent nothing. */
static int judge_end(struct answer *a, enum answer_end end, struct outcome *oc)
{
	if (a->identity != TLS_ALERT_NOT_ASKED || end == ANSWER_RESET || end == ANSWER_FAILED)
		return answer_explain(a, end, oc);
	snprintf(a->s->remark, sizeof a->s->remark,
	    "the server closed the connection after the handshake and sent nothing");
	return 0;
}

static int await_nothing(struct answer *a, struct outcome *oc)
{
	const struct service_row *service = a->s->service;
	enum answer_end end;
	char bytes[1024];
	size_t len;

	if (service->alpn && service->transport == OVER_TCP && !a->s->options->alpn &&
	    strcmp(a->s->alpn, service->alpn) != 0)
		return outcome_set(oc, OC_GREETING_MISMATCH,
		    "the server did not select \"%s\" by ALPN, which %s needs", service->alpn,
		    service->name);
	end = answer_look(a, bytes, sizeof bytes, &len);
	if (end == ANSWER_DATA) {
		/* HTTP/3 is binary, and a server may begin it before it sees our certificate. */
		if (service->transport == OVER_TCP)
			answer_keep_line(a->s, bytes, len);
		else
			answer_remark(a, "the stream that it opened proves nothing");
		a->s->unproven = true;
	} else if (end == ANSWER_LATE) {
		remark_silence(a);
	} else {
		return judge_end(a, end, oc);
	}
	if (!service->leave)
		return 0;
	return tls_conn_write(a->s->tls, service->leave, service->leave_len, oc) == IO_FAILED ? -1
											      : 0;
}

/* ---- a service with a dialogue -------------------------------------------------------------- */

static int refused(struct answer *a, const struct dialogue *d, struct outcome *oc)
{
	if (a->identity != TLS_ALERT_NOT_ASKED)
		return answer_refuse(a, d->words, oc);
	return outcome_set(oc, OC_GREETING_MISMATCH, "the %s server says \"%s\"", d->kind->protocol,
	    d->words);
}

static int judge_dialogue(struct answer *a, struct dialogue *d, struct outcome *oc)
{
	answer_keep_text(a->s, d->first);
	a->s->unproven |= d->end != DIALOGUE_DONE || d->vague;
	a->s->denied = d->denied;
	if (d->proven)
		return 0;
	if (d->end == DIALOGUE_REFUSED)
		return refused(a, d, oc);
	outcome_set(oc, OC_GREETING_MISMATCH, "the %s dialogue failed: %s", d->kind->protocol,
	    d->why);
	if (d->words[0])
		outcome_append(oc, ": \"%.80s\"", d->words);
	return -1;
}

/* Data that arrived while we waited for a refusal belongs to the dialogue. */
static int feed(struct answer *a, struct dialogue *d, const char *bytes, size_t len,
    struct outcome *oc)
{
	size_t at = 0, used;

	do {
		if (d->out_len > 0 &&
		    tls_conn_write(a->s->tls, d->out, d->out_len, oc) == IO_FAILED)
			return -1;
		d->out_len = 0;
		dialogue_feed(d, bytes + at, len - at, &used);
		at += used;
		/* The rest is there before our next words, so it does not answer them. */
		a->s->unproven |= d->out_len > 0 && at < len;
	} while (d->out_len > 0 || (d->end == DIALOGUE_GOES_ON && at < len));
	return 0;
}

/* In TLS 1.3 the refusal may arrive after an answer. */
static bool is_refusal(const struct outcome *failed)
{
	return failed->code == OC_CLIENT_CERT_REFUSED || failed->code == OC_CLIENT_CERT_REQUIRED;
}

static int converse(struct answer *a, struct dialogue *d, struct outcome *oc)
{
	enum answer_end end = ANSWER_DATA;
	char bytes[2048];
	size_t len = 0;

	/* Before the first write, give the server a moment to refuse our certificate. */
	if (a->identity != TLS_ALERT_NOT_ASKED && d->out_len > 0)
		end = answer_look(a, bytes, sizeof bytes, &len);
	d->unasked = len > 0;
	a->s->unproven |= d->unasked;
	if (end == ANSWER_LATE)
		end = ANSWER_DATA;
	while (end == ANSWER_DATA) {
		if (feed(a, d, bytes, len, oc) != 0)
			return -1;
		d->unasked = false;
		if (d->end != DIALOGUE_GOES_ON)
			return judge_dialogue(a, d, oc);
		end = answer_read(a, bytes, sizeof bytes, &len);
	}
	answer_keep_text(a->s, d->first);
	a->s->unproven = true;
	return d->proven && !is_refusal(&a->failed) ? 0 : answer_explain(a, end, oc);
}

static int await_dialogue(struct answer *a, struct outcome *oc)
{
	const struct service_row *service = a->s->service;
	struct dialogue *d = malloc(sizeof *d);
	int ret;

	if (!d)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a dialogue");
	dialogue_begin(d, service->inside ? service->inside : service->admission,
	    session_asked_name(a->s));
	ret = converse(a, d, oc);
	free(d);
	return ret;
}

int answer_await(struct session *s, struct outcome *oc)
{
	const enum service_talk talk = session_talk(s);
	struct answer a;
	int ret;

	if (answer_begin(&a, s, oc) != 0)
		return -1;
	if (talk == TALK_HTTP)
		ret = answer_http(&a, oc);
	else if (talk == TALK_DIALOGUE)
		ret = await_dialogue(&a, oc);
	else
		ret = await_nothing(&a, oc);
	if (ret == 0)
		phases_mark(&s->phases, PHASE_CLOSE);
	return ret;
}
