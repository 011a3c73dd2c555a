/* SPDX-License-Identifier: MIT */
#include "client/optcheck.h"

#include <string.h>

#include "common/outcome.h"

/* Probes at a time: with an interval of a second more than --max-time needs. */
enum { PARALLEL_WIDTH = 32 };

static int check_series(struct client_options *o, struct outcome *oc)
{
	struct client_series *series = &o->series;

	if (o->targets && series->on)
		return outcome_set(oc, OC_USAGE,
		    "--targets probes each once, without --count and --interval");
	if (series->parallel > 0 && !series->on && !o->targets && !o->path_test &&
	    !o->all_addresses)
		return outcome_set(oc, OC_USAGE,
		    "--parallel is for many probes: --count, --interval, --targets, "
		    "--all-addresses or --path-test");
	if (series->parallel == 0)
		series->parallel = PARALLEL_WIDTH;
	if (o->prometheus && series->on)
		return outcome_set(oc, OC_USAGE, "--prometheus tells of one probe of a target");
	if (o->prometheus && strcmp(o->prometheus, "-") == 0 && (o->json || o->nagios.on))
		return outcome_set(oc, OC_USAGE,
		    "--prometheus - and --json or --nagios do not go together: all of them are "
		    "for standard output");
	if (o->resume && o->targets)
		return outcome_set(oc, OC_USAGE,
		    "--targets probes each once: there is nothing to --resume");
	if (o->verbose && (series->on || o->targets))
		return outcome_set(oc, OC_USAGE, "-v tells of one probe, not of many");
	return 0;
}

static int check_nagios(const struct client_options *o, struct outcome *oc)
{
	const struct client_nagios *n = &o->nagios;

	if (n->limited && !n->on)
		return outcome_set(oc, OC_USAGE, "--warning and --critical are for --nagios");
	if (n->on && (o->series.on || o->targets || o->json))
		return outcome_set(oc, OC_USAGE, "--nagios is one line about one probe");
	if (n->warning_days >= n->critical_days)
		return 0;
	outcome_set(oc, OC_USAGE, "--warning %u would come after --critical %u", n->warning_days,
	    n->critical_days);
	outcome_advise(oc, "--warning %u --critical %u", n->warning_days, n->warning_days / 2);
	return -1;
}

struct pair {
	bool given;
	const char *option;
};

static int refuse_with(const char *mode, const struct pair pairs[], const char *why,
    struct outcome *oc)
{
	for (; pairs->option; pairs++) {
		if (pairs->given)
			return outcome_set(oc, OC_USAGE, "%s and %s do not go together: %s", mode,
			    pairs->option, why);
	}
	return 0;
}

static int check_path_test(const struct client_options *o, struct outcome *oc)
{
	const struct pair shapes[] = {
		{ o->no_sni, "--no-sni" },
		{ o->policy.min, "--tls-min" },
		{ o->policy.max, "--tls-max" },
		{ o->policy.groups, "--groups" },
		{ false, NULL },
	};
	const struct pair outputs[] = {
		{ o->json, "--json" },
		{ o->nagios.on, "--nagios" },
		{ o->prometheus, "--prometheus" },
		{ o->verbose, "-v" },
		{ o->targets, "--targets" },
		{ o->series.on, "--count or --interval" },
		{ o->resume, "--resume" },
		{ o->compare, "--compare" },
		{ o->all_addresses, "--all-addresses" },
		{ false, NULL },
	};

	if (!o->path_test)
		return 0;
	if (refuse_with("--path-test", shapes, "it tries with and without by itself", oc) != 0)
		return -1;
	return refuse_with("--path-test", outputs, "it is a table of its own kind of probes", oc);
}

static int check_all_addresses(const struct client_options *o, struct outcome *oc)
{
	const struct pair others[] = {
		{ o->targets, "--targets" },
		{ o->series.on, "--count or --interval" },
		{ o->resume, "--resume" },
		{ o->nagios.on, "--nagios" },
		{ o->prometheus, "--prometheus" },
		{ o->verbose, "-v" },
		{ false, NULL },
	};

	if (!o->all_addresses)
		return 0;
	if (o->proxy.kind != PROXY_NONE)
		return outcome_set(oc, OC_USAGE,
		    "--all-addresses and --proxy do not go together: the proxy resolves the name");
	return refuse_with("--all-addresses", others, "it probes each address once", oc);
}

int optcheck(struct client_options *o, struct outcome *oc)
{
	if (o->verbose && o->quiet)
		return outcome_set(oc, OC_USAGE, "-v and -q exclude each other");
	if (check_path_test(o, oc) != 0 || check_all_addresses(o, oc) != 0 ||
	    check_series(o, oc) != 0 || check_nagios(o, oc) != 0)
		return -1;
	if (!o->identity.chain_file != !o->identity.key_file)
		return outcome_set(oc, OC_USAGE, "--cert and --key belong together");
	if (expected_load(&o->expected, oc) != 0)
		return -1;
	if (!o->no_sni || !o->servername)
		return 0;
	outcome_set(oc, OC_USAGE, "--no-sni and --servername exclude each other");
	outcome_advise(oc, "--no-sni --verify-name %s", o->servername);
	return -1;
}
