/* SPDX-License-Identifier: MIT */
#include "server/process/reload.h"

#include "base/log.h"
#include "server/service/service_log.h"

static const char *describe(const struct service_options *o, const struct service *was,
    const struct service *fresh)
{
	if (!service_is_same(was, fresh))
		return "";
	return o->credentials ? ", though the files are unchanged: systemd passes renewed "
				"credentials only at a restart"
			      : ", though the files are unchanged";
}

struct service *reload_service(const struct service_options *o, struct service *was,
    struct workers *workers, struct counters_state *state, struct outcome *oc)
{
	struct service *fresh = service_load(o, was, oc);
	const char *note;

	if (!fresh) {
		log_outcome(LEVEL_ERROR, "reload failed: the old files stay in use", oc);
		state->reloads_failed++;
		return NULL;
	}
	note = describe(o, was, fresh);
	service_log_renewal(was, fresh);
	service_free(was);
	service_log_findings(fresh);
	log_at(LEVEL_INFO, "reloaded: generation %u begins%s", workers_renew(workers), note);
	state->reloads++;
	return fresh;
}
