/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "client/judge/path.h"
#include "client/judge/trace.h"
#include "client/output/report.h"
#include "client/output/result.h"
#include "client/probe/modes.h"
#include "client/step/tcp_state.h"
#include "client/step/trace.h"
#include "client/step/trace_socket.h"
#include "net/sock.h"

static bool is_about_hello(enum outcome_code code)
{
	enum path_answer answer = path_judge_answer(code);

	return answer > PATH_LATER && answer <= PATH_UNREACHED;
}

/*
 * Close the connection: a server that accepts few could reject others. Returns its round-trip time
 * in microseconds, or 0 if there is none; here is its address at this end.
 */
static unsigned hang_up(struct session *s, enum outcome_code code, struct addr *here)
{
	struct tcp_state tcp = { .rtt_us = 0 };

	if (s->fd < 0)
		return 0;
	(void)sock_local(s->fd, here, NULL);
	(void)tcp_state_get(s->fd, &tcp);
	/* Otherwise the system would send a lost ClientHello again and again. */
	if (is_about_hello(code))
		trace_socket_reset(s->fd, s->peer.ss.any.sa_family);
	else
		close(s->fd);
	s->fd = -1;
	return tcp.rtt_us;
}

/* Follow the path of a probe that has ended. */
static void follow(struct session *s, struct trace *t, struct outcome *oc)
{
	struct addr here = { .len = 0 };
	bool connected = s->phases.us[PHASE_CONNECT] != PHASE_UNKNOWN;
	struct trace_path path = {
		.options = s->options,
		.ctx = s->ctx,
		.to = connected ? s->peer : s->addrs[0],
		.rtt_us = hang_up(s, oc->code, &here),
		.deadline_ms = s->deadline_ms,
	};
	struct outcome failed = OUTCOME_NONE;
	int again = -1;

	*t = (struct trace){ .to = path.to, .connects = connected, .plain = oc->code };
	/* Its peer may not know of the reset. */
	if (oc->code == OC_HANDSHAKE_RESET && here.len > 0)
		again = trace_socket_again(&here, &path.to);
	trace_send_syns(&path, t);
	if (again >= 0)
		trace_socket_reset(again, path.to.ss.any.sa_family);
	if (trace_send_hellos(&path, t, &failed) != 0)
		outcome_report(oc, &failed);
	/* Replaces the advice to run other tests. */
	if (is_about_hello(oc->code))
		outcome_advise_instead(oc, "the trace on standard output shows where");
	s->trace = t;
}

static bool is_on(const struct client_options *o)
{
	return o->trace;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	const struct client_options *o = setup->options;
	struct session s;
	struct trace t;
	int status;

	session_init(&s, o, setup->ctx);
	session_run(&s, setup->steps, o->verbose ? report_step : NULL, oc);
	if (s.addr_count > 0)
		follow(&s, &t, oc);
	status = result_probe(o, &s, oc);
	session_free(&s);
	return status;
}

const struct mode mode_trace = { is_on, run };
