/* SPDX-License-Identifier: MIT */
/*
 * The step before the handshake, for services that begin in clear text: requests TLS in the
 * service's own protocol. It looks at the server's bytes first (MSG_PEEK), then takes exactly
 * those of the answer, so the first TLS record remains for the library. --handshake-timeout
 * applies to this step separately.
 */
#include "client/step/starttls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "client/services/dialogue.h"
#include "client/session/session.h"
#include "client/step/socket.h"

static const char compare_nearer[] =
    "the server or something on the path sends clear text before TLS (RFC 3207, section 6): "
    "compare from a host closer to the server";

struct talk {
	struct session *s;
	struct dialogue d;
	uint64_t began_ms, deadline_ms;
};

static const char *protocol(const struct talk *t)
{
	return t->d.kind->protocol;
}

/* A port with TLS from the start waits for a ClientHello, which looks like a slow server. */
static void advise_at_once(const struct talk *t, const char *before, struct outcome *oc)
{
	const struct client_options *o = t->s->options;
	const char *left = strchr(o->host, ':') ? "[" : "", *right = left[0] ? "]" : "";

	outcome_advise(oc, "%stls://%s%s%s:%s, if the port speaks TLS at once", before, left,
	    o->host, right, o->port);
}

static int late(const struct talk *t, struct outcome *oc)
{
	unsigned after_ms = (unsigned)(clock_ms() - t->began_ms);
	char before[96];

	if (t->d.taken == 0)
		outcome_set(oc, OC_STARTTLS_FAILED, "the server sent no %s data within %u ms",
		    protocol(t), after_ms);
	else
		outcome_set(oc, OC_STARTTLS_FAILED,
		    "the %s server did not finish its answer within %u ms", protocol(t), after_ms);
	snprintf(before, sizeof before, "%s allows more time; or ",
	    session_deadline_option(t->s, t->deadline_ms, "--handshake-timeout"));
	advise_at_once(t, before, oc);
	return -1;
}

static int await(const struct talk *t, enum io want, struct outcome *oc)
{
	if (socket_wait(t->s->fd, want, t->deadline_ms) == IO_DONE)
		return 0;
	if (errno == ETIMEDOUT)
		return late(t, oc);
	return outcome_set_errno(oc, OC_INTERNAL, "cannot wait for the socket");
}

static int broken(const struct talk *t, struct outcome *oc)
{
	return outcome_set_errno(oc, OC_STARTTLS_FAILED,
	    "the connection broke before the %s server was ready for TLS", protocol(t));
}

static int send_out(struct talk *t, struct outcome *oc)
{
	size_t at = 0;

	while (at < t->d.out_len) {
		ssize_t n = send(t->s->fd, t->d.out + at, t->d.out_len - at, MSG_NOSIGNAL);

		if (n >= 0)
			at += (size_t)n;
		else if (errno == EAGAIN && await(t, IO_WANT_WRITE, oc) != 0)
			return -1;
		else if (errno != EAGAIN && errno != EINTR)
			return broken(t, oc);
	}
	t->d.out_len = 0;
	return 0;
}

/* Returns the number of bytes received, or -1 with oc. */
static ssize_t receive(const struct talk *t, void *to, size_t max, int flags, struct outcome *oc)
{
	for (;;) {
		ssize_t n = recv(t->s->fd, to, max, flags);

		if (n > 0)
			return n;
		if (n == 0)
			return outcome_set(oc, OC_STARTTLS_FAILED,
			    "the server closed the connection %s",
			    t->d.taken == 0 ? "without sending a byte"
					    : "before it was ready for TLS");
		if (errno == EAGAIN && await(t, IO_WANT_READ, oc) != 0)
			return -1;
		if (errno != EAGAIN && errno != EINTR)
			return broken(t, oc);
	}
}

