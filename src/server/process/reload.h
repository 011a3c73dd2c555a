/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_RELOAD_H
#define HELLO_SERVER_PROCESS_RELOAD_H

#include "base/outcome.h"
#include "server/metrics/counters.h"
#include "server/process/workers.h"
#include "server/service/service.h"

/*
 * Load the service anew, and begin a generation of workers with it. Returns what is served from
 * now on, was is freed then; or NULL with the outcome of service_load, and was stays. Logs and
 * counts either.
 */
struct service *reload_service(const struct service_options *o, struct service *was,
    struct workers *workers, struct counters_state *state, struct outcome *oc);

#endif
