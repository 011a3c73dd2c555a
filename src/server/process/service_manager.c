/* SPDX-License-Identifier: MIT */
#include "server/process/service_manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* Heartbeats of a worker within the interval in which one is expected. */
enum { BEATS_PER_PING = 4 };

/* The interval is at least a millisecond; more than once a day is often enough. */
enum { WATCHDOG_MIN_MS = 2 * BEATS_PER_PING, WATCHDOG_MAX_MS = 86400000 };

/* When to retry a notification that could not be sent. */
enum { RETRY_MS = 1000 };

/* Digits only, as systemd writes them; 0 means not set. */
static int read_number(const char *name, unsigned long long *out, struct outcome *oc)
{
	const char *text = getenv(name);
	char *end;

	*out = 0;
	if (!text)
		return 0;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end && errno == 0) {
		unsetenv(name);
		return 0;
	}
	*out = 0;
	outcome_set(oc, OC_INTERNAL,
	    "invalid %s=%s: expected a number; watchdog notifications are off", name,
	    text);
	unsetenv(name);
	return -1;
}

static int open_watchdog(struct service_manager *s, struct outcome *oc)
{
	unsigned long long usec, pid;
	int ret = read_number("WATCHDOG_USEC", &usec, oc);

	if (read_number("WATCHDOG_PID", &pid, oc) != 0)
		return -1;
	if (usec == 0 || (pid != 0 && pid != (unsigned long long)getpid()) || s->notify.fd < 0)
		return ret;
	if (usec > WATCHDOG_MAX_MS * 1000ULL)
		usec = WATCHDOG_MAX_MS * 1000ULL;
	s->watchdog_ms =
	    usec < WATCHDOG_MIN_MS * 1000ULL ? WATCHDOG_MIN_MS : (unsigned)(usec / 1000);
	return ret;
}

int service_manager_open(struct service_manager *s, struct outcome *oc)
{
	int told;

	*s = (struct service_manager){ .ready_owed = true };
	told = notify_open(&s->notify, oc);
	return open_watchdog(s, oc) | told;
}

/* Half of the interval, as sd_watchdog_enabled(3) recommends. */
static unsigned ping_interval(const struct service_manager *s)
{
	return s->watchdog_ms / 2;
}

unsigned service_manager_beat_ms(const struct service_manager *s)
{
	return ping_interval(s) / BEATS_PER_PING;
}

int service_manager_reloading(struct service_manager *s, struct outcome *oc)
{
	s->ready_owed = true;
	/*
	 * The time lets the manager distinguish an old READY=1 from the one that ends
	 * this reload.
	 */
	return notify_send(&s->notify, oc, "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)clock_us());
}

void service_manager_reloaded(struct service_manager *s, const struct outcome *why)
{
	s->failure[0] = '\0';
	if (why)
		snprintf(s->failure, sizeof s->failure, "%s: %.400s", outcome_name(why->code),
		    why->detail);
}

void service_manager_leaving(struct service_manager *s)
{
	s->stopping_owed |= !s->leaving;
	s->leaving = true;
}

static void describe(const struct service_manager *s, const struct workers *workers,
    char status[NOTIFY_TEXT_MAX])
{
	struct workers_count n = workers_count(workers);
	char missing[16] = "";

	if (s->leaving) {
		snprintf(status, NOTIFY_TEXT_MAX, "stopping, workers left: %u",
		    n.alive);
		return;
	}
	if (n.ready < n.slots)
		snprintf(missing, sizeof missing, "%u of ", n.ready);
	snprintf(status, NOTIFY_TEXT_MAX, "%s, generation %u, %s%u worker%s%s%s",
	    n.serving > 0 ? "serving" : "starting", n.generation, missing, n.slots,
	    n.slots == 1 ? "" : "s",
	    s->failure[0] ? "; the last reload failed, the old files stay in use: " : "",
	    s->failure);
}

static int notify_status(struct service_manager *s, const struct workers *workers,
    struct outcome *oc)
{
	bool ready = s->ready_owed && !s->leaving && workers_are_complete(workers);
	bool stopping = s->stopping_owed;
	char status[NOTIFY_TEXT_MAX];

	describe(s, workers, status);
	if (!ready && !stopping && strcmp(status, s->told) == 0)
		return 0;
	if (notify_send(&s->notify, oc, "%s%sSTATUS=%.900s", ready ? "READY=1\n" : "",
		stopping ? "STOPPING=1\n" : "", status) != 0)
		return -1;
	s->ready_owed &= !ready;
	s->stopping_owed = false;
	memcpy(s->told, status, sizeof status);
	return 0;
}

static int notify_watchdog(struct service_manager *s, const struct workers *workers,
    uint64_t now_ms, uint64_t *until_ms, struct outcome *oc)
{
	int ret = 0;

	if (s->watchdog_ms == 0)
		return 0;
	if (now_ms >= s->ping_ms) {
		bool beating = workers_is_beating(workers, now_ms, ping_interval(s));

		if (beating)
			ret = notify_send(&s->notify, oc, "WATCHDOG=1");
		/* A short delay must not make the manager kill the server: check again soon. */
		s->ping_ms = now_ms + (beating ? ping_interval(s) : service_manager_beat_ms(s));
	}
	if (s->ping_ms < *until_ms)
		*until_ms = s->ping_ms;
	return ret;
}

int service_manager_notify(struct service_manager *s, const struct workers *workers,
    uint64_t now_ms, uint64_t *until_ms, struct outcome *oc)
{
	int status = notify_status(s, workers, oc);
	int life = notify_watchdog(s, workers, now_ms, until_ms, oc);

	if ((status != 0 || life != 0) && now_ms + RETRY_MS < *until_ms)
		*until_ms = now_ms + RETRY_MS;
	return status | life;
}

void service_manager_close(struct service_manager *s)
{
	notify_close(&s->notify);
}
