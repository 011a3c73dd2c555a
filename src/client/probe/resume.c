/* SPDX-License-Identifier: MIT */
#include "client/output/report.h"
#include "client/output/result.h"
#include "client/output/terminal.h"
#include "client/probe/modes.h"

static void report_resumption(const struct session *s, const char *what)
{
	if (!s->options->quiet && !s->options->nagios.on)
		terminal_note("%s (%s)", what, s->facts.protocol);
}

static int run_second(struct session *first, const struct step steps[], struct outcome *oc)
{
	const struct client_options *o = first->options;
	struct session second;
	int status;

	session_init(&second, o, first->ctx);
	second.offered = &first->earned;
	if (session_run(&second, steps, o->verbose ? report_step : NULL, oc) == 0)
		report_resumption(&second,
		    second.facts.resumed
			? "resumed: the second connection resumed the first session"
			: "not resumed: the server issued a session, but did not accept it");
	status = result_probe(o, o->json || o->nagios.on ? &second : first, oc);
	session_free(&second);
	return status;
}

static bool is_on(const struct client_options *o)
{
	return o->resume;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	const struct client_options *o = setup->options;
	struct session first;
	int status;

	session_init(&first, o, setup->ctx);
	session_run(&first, setup->steps, o->verbose ? report_step : NULL, oc);
	if (oc->code == OC_OK && first.earned.session) {
		status = run_second(&first, setup->steps, oc);
	} else {
		if (oc->code == OC_OK)
			report_resumption(&first, "not resumed: the server issued no session");
		status = result_probe(o, &first, oc);
	}
	session_free(&first);
	return status;
}

const struct mode mode_resume = { is_on, run };