/* Looks at the bytes that arrived, and takes those that belong to the dialogue. */
static int hear(struct talk *t, struct outcome *oc)
{
	unsigned char bytes[DIALOGUE_UNIT_MAX];
	ssize_t n = receive(t, bytes, sizeof bytes, MSG_PEEK, oc);
	size_t used, taken = 0;

	if (n < 0)
		return -1;
	dialogue_feed(&t->d, bytes, (size_t)n, &used);
	while (taken < used) {
		n = receive(t, bytes, used - taken, 0, oc);
		if (n < 0)
			return -1;
		taken += (size_t)n;
	}
	return 0;
}

static int explain_not_offered(const struct talk *t, struct outcome *oc)
{
	const char *words = t->d.words;

	outcome_set(oc, OC_STARTTLS_NOT_OFFERED, "the %s server does not offer TLS; it offers: %s",
	    protocol(t), words[0] ? words : "nothing");
	if (!t->d.masked)
		return -1;
	outcome_append(oc, "; something on the path overwrites what the server offers");
	outcome_advise(oc,
	    "a firewall that inspects %s does this: let it pass STARTTLS, or try from a host "
	    "closer to the server",
	    protocol(t));
	return -1;
}

static int explain_failed(const struct talk *t, struct outcome *oc)
{
	const struct dialogue *d = &t->d;

	outcome_set(oc, OC_STARTTLS_FAILED, "cannot start TLS in %s: %s", protocol(t), d->why);
	if (d->words[0])
		outcome_append(oc, ": \"%.80s\"", d->words);
	if (d->why == dialogue_answers_tls)
		advise_at_once(t, "", oc);
	else if (d->injected)
		outcome_advise(oc, "%s", compare_nearer);
	return -1;
}

static int explain(const struct talk *t, struct outcome *oc)
{
	switch (t->d.end) {
	case DIALOGUE_DONE:
		return 0;
	case DIALOGUE_NOT_OFFERED:
		return explain_not_offered(t, oc);
	case DIALOGUE_REFUSED:
		return outcome_set(oc, OC_STARTTLS_REFUSED, "the %s server refused TLS: \"%s\"",
		    protocol(t), t->d.words);
	default:
		return explain_failed(t, oc);
	}
}

static int talk(struct talk *t, struct outcome *oc)
{
	while (t->d.end == DIALOGUE_GOES_ON) {
		if (send_out(t, oc) != 0 || hear(t, oc) != 0)
			return -1;
	}
	return explain(t, oc) == 0 ? send_out(t, oc) : -1;
}

int step_starttls(struct session *s, struct outcome *oc)
{
	struct talk *t;
	int ret;

	if (!s->service->before)
		return 0;
	/* Too large for the stack of a thread. */
	t = malloc(sizeof *t);
	if (!t)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a dialogue");
	t->s = s;
	t->began_ms = clock_ms();
	t->deadline_ms = session_deadline(s, s->options->handshake_ms);
	dialogue_begin(&t->d, s->service->before, session_asked_name(s));
	ret = talk(t, oc);
	free(t);
	if (ret == 0)
		phases_mark(&s->phases, PHASE_STARTTLS);
	return ret;
}

void starttls_explain_handshake(const struct session *s, struct outcome *failed)
{
	struct outcome known = OUTCOME_NONE;

	if (!s->service->before)
		return;
	if (failed->code == OC_NOT_TLS) {
		outcome_set(&known, OC_STARTTLS_FAILED, "the %s server agreed to TLS, but %s",
		    s->service->before->protocol, failed->detail);
		outcome_advise(&known, "%s", compare_nearer);
		*failed = known;
	} else if (outcome_layer(failed->code) == LAYER_HANDSHAKE &&
	    outcome_is(failed->code, OUTCOME_PEER_LEFT) && !tls_conn_heard(s->tls)) {
		outcome_advise(failed,
		    "the %s server agreed to TLS, then ended the connection: its log may show why",
		    s->service->before->protocol);
	}
}
