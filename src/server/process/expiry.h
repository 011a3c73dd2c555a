/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_EXPIRY_H
#define HELLO_SERVER_PROCESS_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "server/service/service.h"

/* Which files of a service have expired, as far as the log says so. Zeroed for each service. */
struct expiry {
	bool stale;       /* a CRL is, which was logged */
	int64_t looked_s; /* when it was last looked which staples have ended; 0: never */
};

/*
 * Log each revocation list that became stale and each OCSP response that ended, once. Lowers
 * *until_ms to when the next one may.
 */
void expiry_watch(struct expiry *e, const struct service *s, const struct client_auth *clients,
    uint64_t *until_ms);

#endif
