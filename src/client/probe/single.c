/* SPDX-License-Identifier: MIT */
#include "client/output/report.h"
#include "client/output/result.h"
#include "client/probe/modes.h"
#include "client/step/fetch_issuer.h"

static bool is_on(const struct client_options *o)
{
	(void)o;
	return true;
}

static int run(const struct probe_setup *setup, struct outcome *oc)
{
	const struct client_options *o = setup->options;
	struct session s;
	int status;

	session_init(&s, o, setup->ctx);
	session_run(&s, setup->steps, o->verbose ? report_step : NULL, oc);
	fetch_issuer(&s, oc);
	status = result_probe(o, &s, oc);
	session_free(&s);
	return status;
}

const struct mode mode_single = { is_on, run };
