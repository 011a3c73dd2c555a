/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_GAUGES_H
#define HELLO_SERVER_PROCESS_GAUGES_H

#include "server/confine/privdrop.h"
#include "server/metrics/counters.h"
#include "server/process/workers.h"
#include "server/service/service.h"

/* The master's part of the counters, and the log line of SIGUSR1. */

/* Its workers are all ready: from now on this service is served. */
void gauges_show_service(struct counters_state *state, const struct service *s);

/* The workers are confined; also logs it. */
void gauges_show_confinement(struct counters_state *state, const struct privdrop *who,
    const char *sandbox);

void gauges_show_workers(struct counters_state *state, const struct workers_count *count);

/* Logs a status line. Numbers from workers are only printed; nothing depends on them. */
void gauges_log(const struct counters *c, const struct workers_count *count);

#endif
