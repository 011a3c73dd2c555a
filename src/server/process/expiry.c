/* SPDX-License-Identifier: MIT */
#include "server/process/expiry.h"

#include <time.h>

#include "base/clock.h"
#include "server/service/service_log.h"

/*
 * left: seconds, more than 0. The clock may be set and the machine may sleep: check
 * once an hour.
 */
static void wake_in(int64_t left, uint64_t *until_ms)
{
	enum { HOUR = 3600 };
	uint64_t at_ms = clock_ms() + (uint64_t)(left < HOUR ? left : HOUR) * 1000;

	if (at_ms < *until_ms)
		*until_ms = at_ms;
}

/* A CRL becomes stale without any event: logged once, when it happens. */
static void watch_crls(struct expiry *e, const struct service *s,
    const struct client_auth *clients, uint64_t *until_ms)
{
	int64_t left = client_cas_left(&s->clients, time(NULL));

	if (e->stale || left == INT64_MAX)
		return;
	if (left <= 0) {
		service_log_stale(s, clients);
		e->stale = true;
	} else {
		wake_in(left, until_ms);
	}
}

/* So does an OCSP response. */
static void watch_staples(struct expiry *e, const struct service *s, uint64_t *until_ms)
{
	int64_t now = time(NULL), next = service_log_staples(s, e->looked_s, now);

	e->looked_s = now;
	if (next != INT64_MAX)
		wake_in(next - now, until_ms);
}

void expiry_watch(struct expiry *e, const struct service *s, const struct client_auth *clients,
    uint64_t *until_ms)
{
	watch_crls(e, s, clients, until_ms);
	watch_staples(e, s, until_ms);
}
