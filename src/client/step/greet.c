/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/session/session.h"
#include "client/step/answer.h"
#include "client/step/answer_io.h"
#include "client/step/http_get.h"
#include "client/step/tcp_state.h"
#include "client/step/wait.h"
#include "tls/dtls.h"

/* A server that waits for the client to speak is not a hello server. */
static void advise_services(const struct session *s, struct outcome *oc)
{
	const struct client_options *o = s->options;
	char https[SERVICE_URL_MAX], tls[SERVICE_URL_MAX];

	outcome_advise(oc,
	    "the certificate is valid; if the server waits for a request, name its service: "
	    "%.110s, %.110s; --read-timeout allows more time",
	    service_url("https", o->host, o->port, https),
	    service_url("tls", o->host, o->port, tls));
}

/* io is what the client waited for; IO_WANT_TIME: it reads nothing more from the peer. */
static int late(const struct session *s, enum io io, size_t len, uint64_t began_ms,
    uint64_t deadline_ms, struct outcome *oc)
{
	unsigned after_ms = (unsigned)(clock_ms() - began_ms);

	if (len == 0)
		outcome_set(oc, OC_GREETING_TIMEOUT, "no byte of the greeting arrived in %u ms",
		    after_ms);
	else
		outcome_set(oc, OC_GREETING_TIMEOUT,
		    "%zu bytes of the greeting arrived in %u ms, but not its end", len, after_ms);
	if (io == IO_WANT_TIME) {
		outcome_append(oc, "; the peer sent more than a greeting needs");
		outcome_advise(oc, "more time does not help: check what the service sends");
		return -1;
	}
	if (len == 0 && s->service->transport == OVER_TCP)
		advise_services(s, oc);
	else
		outcome_advise(oc,
		    "the handshake succeeded, so check the service; %s allows more "
		    "time",
		    session_deadline_option(s, deadline_ms, "--read-timeout"));
	return -1;
}

/*
 * In TLS 1.3 a server may send data before it has seen our certificate (RFC 8446 section 2). It is
 * still in our buffer here, so what arrives within a moment does not depend on it.
 */
static int read_early(struct session *s, size_t *len, struct outcome *oc)
{
	struct tcp_state tcp;
	unsigned ms = answer_moment(tcp_state_get(s->fd, &tcp) ? tcp.rtt_us : 0);
	const struct timespec moment = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000 * 1000 };
	enum io io = IO_DONE;
	size_t got;

	if (!s->request.received || !tls_conn_has_unsent(s->tls))
		return 0;
	nanosleep(&moment, NULL);
	while (io == IO_DONE && *len <= SESSION_GREETING_MAX) {
		io = tls_conn_read_unsent(s->tls, s->greeting + *len,
		    SESSION_GREETING_MAX + 1 - *len, &got, oc);
		if (io != IO_DONE)
			break;
		phases_mark(&s->phases, PHASE_FIRST_BYTE);
		s->unproven = true;
		*len += got;
	}
	return io == IO_FAILED ? -1 : 0;
}

/* More than the longest greeting needs in records of one byte. */
enum { RECEIVES_MAX = 32 * SESSION_GREETING_MAX };

/*
 * Over DTLS nothing is sent again, and a greeting comes with the server's last flight, or right
 * after it: a server that stays silent for a moment greets nobody, and one that falls silent may
 * have sent a close_notify that was lost.
 */
enum { QUIET_MS = 1000 };

static bool must_greet(const struct session *s)
{
	return s->service->transport != OVER_DTLS || s->options->expect || s->options->compare;
}

