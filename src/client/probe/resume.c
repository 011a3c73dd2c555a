/* SPDX-License-Identifier: MIT */
#include "client/probe/resume.h"

#include <stdio.h>

#include "client/output/result.h"
#include "client/output/report.h"
#include "client/output/terminal.h"

static void tell(const struct client_options *o, const char *what, const char *protocol)
{
	if (!o->quiet && !o->nagios.on)
		terminal_note("%s (%s)", what, protocol);
}

static int run_second(struct session *first, const struct step steps[], struct outcome *oc)
{
	const struct client_options *o = first->options;
	struct session second;
	int status;

	session_init(&second, o, first->ctx);
	second.offered = &first->earned;
	if (session_run(&second, steps, o->verbose ? report_step : NULL, oc) == 0)
		tell(o,
		    second.facts.resumed
			? "resumed: the second connection took up the session of the first"
			: "not resumed: the server gave a session, but did not take it again",
		    second.facts.protocol);
	status = result_probe(o, o->json || o->nagios.on ? &second : first, oc);
	session_free(&second);
	return status;
}

int resume_run(const struct client_options *o, SSL_CTX *ctx, const struct step steps[],
    struct outcome *oc)
{
	struct session first;
	int status;

	session_init(&first, o, ctx);
	session_run(&first, steps, o->verbose ? report_step : NULL, oc);
	if (oc->code == OC_OK && first.earned.session) {
		status = run_second(&first, steps, oc);
	} else {
		if (oc->code == OC_OK)
			tell(o, "not resumed: the server gave no session", first.facts.protocol);
		status = result_probe(o, &first, oc);
	}
	session_free(&first);
	return status;
}
