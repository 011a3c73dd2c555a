/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_RELOAD_H
#define HELLO_SERVER_PROCESS_RELOAD_H

#include "base/outcome.h"
#include "server/metrics/counters.h"
#include "server/process/workers.h"
#include "server/service/service.h"

/*
 * Loads the service again, and begins a generation of workers with it. Returns the
 * service that is served from now on; the old one is freed then. On failure returns
 * NULL with the outcome of service_load, and the old service stays. Logs and counts
 * both results.
 */
struct service *reload_service(const struct service_options *o, struct service *was,
    struct workers *workers, struct counters_state *state, struct outcome *oc);

#endif
