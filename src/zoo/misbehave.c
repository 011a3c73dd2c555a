/* SPDX-License-Identifier: MIT */
#include "zoo/misbehave.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/sock.h"

const char *const misbehave_kinds[MISBEHAVE_COUNT] = {
	[MISBEHAVE_NO_CLOSE_NOTIFY - 1] = "no-close-notify",
	[MISBEHAVE_SLOW_GREETING - 1] = "slow-greeting",
	[MISBEHAVE_STALL_HANDSHAKE - 1] = "stall-handshake",
	[MISBEHAVE_RESET_AFTER_HELLO - 1] = "reset-after-hello",
	[MISBEHAVE_PLAIN - 1] = "plain",
	[MISBEHAVE_CLOSE_AT_ONCE - 1] = "close-at-once",
	[MISBEHAVE_HUGE_GREETING - 1] = "huge-greeting",
	[MISBEHAVE_ONE_BYTE_RECORDS - 1] = "one-byte-records",
};

/* ---- no TLS: replaces HELLO ------------------------------------------------------------------ */

/* Logs that the failure was intended. */
static enum io leave(struct conn *c, const char *kind, enum conn_state next)
{
	struct outcome intended = OUTCOME_NONE;

	outcome_set(&intended, OC_HANDSHAKE_FAILED, "on purpose: --misbehave %s", kind);
	conn_record_failure(c, &intended);
	return conn_enter(c, next);
}

static enum io run_stall(struct conn *c, struct outcome *oc)
{
	leave(c, "stall-handshake", CONN_HELLO);
	/* If it stayed unread, the event loop would report it again and again. */
	return conn_discard(c, oc);
}

/* The ClientHello stays unread, so that close(2) sends a reset. */
static enum io run_reset(struct conn *c, struct outcome *oc)
{
	(void)oc;
	return leave(c, "reset-after-hello", CONN_DONE);
}

/* As much as the socket accepts at once. */
static enum io run_plain(struct conn *c, struct outcome *oc)
{
	const struct service *s = c->service;
	ssize_t n = send(c->fd, s->greeting, s->greeting_len, MSG_NOSIGNAL);

	(void)oc;
	if (n >= 0)
		sock_finish(c->fd);
	return leave(c, "plain", n >= 0 ? CONN_LINGER : CONN_DONE);
}

static enum io run_close(struct conn *c, struct outcome *oc)
{
	(void)oc;
	sock_finish(c->fd);
	return leave(c, "close-at-once", CONN_LINGER);
}

/* ---- the greeting --------------------------------------------------------------------------- */

/* Replaces EARLY_GREETING: the greeting is composed again after the handshake. */
static enum io run_not_early(struct conn *c, struct outcome *oc)
{
	(void)oc;
	reply_free(&c->answer);
	return conn_enter(c, CONN_HANDSHAKE);
}

/*
 * Replaces GREETING, which becomes CONN_OWN. The peer's data is ignored; its
 * disconnection is not.
 */
static enum io run_pause(struct conn *c, struct outcome *oc)
{
	char unread[1024];
	size_t got;
	enum io io = tls_conn_read(c->tls, unread, sizeof unread, &got, oc);

	return io == IO_EOF ? conn_enter(c, CONN_OWN) : io;
}

static enum io late_pause(struct conn *c, unsigned ms, struct outcome *oc)
{
	(void)ms, (void)oc;
	return conn_enter(c, CONN_OWN);
}

static enum io run_one_byte(struct conn *c, struct outcome *oc)
{
	enum io io = tls_conn_write(c->tls, c->answer.text, 1, oc);

	if (io != IO_DONE)
		return io;
	c->answer.text++;
	c->answer.len--;
	return c->answer.len == 0 ? conn_enter(c, CONN_CLOSE_NOTIFY) : IO_DONE;
}

void misbehave_enlarge(struct service_options *o)
{
	static char all[MISBEHAVE_HUGE_BYTES];
	/* Each copy ends like the service's greeting, whose last line ends the whole. */
	size_t len = strlen(o->greeting) + 1;

	for (size_t i = 0; i < MISBEHAVE_HUGE_BYTES - 1; i++)
		all[i] = (i + 1) % len == 0 ? '\n' : o->greeting[i % len];
	all[MISBEHAVE_HUGE_BYTES - 1] = '\0';
	o->greeting = all;
}

/* ---- the end -------------------------------------------------------------------------------- */

static enum io run_no_early_close(struct conn *c, struct outcome *oc)
{
	(void)oc;
	conn_enter(c, CONN_FINISHED);
	return tls_conn_await(c->tls);
}

static enum io run_cut(struct conn *c, struct outcome *oc)
{
	return conn_close_tls(c, TLS_CLOSING_CUT, oc);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct {
	enum misbehave kind;
	enum conn_state state;
	conn_run *run; /* replaces hello-server's state */
} replacements[] = {
	{ MISBEHAVE_NO_CLOSE_NOTIFY, CONN_EARLY_CLOSE, run_no_early_close },
	{ MISBEHAVE_NO_CLOSE_NOTIFY, CONN_CLOSE_NOTIFY, run_cut },
	{ MISBEHAVE_NO_CLOSE_NOTIFY, CONN_ALERT, run_cut },
	{ MISBEHAVE_SLOW_GREETING, CONN_EARLY_GREETING, run_not_early },
	{ MISBEHAVE_STALL_HANDSHAKE, CONN_HELLO, run_stall },
	{ MISBEHAVE_RESET_AFTER_HELLO, CONN_HELLO, run_reset },
	{ MISBEHAVE_PLAIN, CONN_HELLO, run_plain },
	{ MISBEHAVE_CLOSE_AT_ONCE, CONN_HELLO, run_close },
	{ MISBEHAVE_ONE_BYTE_RECORDS, CONN_EARLY_GREETING, run_not_early },
	{ MISBEHAVE_ONE_BYTE_RECORDS, CONN_GREETING, run_one_byte },
};

const struct conn_state_row *misbehave_states(enum misbehave kind)
{
	static const struct conn_state_row pause = { run_pause, late_pause, CONN_PHASE_REQUEST,
		"pause" };
	static struct conn_state_row states[CONN_OWN + 1];

	memcpy(states, conn_states, sizeof conn_states);
	for (size_t i = 0; i < sizeof replacements / sizeof replacements[0]; i++) {
		if (replacements[i].kind == kind)
			states[replacements[i].state].run = replacements[i].run;
	}
	if (kind == MISBEHAVE_SLOW_GREETING) {
		states[CONN_OWN] = conn_states[CONN_GREETING];
		states[CONN_GREETING] = pause;
	}
	return states;
}
