/* SPDX-License-Identifier: MIT */
#include "server/process/service_manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* A worker beats this often in the time in which one beat is expected. */
enum { BEATS_PER_PING = 4 };

/* A beat is a millisecond at least; more often than once a day does no harm. */
enum { WATCHDOG_MIN_MS = 2 * BEATS_PER_PING, WATCHDOG_MAX_MS = 86400000 };

/* When to try again what could not be sent. */
enum { RETRY_MS = 1000 };

/* Digits only, as systemd writes them; 0 is what is not set. */
static int take_number(const char *name, unsigned long long *out, struct outcome *oc)
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
	outcome_set(oc, OC_INTERNAL, "%s=%s is no number: there will be no signs of life", name,
	    text);
	unsetenv(name);
	return -1;
}

static int open_watchdog(struct supervisor *s, struct outcome *oc)
{
	unsigned long long usec, pid;
	int ret = take_number("WATCHDOG_USEC", &usec, oc);

	if (take_number("WATCHDOG_PID", &pid, oc) != 0)
		return -1;
	if (usec == 0 || (pid != 0 && pid != (unsigned long long)getpid()) || s->notify.fd < 0)
		return ret;
	if (usec > WATCHDOG_MAX_MS * 1000ULL)
		usec = WATCHDOG_MAX_MS * 1000ULL;
	s->watchdog_ms =
	    usec < WATCHDOG_MIN_MS * 1000ULL ? WATCHDOG_MIN_MS : (unsigned)(usec / 1000);
	return ret;
}

int supervisor_open(struct supervisor *s, struct outcome *oc)
{
	int told;

	*s = (struct supervisor){ .ready_owed = true };
	told = notify_open(&s->notify, oc);
	return open_watchdog(s, oc) | told;
}

/* Half of what is demanded, as sd_watchdog_enabled(3) advises. */
static unsigned ping_interval(const struct supervisor *s)
{
	return s->watchdog_ms / 2;
}

unsigned supervisor_beat_ms(const struct supervisor *s)
{
	return ping_interval(s) / BEATS_PER_PING;
}

int supervisor_reloading(struct supervisor *s, struct outcome *oc)
{
	s->ready_owed = true;
	/* The time lets the manager tell an old READY=1 from the one that ends this reload. */
	return notify_send(&s->notify, oc, "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)clock_us());
}

void supervisor_reloaded(struct supervisor *s, const struct outcome *why)
{
	s->failure[0] = '\0';
	if (why)
		snprintf(s->failure, sizeof s->failure, "%s: %.400s", outcome_name(why->code),
		    why->detail);
}

void supervisor_leaving(struct supervisor *s)
{
	s->stopping_owed |= !s->leaving;
	s->leaving = true;
}

static void describe(const struct supervisor *s, const struct crew *crew,
    char status[NOTIFY_TEXT_MAX])
{
	struct crew_count n = crew_count(crew);
	char missing[16] = "";

	if (s->leaving) {
		snprintf(status, NOTIFY_TEXT_MAX, "leaving, workers that are not done: %u",
		    n.alive);
		return;
	}
	if (n.ready < n.slots)
		snprintf(missing, sizeof missing, "%u of ", n.ready);
	snprintf(status, NOTIFY_TEXT_MAX, "%s, generation %u, %s%u worker%s%s%s",
	    n.serving > 0 ? "serving" : "starting", n.generation, missing, n.slots,
	    n.slots == 1 ? "" : "s",
	    s->failure[0] ? "; the last reload failed, the old service stays: " : "", s->failure);
}

static int tell_status(struct supervisor *s, const struct crew *crew, struct outcome *oc)
{
	bool ready = s->ready_owed && !s->leaving && crew_is_complete(crew);
	bool stopping = s->stopping_owed;
	char status[NOTIFY_TEXT_MAX];

	describe(s, crew, status);
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

static int tell_life(struct supervisor *s, const struct crew *crew, uint64_t now_ms,
    uint64_t *until_ms, struct outcome *oc)
{
	int ret = 0;

	if (s->watchdog_ms == 0)
		return 0;
	if (now_ms >= s->ping_ms) {
		bool beating = crew_is_beating(crew, now_ms, ping_interval(s));

		if (beating)
			ret = notify_send(&s->notify, oc, "WATCHDOG=1");
		/* Who was only late must not cost the server its life: ask again soon. */
		s->ping_ms = now_ms + (beating ? ping_interval(s) : supervisor_beat_ms(s));
	}
	if (s->ping_ms < *until_ms)
		*until_ms = s->ping_ms;
	return ret;
}

int supervisor_tell(struct supervisor *s, const struct crew *crew, uint64_t now_ms,
    uint64_t *until_ms, struct outcome *oc)
{
	int status = tell_status(s, crew, oc), life = tell_life(s, crew, now_ms, until_ms, oc);

	if ((status != 0 || life != 0) && now_ms + RETRY_MS < *until_ms)
		*until_ms = now_ms + RETRY_MS;
	return status | life;
}

void supervisor_close(struct supervisor *s)
{
	notify_close(&s->notify);
}
