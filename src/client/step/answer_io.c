/* SPDX-License-Identifier: MIT */
#include "client/step/answer_io.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/step/tcp_state.h"
#include "client/step/wait.h"
#include "tls/conn.h"

/* Limits of the first line, and of its escaped form. */
enum { LINE_MAX_ = 240, LINE_TEXT_MAX = 4 * LINE_MAX_ + 8 };

/* More than any answer needs, including HTTP heads and tickets. */
enum { RECEIVES_MAX = 4 * SESSION_GREETING_MAX };

unsigned answer_moment(unsigned rtt_us)
{
	unsigned ms = 100 + 3 * (rtt_us / 1000);

	return ms > 200 ? ms : 200;
}

int answer_begin(struct answer *a, struct session *s, struct outcome *oc)
{
	s->greeting = calloc(1, LINE_TEXT_MAX);
	if (!s->greeting)
		return outcome_set(oc, OC_INTERNAL, "out of memory for an answer");
	*a = (struct answer){ .s = s, .failed = OUTCOME_NONE };
	a->identity = tls_conn_identity(s->tls);
	a->began_ms = clock_ms();
	a->deadline_ms = session_deadline(s, s->options->read_ms);
	tls_conn_allow(s->tls, RECEIVES_MAX);
	return 0;
}

static enum answer_end end_of(const struct outcome *failed)
{
	switch (failed->code) {
	case OC_GREETING_TRUNCATED:
		return ANSWER_CUT;
	case OC_GREETING_EMPTY:
		return ANSWER_CLOSED;
	case OC_GREETING_RESET:
		return ANSWER_RESET;
	default:
		return ANSWER_FAILED;
	}
}

static enum answer_end read_until(struct answer *a, uint64_t deadline_ms, void *to, size_t max,
    size_t *len)
{
	struct session *s = a->s;

	*len = 0;
	for (;;) {
		enum io io = tls_conn_read(s->tls, to, max, len, &a->failed);

		if (io == IO_DONE) {
			if (!a->heard)
				phases_mark(&s->phases, PHASE_FIRST_BYTE);
			a->heard = true;
			return ANSWER_DATA;
		}
		*len = 0;
		if (io == IO_EOF)
			return ANSWER_CLOSED;
		if (io == IO_FAILED)
			return end_of(&a->failed);
		if (wait_for_peer(s, io, deadline_ms) == IO_DONE)
			continue;
		if (errno == ETIMEDOUT)
			return ANSWER_LATE;
		outcome_set_errno(&a->failed, OC_INTERNAL, "cannot wait for the socket");
		return ANSWER_FAILED;
	}
}

enum answer_end answer_read(struct answer *a, void *to, size_t max, size_t *len)
{
	return read_until(a, a->deadline_ms, to, max, len);
}

/* Over UDP, connecting takes one round trip. */
static unsigned rtt_us_of(const struct session *s)
{
	struct tcp_state tcp;

	if (s->service->transport != OVER_TCP)
		return (unsigned)s->phases.us[PHASE_CONNECT];
	return tcp_state_get(s->fd, &tcp) ? tcp.rtt_us : 0;
}

enum answer_end answer_look(struct answer *a, void *to, size_t max, size_t *len)
{
	uint64_t end_ms = clock_ms() + answer_moment(rtt_us_of(a->s));

	return read_until(a, end_ms < a->deadline_ms ? end_ms : a->deadline_ms, to, max, len);
}

void answer_keep_line(struct session *s, const void *bytes, size_t len)
{
	const char *at = bytes;
	size_t end = 0;
	struct text t;

	while (end < len && at[end] != '\r' && at[end] != '\n' && at[end] != '\0')
		end++;
	text_begin(&t, s->greeting, LINE_TEXT_MAX - 1);
	text_add_bytes(&t, at, text_fit(at, end, LINE_MAX_), "");
	s->greeting_len = strlen(s->greeting);
	if (s->greeting_len > 0)
		s->greeting[s->greeting_len++] = '\n';
}

void answer_keep_text(struct session *s, const char *text)
{
	s->greeting_len =
	    (size_t)snprintf(s->greeting, LINE_TEXT_MAX, "%s%s", text, text[0] ? "\n" : "");
}

int answer_refuse(const struct answer *a, const char *words, struct outcome *oc)
{
	if (a->identity == TLS_ALERT_SENT_OURS)
		return outcome_set(oc, OC_CLIENT_CERT_REFUSED,
		    "the server accepted the client certificate in the handshake, then %s%s%s",
		    words[0] ? "said \"" : "closed the connection", words, words[0] ? "\"" : "");
	return outcome_set(oc, OC_CLIENT_CERT_REQUIRED,
	    "the server requested a client certificate, received none, then %s%s%s",
	    words[0] ? "said \"" : "closed the connection", words, words[0] ? "\"" : "");
}

void answer_remark(const struct answer *a, const char *because)
{
	if (a->identity == TLS_ALERT_NOT_ASKED)
		return;
	a->s->unproven = true;
	snprintf(a->s->remark, sizeof a->s->remark, "%s: %s",
	    a->identity == TLS_ALERT_SENT_OURS
		? "the server may not have accepted the client certificate"
		: "the server requested a client certificate and may still require one",
	    because);
}

static int late(const struct answer *a, struct outcome *oc)
{
	outcome_set(oc, OC_GREETING_TIMEOUT,
	    a->heard ? "the %s server did not finish its answer within %u ms"
		     : "the %s server sent no answer within %u ms",
	    a->s->service->name, (unsigned)(clock_ms() - a->began_ms));
	outcome_advise(oc, "the handshake succeeded, so check the service; %s allows more time",
	    session_deadline_option(a->s, a->deadline_ms, "--read-timeout"));
	return -1;
}

int answer_explain(const struct answer *a, enum answer_end end, struct outcome *oc)
{
	if (end == ANSWER_LATE)
		return late(a, oc);
	if (end != ANSWER_FAILED && !a->heard && a->identity != TLS_ALERT_NOT_ASKED)
		return answer_refuse(a, "", oc);
	if (end != ANSWER_CLOSED) {
		*oc = a->failed;
		return -1;
	}
	if (!a->heard)
		return outcome_set(oc, OC_GREETING_EMPTY,
		    "the server sent close_notify before the first byte of its %s answer",
		    a->s->service->name);
	outcome_set(oc, OC_GREETING_TRUNCATED,
	    "the server closed the connection before its answer was complete");
	outcome_advise(oc,
	    "it sent close_notify, so nothing was cut on the path: check the service");
	return -1;
}
