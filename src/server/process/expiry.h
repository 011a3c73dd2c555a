/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_EXPIRY_H
#define HELLO_SERVER_PROCESS_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/service/service.h"

/* Which files of a service have expired, as far as it was logged. All zero for a new service. */
struct expiry {
	bool stale;       /* a stale CRL was logged */
	int64_t looked_s; /* when OCSP responses were last checked; 0: never */
};

/*
 * Logs, once, each revocation list that became stale and each OCSP response that
 * expired. Lowers *until_ms to the time of the next expiry.
 */
void expiry_watch(struct expiry *e, const struct service *s, const struct client_auth *clients,
    uint64_t *until_ms);

#endif