/* When to stop waiting for more; len bytes have arrived. */
static uint64_t patience(const struct session *s, size_t len, uint64_t deadline_ms)
{
	const unsigned half_ms = s->options->read_ms / 2;
	const unsigned quiet_ms = QUIET_MS < half_ms ? QUIET_MS : half_ms;
	uint64_t end_ms = clock_ms();

	if (s->service->transport != OVER_DTLS || (len == 0 && must_greet(s)))
		return deadline_ms;
	end_ms += len > 0 ? quiet_ms : answer_moment((unsigned)s->phases.us[PHASE_CONNECT]);
	return end_ms < deadline_ms ? end_ms : deadline_ms;
}

/* Read up to the peer's close_notify. The buffer has room for one byte too many. */
static int read_all(struct session *s, size_t *total, struct outcome *oc)
{
	uint64_t began_ms = clock_ms();
	uint64_t deadline_ms = session_deadline(s, s->options->read_ms);
	uint64_t patience_ms = patience(s, 0, deadline_ms);
	size_t len = 0, got;

	tls_conn_allow(s->tls, RECEIVES_MAX);
	if (s->options->client_zoo && read_early(s, &len, oc) != 0)
		return -1;
	while (len <= SESSION_GREETING_MAX) {
		enum io io = tls_conn_read(s->tls, s->greeting + len,
		    SESSION_GREETING_MAX + 1 - len, &got, oc);

		if (io == IO_FAILED)
			return -1;
		if (io == IO_EOF) {
			phases_mark(&s->phases, PHASE_CLOSE);
			*total = len;
			return 0;
		}
		if (io == IO_DONE) {
			if (len == 0)
				phases_mark(&s->phases, PHASE_FIRST_BYTE);
			len += got;
			patience_ms = patience(s, len, deadline_ms);
			continue;
		}
		if (wait_for_peer(s, io, patience_ms) == IO_DONE)
			continue;
		if (errno == ETIMEDOUT && patience_ms < deadline_ms && io != IO_WANT_TIME) {
			s->unclosed = true;
			*total = len;
			return 0;
		}
		if (errno == ETIMEDOUT)
			return late(s, io, len, began_ms, deadline_ms, oc);
		return outcome_set_errno(oc, OC_INTERNAL, "cannot wait for the socket");
	}
	return outcome_set(oc, OC_GREETING_TOO_LONG, "the greeting is longer than %d bytes",
	    SESSION_GREETING_MAX);
}

/* The length without a final newline, which people and shells ignore. */
static size_t without_newline(const char *text, size_t len)
{
	return len > 0 && text[len - 1] == '\n' ? len - 1 : len;
}

/* The beginning of a text for a message: on one line, printable. */
enum { SHOWN_MAX = 60, SHOWN_TEXT_MAX = 4 * SHOWN_MAX + 4 };

static const char *shown(const char *text, size_t len, char buf[SHOWN_TEXT_MAX])
{
	struct text t;

	text_begin(&t, buf, SHOWN_TEXT_MAX);
	text_add_bytes(&t, text, text_fit(text, len, SHOWN_MAX), "\"");
	text_add(&t, len > SHOWN_MAX ? "..." : "");
	return buf;
}

static int check_expected(const char *expected, const char *greeting, size_t len,
    struct outcome *oc)
{
	size_t expected_len = without_newline(expected, strlen(expected));
	char a[SHOWN_TEXT_MAX], b[SHOWN_TEXT_MAX];

	len = without_newline(greeting, len);
	if (len == expected_len && memcmp(greeting, expected, len) == 0)
		return 0;
	return outcome_set(oc, OC_GREETING_MISMATCH, "the greeting is \"%s\"; expected \"%s\"",
	    shown(greeting, len, a), shown(expected, expected_len, b));
}

/* The request fits into an empty socket's buffer, so the write does not wait. */
static int send_request(struct session *s, struct outcome *oc)
{
	char request[HTTP_GET_REQUEST_MAX];
	size_t len = http_get_request(s->http_host, s->options->port, request);

	return tls_conn_write(s->tls, request, len, oc) == IO_FAILED ? -1 : 0;
}

