/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_PROCESS_SERVICE_MANAGER_H
#define HELLO_SERVER_PROCESS_SERVICE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "server/process/workers.h"
#include "server/process/notify.h"

/*
 * What the service manager is told, and when. The master says what it begins;
 * service_manager_notify compares what is so with what was told last, and tells the
 * difference. So nothing is told twice, and what could not be sent is sent later.
 */
struct service_manager {
	struct notify notify;
	unsigned watchdog_ms; /* 0: not watched; else it wants a sign of life this often */
	uint64_t ping_ms;     /* the next sign of life is due then */
	bool ready_owed;      /* READY=1 is to be said as soon as it is true */
	bool leaving, stopping_owed;
	char failure[OUTCOME_TEXT_MAX]; /* of the last reload; "" when it was a good one */
	char told[NOTIFY_TEXT_MAX];     /* the last STATUS */
};

/*
 * Read and unset NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID
 * (sd_watchdog_enabled(3)). Master only. Returns 0, or -1 with OC_INTERNAL when
 * one of them makes no sense: *s is usable then, without what it stands for.
 */
int service_manager_open(struct service_manager *s, struct outcome *oc);

/* How often a worker must give a sign of life, so that none is missed; 0: never. */
unsigned service_manager_beat_ms(const struct service_manager *s);

/*
 * A reload begins: RELOADING=1 leaves before the files are read. Then how it
 * went: why is NULL when it was good. Returns as notify_send does.
 */
int service_manager_reloading(struct service_manager *s, struct outcome *oc);
void service_manager_reloaded(struct service_manager *s, const struct outcome *why);

/* The server drains, or leaves at once. */
void service_manager_leaving(struct service_manager *s);

/*
 * Tell what has changed, and give the sign of life that is due, if the workers
 * gets on. Lowers *until_ms, the time until which the master may wait, to when
 * the next one is due. Returns 0, or -1 with OC_INTERNAL: it will be tried again.
 */
int service_manager_notify(struct service_manager *s, const struct workers *workers,
    uint64_t now_ms, uint64_t *until_ms, struct outcome *oc);

/* Idempotent. */
void service_manager_close(struct service_manager *s);

#endif
