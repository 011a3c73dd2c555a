/* SPDX-License-Identifier: MIT */
#include "client/output.h"

#include <stdio.h>

#include "client/json.h"
#include "client/report.h"

void output_probe(const struct client_options *o, const struct session *s, const struct outcome *oc)
{
	if (o->json)
		json_print_probe(stdout, s, oc, 0);
	else if (oc->code == OC_OK)
		report_greeting(s);
}