/* With --compare the greeting must end in a report, which is cut off. */
static int parse_report(struct session *s, size_t *len, struct outcome *oc)
{
	struct outcome none = OUTCOME_NONE;
	size_t greeted;

	s->has_report = conn_report_parse(s->greeting, *len, &s->reported, &greeted, &none) == 0;
	if (!s->options->compare)
		return 0;
	if (s->has_report) {
		*len = greeted;
		return 0;
	}
	outcome_advise(&none,
	    "start hello-server with --report; if it was, something on the path changes its "
	    "answer");
	return outcome_report(oc, &none);
}

/* Over DTLS, a server that sent no greeting is one that waits for the client to speak. */
static int accept_silence(struct session *s, struct outcome *oc)
{
	const struct answer a = { .s = s, .identity = tls_conn_identity(s->tls) };

	s->silent = true;
	s->greeting[0] = '\0';
	if (s->unclosed)
		answer_remark(&a, "its silence proves nothing");
	else if (a.identity != TLS_ALERT_NOT_ASKED)
		return answer_refuse(&a, "", oc);
	else
		snprintf(s->remark, sizeof s->remark,
		    "the server closed the connection after the handshake and sent nothing");
	s->unclosed = false;
	phases_mark(&s->phases, PHASE_CLOSE);
	return 0;
}

/* Is it certain that this is the whole greeting? Over DTLS a success may not prove it. */
static void remark_loss(struct session *s)
{
	if (s->service->transport != OVER_DTLS)
		return;
	if (s->unclosed)
		snprintf(s->remark, sizeof s->remark,
		    "no close_notify arrived: DTLS repeats no data, so it may be lost, and the end "
		    "of the greeting, too");
	else if (!tls_dtls_is_whole(s->tls))
		snprintf(s->remark, sizeof s->remark,
		    "the handshake was repeated, or came in another order, so nobody knows whether "
		    "all of the greeting arrived: DTLS repeats no data");
}

static int explain_loss(const struct session *s, struct outcome *oc)
{
	if (s->remark[0])
		outcome_append(oc, "; %s", s->remark);
	return -1;
}

static int greet(struct session *s, struct outcome *oc)
{
	const char *expected = s->options->expect;
	bool http = s->service->transport == OVER_TCP && strcmp(s->alpn, "http/1.1") == 0;
	size_t len = 0;

	s->greeting = malloc(SESSION_GREETING_MAX + 1);
	if (!s->greeting)
		return outcome_set(oc, OC_INTERNAL, "out of memory for the greeting");
	if (http && send_request(s, oc) != 0)
		return -1;
	if (read_all(s, &len, oc) != 0)
		return -1;
	if (http && len > 0 && http_get_unwrap(s->greeting, &len, oc) != 0)
		return -1;
	if (len == 0 && !must_greet(s))
		return accept_silence(s, oc);
	if (len == 0)
		return outcome_set(oc, OC_GREETING_EMPTY,
		    "the server %s before the first byte of the greeting",
		    s->service->transport == OVER_QUIC ? "ended its stream" : "sent close_notify");
	remark_loss(s);
	if (parse_report(s, &len, oc) != 0)
		return explain_loss(s, oc);
	if (expected && check_expected(expected, s->greeting, len, oc) != 0)
		return explain_loss(s, oc);
	s->greeting_len = len;
	return 0;
}

int step_greet(struct session *s, struct outcome *oc)
{
	return session_talk(s) == TALK_HELLO ? greet(s, oc) : answer_await(s, oc);
}

int step_close(struct session *s, struct outcome *oc)
{
	(void)oc;
	/* The greeting is complete and verified: a failure from here on does not matter. */
	session_abort(s);
	resumption_save(s->tls, s->sni, s->verify_name, s->facts.resumed ? s->offered : NULL,
	    &s->earned);
	tls_conn_free(s->tls);
	s->tls = NULL;
	close(s->fd);
	s->fd = -1;
	return 0;
}
