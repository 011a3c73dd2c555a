/* SPDX-License-Identifier: MIT */
#include "client/output/result.h"

#include <stdio.h>
#include <string.h>

#include "client/output/json.h"
#include "client/output/metrics_file.h"
#include "client/output/nagios.h"
#include "client/output/report.h"
#include "client/output/terminal.h"

void result_metrics(const struct client_options *o, const struct probe_facts all[], size_t count,
    struct outcome *oc)
{
	struct outcome failed = OUTCOME_NONE;

	if (!o->prometheus || metrics_file_write(o->prometheus, all, count, &failed) == 0)
		return;
	if (oc->code == OC_OK)
		*oc = failed;
	else if (!o->quiet)
		outcome_print(stderr, "hello-client", &failed);
}

bool result_is_metrics(const struct client_options *o)
{
	return o->prometheus && strcmp(o->prometheus, "-") == 0;
}

int result_probe(const struct client_options *o, const struct session *s, struct outcome *oc)
{
	struct probe_facts f;

	probe_facts_get(&f, o, s, oc);
	/* A usage error is not a result of the target. */
	if (oc->code != OC_USAGE)
		result_metrics(o, &f, 1, oc);
	probe_facts_get(&f, o, s, oc);
	if (o->nagios.on)
		return nagios_print(stdout, &f, &o->nagios);
	if (o->json)
		json_print_probe(stdout, s, oc, 0);
	else if (oc->code == OC_OK && !result_is_metrics(o))
		report_greeting(s);
	if (oc->code == OC_OK && s->remark[0] && !o->quiet)
		terminal_note("note: %s", s->remark);
	return outcome_status(oc->code);
}
