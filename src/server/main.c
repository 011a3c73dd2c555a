/* SPDX-License-Identifier: MIT */
/* hello-server: the command line leads to --check, to the metrics process or to serve. */
#include <stdio.h>

#include "base/log.h"
#include "base/outcome.h"
#include "base/streams.h"
#include "server/check.h"
#include "server/listen/activation.h"
#include "server/metrics/metrics.h"
#include "server/options.h"
#include "server/options_check.h"
#include "server/serve.h"

static int check(const struct server_options *o)
{
	enum outcome_code code = check_run(o);
	struct outcome oc = OUTCOME_NONE;

	streams_finish(&oc);
	if (oc.code != OC_OK)
		outcome_print(stderr, "hello-server", &oc);
	return outcome_status(oc.code != OC_OK ? oc.code : code);
}

int main(int argc, char *argv[])
{
	/* These and what they point to live as long as the process. */
	static struct server_options options;
	static struct server server;
	struct outcome oc = OUTCOME_NONE;

	streams_prepare();
	/* The metrics process keeps the descriptors that the master gave it. */
	if (!metrics_is_us())
		activation_close_others();
	if (server_options_parse(&options, argc, argv, &oc) == 0 &&
	    server_optcheck(&options, &oc) == 0) {
		if (options.check)
			return check(&options);
		log_open(options.log_level, options.log_format);
		log_role(metrics_is_us() ? "metrics" : "master");
		if (metrics_is_us())
			metrics_run(&options.confine, &oc);
		else if (serve_open(&server, &options, &oc) == 0)
			serve_run(&server, argv, &oc);
	}
	if (oc.code == OC_OK)
		streams_finish(&oc);
	if (oc.code != OC_OK)
		outcome_print(stderr, "hello-server", &oc);
	return outcome_status(oc.code);
}
