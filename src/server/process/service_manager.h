/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_SERVICE_MANAGER_H
#define HELLO_SERVER_PROCESS_SERVICE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "server/process/notify.h"
#include "server/process/workers.h"

/*
 * What the service manager is told, and when. The master reports what it begins;
 * service_manager_notify compares the current state with the last notification, and
 * sends the difference. So nothing is sent twice, and a notification that failed is
 * sent later.
 */
struct service_manager {
	struct notify notify;
	unsigned watchdog_ms; /* interval of watchdog notifications; 0: no watchdog */
	uint64_t ping_ms;     /* the next watchdog notification is due then */
	bool ready_owed;      /* send READY=1 as soon as it is true */
	bool leaving, stopping_owed;
	char failure[OUTCOME_TEXT_MAX]; /* error of the last reload; "" if it succeeded */
	char told[NOTIFY_TEXT_MAX];     /* the last STATUS */
};

/*
 * Reads and unsets NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID
 * (sd_watchdog_enabled(3)). Master only. Returns 0, or -1 with OC_INTERNAL if one of
 * them is invalid: *s is usable then, without that feature.
 */
int service_manager_open(struct service_manager *s, struct outcome *oc);

/* How often a worker must send a heartbeat, so that none is missed; 0: never. */
unsigned service_manager_beat_ms(const struct service_manager *s);

/*
 * A reload begins: RELOADING=1 is sent before the files are read. Then its result: why
 * is NULL on success. Returns as notify_send does.
 */
int service_manager_reloading(struct service_manager *s, struct outcome *oc);
void service_manager_reloaded(struct service_manager *s, const struct outcome *why);

/* The server drains, or exits at once. */
void service_manager_leaving(struct service_manager *s);

/*
 * Sends what has changed, and the watchdog notification if it is due and the workers
 * make progress. Lowers *until_ms, the time until which the master may wait, to the
 * next one. Returns 0, or -1 with OC_INTERNAL: it will be retried.
 */
int service_manager_notify(struct service_manager *s, const struct workers *workers,
    uint64_t now_ms, uint64_t *until_ms, struct outcome *oc);

/* Idempotent. */
void service_manager_close(struct service_manager *s);

#endif
