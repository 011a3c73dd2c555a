/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_SERVICE_LOG_H
#define HELLO_SERVER_SERVICE_SERVICE_LOG_H

#include <stdint.h>

#include "server/listen/access.h"
#include "server/service/service.h"

/* What the master's log tells of a service. */

/*
 * What is wrong with what is served, though it is served: to show what clients
 * say to it may be just what is wanted.
 */
void service_log_findings(const struct service *s);

/*
 * Which OCSP responses have ended after since, up to now (seconds since 1970), and
 * are not stapled any more. Returns when the next one ends; INT64_MAX: none will.
 */
int64_t service_log_staples(const struct service *s, int64_t since, int64_t now);

/* Who will be let in: as important at a start as where the server listens. */
void service_log_clients(const struct client_auth *a);

/* And who is believed about addresses, where that is everybody. */
void service_log_access(const struct access *a);

/* Warn of each CRL that is older than the one that it takes the place of. */
void service_log_renewal(const struct service *before, const struct service *s);

/* One of its CRLs is stale now, and what follows from it. */
void service_log_stale(const struct service *s, const struct client_auth *a);

#endif
