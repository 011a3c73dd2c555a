/* SPDX-License-Identifier: MIT */
#include "server/conn/conn_quic.h"

#include "server/conn/conn_states.h"
#include "tls/quic_server.h"

static enum io run_finish(struct conn *c, struct outcome *oc)
{
	enum io io = tls_quic_finish(c->tls, oc);

	return io == IO_DONE ? conn_enter(c, CONN_LINGER) : io;
}

/* CONNECTION_CLOSE, which the library repeats as long as the client still sends. */
static enum io run_close(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_close_notify(c->tls, oc);

	return io == IO_DONE ? conn_enter(c, CONN_LINGER) : io;
}

static enum io run_linger(struct conn *c, struct outcome *oc)
{
	(void)oc;
	return tls_quic_is_over(c->tls) ? conn_enter(c, CONN_DONE) : IO_WANT_READ;
}

static enum io late_greeting(struct conn *c, unsigned ms, struct outcome *oc)
{
	outcome_set(oc, OC_GREETING_TIMEOUT,
	    tls_quic_is_sated(c->tls)
		? "the greeting was not acknowledged within %u ms; the client sent more than it "
		  "needs, and the rest was not read"
		: "the peer did not acknowledge the whole greeting within %u ms",
	    ms);
	return IO_FAILED;
}

void conn_quic_plan(const struct conn_plan *streams, struct conn_plan *out)
{
	static struct conn_state_row states[CONN_STATES];

	conn_plan_vary(streams, states, out);
	states[CONN_GREETING].late = late_greeting;
	states[CONN_CLOSE_NOTIFY].run = run_finish;
	states[CONN_CLOSE_NOTIFY].late = late_greeting;
	states[CONN_ALERT].run = run_close;
	states[CONN_ALERT].late = late_greeting;
	states[CONN_LINGER].run = run_linger;
}

struct conn *conn_quic_new(const struct service *service, const struct conn_plan *plan,
    struct tls_conn *tls, const struct addr *peer, uint64_t now_ms)
{
	struct conn *c = conn_new_accepted(service, plan, tls, peer, now_ms);

	if (c)
		tls_quic_set_owner(tls, c->record.client);
	return c;
}
