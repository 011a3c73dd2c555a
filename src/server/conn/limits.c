/* SPDX-License-Identifier: MIT */
#include "server/conn/limits.h"

#include <sys/resource.h>

const char *limits_name(enum limits_kind kind)
{
	static const char *const names[LIMITS_KINDS] = {
		[LIMITS_CONNECTIONS] = "max-connections",
		[LIMITS_HANDSHAKES] = "max-handshakes",
		[LIMITS_PER_CLIENT] = "max-per-client",
	};

	return names[kind];
}

/* Each worker gets its share, rounded up, so that the sum is never too small. */
static unsigned share(unsigned connections, unsigned workers)
{
	return connections / workers + (connections % workers > 0);
}

int limits_settle(const struct limits_options *o, unsigned workers, uint64_t max_descriptors,
    struct limits *out, struct outcome *oc)
{
	unsigned asked = o->connections;
	unsigned wanted = share(asked ? asked : LIMITS_DEFAULT_CONNECTIONS, workers);
	uint64_t others = LIMITS_OTHER_DESCRIPTORS;
	uint64_t room = max_descriptors > others ? max_descriptors - others : 0;

	if (room == 0 || (asked && wanted > room)) {
		outcome_set(oc, OC_USAGE,
		    "%u connections divided among %u workers are %u each; with %d other "
		    "descriptors a worker needs %u, but the hard limit RLIMIT_NOFILE is %llu",
		    asked ? asked : LIMITS_DEFAULT_CONNECTIONS, workers, wanted,
		    LIMITS_OTHER_DESCRIPTORS, wanted + LIMITS_OTHER_DESCRIPTORS,
		    (unsigned long long)max_descriptors);
		if (room == 0)
			outcome_advise(oc, "raise the hard limit (ulimit -Hn, LimitNOFILE=)");
		else
			outcome_advise(oc,
			    "use --max-connections %llu, more --workers, or a higher hard limit "
			    "(ulimit -Hn, LimitNOFILE=)",
			    (unsigned long long)(room * workers));
		return -1;
	}
	out->connections = wanted < room ? wanted : (unsigned)room;
	out->handshakes = o->handshakes;
	out->per_client = o->per_client;
	return 0;
}

int limits_apply(const struct limits_options *o, unsigned workers, struct limits *out,
    struct outcome *oc)
{
	struct rlimit limit;
	rlim_t need;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "getrlimit(RLIMIT_NOFILE)");
	if (limits_settle(o, workers, limit.rlim_max, out, oc) != 0)
		return -1;
	need = (rlim_t)out->connections + LIMITS_OTHER_DESCRIPTORS;
	/* The master has a socket for each worker, and for a while for those of two generations. */
	if (need < 2 * workers + LIMITS_OTHER_DESCRIPTORS)
		need = 2 * workers + LIMITS_OTHER_DESCRIPTORS;
	if (need > limit.rlim_max)
		need = limit.rlim_max;
	if (limit.rlim_cur >= need)
		return 0;
	limit.rlim_cur = need;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return outcome_set_errno(oc, OC_INTERNAL, "setrlimit(RLIMIT_NOFILE)");
	return 0;
}
