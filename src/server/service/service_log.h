/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SERVICE_LOG_H
#define HELLO_SERVER_SERVICE_SERVICE_LOG_H

#include <stdint.h>

#include "server/listen/access.h"
#include "server/service/service.h"

/* The master's log lines about a service. */

/* Logs problems of what is served; it is served anyway, because a test may need exactly that. */
void service_log_findings(const struct service *s);

/*
 * Logs which OCSP responses expired after since, up to now (seconds since 1970), and
 * are no longer stapled. Returns when the next one expires; INT64_MAX: none will.
 */
int64_t service_log_staples(const struct service *s, int64_t since, int64_t now);

/* Logs which clients will be admitted: at a start as important as the listening addresses. */
void service_log_clients(const struct client_auth *a);

/* Logs a trusted balancer block that covers every address. */
void service_log_access(const struct access *a);

/* Warns of each CRL that is older than the one it replaces. */
void service_log_renewal(const struct service *before, const struct service *s);

/* Logs that a CRL is stale now, and the consequence. */
void service_log_stale(const struct service *s, const struct client_auth *a);

#endif
