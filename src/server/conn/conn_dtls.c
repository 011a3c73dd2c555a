/* SPDX-License-Identifier: MIT */
#include "server/conn/conn_dtls.h"

#include "server/conn/conn_states.h"
#include "tls/dtls.h"

/* How often the last flight is sent again. A peer repeats its own for less than a minute. */
enum { REPEATS_MAX = 8 };

/* A record is a datagram at most, so a long greeting takes several. */
static enum io run_greeting(struct conn *c, struct outcome *oc)
{
	while (c->answer.len > 0) {
		size_t room = tls_dtls_room(c->tls);
		size_t n = c->answer.len < room ? c->answer.len : room;
		enum io io;

		if (n == 0) {
			outcome_set(oc, OC_INTERNAL, "a datagram has no room for the greeting");
			return IO_FAILED;
		}
		io = tls_conn_write(c->tls, c->answer.text, n, oc);
		if (io != IO_DONE)
			return io;
		c->answer.text += n;
		c->answer.len -= n;
	}
	reply_free(&c->answer);
	return conn_enter(c, CONN_CLOSE_NOTIFY);
}

/* The library's state is not needed to repeat what was sent. */
static enum io end(struct conn *c, enum tls_closing how, struct outcome *oc)
{
	enum io io = tls_closing_send(c->tls, how, oc);

	if (io != IO_DONE)
		return io;
	conn_drop_tls(c);
	return conn_enter(c, CONN_LINGER);
}

/*
 * The close_notify is a datagram of its own: the client of GnuTLS does not look for data
 * behind the server's Finished before another datagram wakes it up.
 */
static enum io run_close_notify(struct conn *c, struct outcome *oc)
{
	tls_datagram_flush(c->datagram);
	return end(c, TLS_CLOSING_COMPLETE, oc);
}

static enum io run_alert(struct conn *c, struct outcome *oc)
{
	return end(c, c->answer.len > 0 ? TLS_CLOSING_CUT : TLS_CLOSING_FAILED, oc);
}

static enum io run_linger(struct conn *c, struct outcome *oc)
{
	const unsigned char *in = c->datagram->in;
	size_t len = c->datagram->in_len;

	(void)oc;
	tls_datagram_drop(c->datagram);
	if (in && tls_dtls_is_alert(in, len))
		return conn_enter(c, CONN_DONE);
	if (in && tls_dtls_is_handshake(in, len) && c->repeats < REPEATS_MAX) {
		c->repeats++;
		tls_datagram_repeat(c->datagram);
	}
	return IO_WANT_READ;
}

void conn_dtls_plan(const struct conn_plan *streams, struct conn_plan *out)
{
	static struct conn_state_row states[CONN_STATES];

	conn_plan_vary(streams, states, out);
	states[CONN_GREETING].run = run_greeting;
	states[CONN_CLOSE_NOTIFY].run = run_close_notify;
	states[CONN_ALERT].run = run_alert;
	states[CONN_LINGER].run = run_linger;
}

struct conn *conn_dtls_new(const struct service *service, const struct conn_plan *plan,
    struct tls_conn *tls, struct tls_datagram *datagram, const struct addr *peer,
    uint64_t now_ms)
{
	struct conn *c = conn_new_accepted(service, plan, tls, peer, now_ms);

	if (!c)
		return NULL;
	tls_dtls_set_owner(tls, c->record.client);
	c->datagram = datagram;
	return c;
}

void conn_dtls_retransmit(struct conn *c)
{
	/* The deadline of the handshake comes before the library gives up. */
	if (c->datagram && conn_is_handshaking(c))
		(void)tls_dtls_retransmit(c->tls);
}
