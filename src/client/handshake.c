/* SPDX-License-Identifier: MIT */
#include "client/session.h"

#include <errno.h>

#include "client/verdict.h"
#include "common/clock.h"
#include "common/sock.h"

static int late(struct session *s, uint64_t began_ms, uint64_t deadline_ms, struct outcome *oc)
{
	tlsio_handshake_late(s->tls, (unsigned)(clock_ms() - began_ms), oc);
	if (oc->code == OC_HANDSHAKE_TIMEOUT)
		outcome_advise(oc, "the peer or something on the way holds it; %s allows more",
		    session_deadline_option(s, deadline_ms, "--handshake-timeout"));
	return -1;
}

static int shake_hands(struct session *s, struct outcome *oc)
{
	uint64_t began_ms = clock_ms();
	uint64_t deadline_ms = session_deadline(s, s->options->handshake_ms);
	enum io io;

	while ((io = tlsio_handshake(s->tls, oc)) != IO_DONE) {
		if (io == IO_FAILED)
			return -1;
		if (sock_wait(s->fd, io, deadline_ms) == IO_DONE)
			continue;
		if (errno == ETIMEDOUT)
			return late(s, began_ms, deadline_ms, oc);
		return outcome_set_errno(oc, OC_INTERNAL, "cannot wait for the socket");
	}
	return 0;
}

/*
 * The library has said why it gave up in an alert that nobody has sent yet: the
 * server's log should name the reason too. One try, a few bytes always fit.
 */
static void send_alert(struct session *s)
{
	struct outcome ignored = OUTCOME_NONE;

	tlsio_flush(s->tls, &ignored);
}

int step_handshake(struct session *s, struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;

	s->tls = tlsio_new_client(s->ctx, s->fd, s->sni[0] ? s->sni : NULL, s->verify_name,
	    &s->verdict, oc);
	if (!s->tls)
		return -1;
	if (shake_hands(s, &failed) == 0) {
		phases_mark(&s->phases, PHASE_HANDSHAKE);
		tlsio_get_facts(s->tls, &s->facts);
		return 0;
	}
	send_alert(s);
	/* The library only knows that the certificate was refused; the verdict knows why. */
	if (s->verdict.ran && s->verdict.error != 0)
		return verdict_explain(&s->verdict, s->verify_name, s->store, oc);
	*oc = failed;
	return -1;
}
