/* SPDX-License-Identifier: MIT */
#include "server/process/service_manager.h"

#include <stdio.h>
#include <unistd.h>

#include "support/check_main.h"
#include "support/notified.h"

enum { DRAIN_MS = 1000, WATCHDOG_MS = 8000 };

static struct service_manager opened(void)
{
	struct outcome oc = OUTCOME_NONE;
	struct service_manager s;

	ck_assert_int_eq(service_manager_open(&s, &oc), 0);
	ck_assert_no_failure(&oc);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	return s;
}

static struct workers *workers;
static uint64_t now = 1000000;

static void spawn(pid_t pid)
{
	struct workers_order order = workers_next(workers, now);

	ck_assert_int_eq(order.what, WORKERS_SPAWN);
	workers_spawned(workers, order.slot, pid, now);
}

/* One worker, ready, of which the manager has heard. */
static struct service_manager begin(void)
{
	struct outcome oc = OUTCOME_NONE;
	struct service_manager s;
	uint64_t until = UINT64_MAX;

	notified_begin("@");
	s = opened();
	workers = workers_new(1, DRAIN_MS);
	ck_assert_ptr_nonnull(workers);
	spawn(100);
	ck_assert_int_eq(service_manager_notify(&s, workers, now, &until, &oc), 0);
	ck_assert_str_eq(notified_next(), "STATUS=starting, generation 1, 0 of 1 worker");
	workers_set_ready(workers, 100, now);
	ck_assert_int_eq(service_manager_notify(&s, workers, now, &until, &oc), 0);
	ck_assert_str_eq(notified_next(), "READY=1\nSTATUS=serving, generation 1, 1 worker");
	return s;
}

static uint64_t tell(struct service_manager *s)
{
	struct outcome oc = OUTCOME_NONE;
	uint64_t until = UINT64_MAX;

	ck_assert_int_eq(service_manager_notify(s, workers, now, &until, &oc), 0);
	ck_assert_no_failure(&oc);
	return until;
}

START_TEST(test_nothing_is_told_twice)
{
	struct service_manager s = begin();

	ck_assert_uint_eq(tell(&s), UINT64_MAX);
	ck_assert_str_eq(notified_next(), "");
	workers_exited(workers, 100, now);
	tell(&s);
	ck_assert_str_eq(notified_next(), "STATUS=starting, generation 1, 0 of 1 worker");
	ck_assert_str_eq(notified_next(), "");
}
END_TEST

START_TEST(test_a_good_reload)
{
	struct outcome oc = OUTCOME_NONE;
	struct service_manager s = begin();

	ck_assert_int_eq(service_manager_reloading(&s, &oc), 0);
	ck_assert_int_eq(strncmp(notified_next(), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	workers_renew(workers);
	service_manager_reloaded(&s, NULL);
	spawn(101);
	tell(&s);
	ck_assert_str_eq(notified_next(), "STATUS=serving, generation 2, 0 of 1 worker");
	workers_set_ready(workers, 101, now);
	tell(&s);
	ck_assert_str_eq(notified_next(), "READY=1\nSTATUS=serving, generation 2, 1 worker");
}
END_TEST

START_TEST(test_a_bad_reload_tells_why_until_a_good_one)
{
	struct outcome oc = OUTCOME_NONE, why = OUTCOME_NONE;
	struct service_manager s = begin();

	outcome_set(&why, OC_FILE, "cannot read the key k.pem");
	service_manager_reloading(&s, &oc);
	notified_next();
	service_manager_reloaded(&s, &why);
	tell(&s);
	/* The manager waits for READY=1 all the same: the old service is ready. */
	ck_assert_str_eq(notified_next(),
	    "READY=1\nSTATUS=serving, generation 1, 1 worker; the last reload "
	    "failed, the old files stay in use: FILE: cannot read the key k.pem");
	service_manager_reloading(&s, &oc);
	notified_next();
	service_manager_reloaded(&s, NULL);
	tell(&s);
	ck_assert_str_eq(notified_next(), "READY=1\nSTATUS=serving, generation 1, 1 worker");
}
END_TEST

START_TEST(test_the_end)
{
	struct service_manager s = begin();

	service_manager_leaving(&s);
	workers_stop(workers, true);
	tell(&s);
	ck_assert_str_eq(notified_next(),
	    "STOPPING=1\nSTATUS=stopping, workers left: 1");
	workers_exited(workers, 100, now);
	tell(&s);
	ck_assert_str_eq(notified_next(), "STATUS=stopping, workers left: 0");
}
END_TEST

START_TEST(test_what_could_not_be_sent_is_sent_later)
{
	struct outcome oc = OUTCOME_NONE;
	struct service_manager s = begin();
	uint64_t until = UINT64_MAX;
	socklen_t len = s.notify.to_len;

	service_manager_reloading(&s, &oc);
	notified_next();
	service_manager_reloaded(&s, NULL);
	s.notify.to_len--; /* somebody else's name */
	ck_assert_int_eq(service_manager_notify(&s, workers, now, &until, &oc), -1);
	ck_assert_outcome(&oc, OC_INTERNAL, "cannot notify");
	ck_assert_uint_lt(until, UINT64_MAX);
	s.notify.to_len = len;
	tell(&s);
	ck_assert_str_eq(notified_next(), "READY=1\nSTATUS=serving, generation 1, 1 worker");
}
END_TEST

static void set_watchdog(const char *usec, long pid)
{
	char text[24];

	snprintf(text, sizeof text, "%ld", pid);
	setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", text, 1);
	else
		unsetenv("WATCHDOG_PID");
}

START_TEST(test_signs_of_life_at_half_the_interval)
{
	struct service_manager s;

	set_watchdog("8000000", getpid());
	s = begin();
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
	ck_assert_uint_gt(service_manager_beat_ms(&s), 0);
	ck_assert_uint_le(service_manager_beat_ms(&s), WATCHDOG_MS / 4);
	now = s.ping_ms;
	for (int i = 0; i < 5; i++) {
		while (*notified_next())
			;
		workers_beat(workers, 100, now);
		ck_assert_uint_eq(tell(&s), now + WATCHDOG_MS / 2);
		ck_assert_str_eq(notified_next(), "WATCHDOG=1");
		now += WATCHDOG_MS / 2 - 1;
		ck_assert_uint_eq(tell(&s), now + 1);
		ck_assert_str_eq(notified_next(), "");
		now++;
	}
}
END_TEST

START_TEST(test_a_stuck_worker_ends_the_signs_of_life)
{
	struct service_manager s;

	set_watchdog("8000000", 0);
	s = begin();
	while (*notified_next())
		;
	now += WATCHDOG_MS;
	for (int i = 0; i < 5; i++) {
		now = tell(&s);
		ck_assert_str_eq(notified_next(), "");
	}
	/* It was only late: that is told at the next look, which is soon. */
	workers_beat(workers, 100, now);
	now = tell(&s);
	ck_assert_str_eq(notified_next(), "WATCHDOG=1");
}
END_TEST

START_TEST(test_who_is_not_watched)
{
	struct outcome oc = OUTCOME_NONE;
	struct service_manager s;

	set_watchdog("8000000", (long)getpid() + 1);
	notified_begin("@");
	s = opened();
	ck_assert_uint_eq(service_manager_beat_ms(&s), 0);
	set_watchdog("0", 0);
	notified_begin("@");
	s = opened();
	ck_assert_uint_eq(service_manager_beat_ms(&s), 0);
	set_watchdog("soon", 0);
	notified_begin("@");
	ck_assert_int_eq(service_manager_open(&s, &oc), -1);
	ck_assert_outcome(&oc, OC_INTERNAL, "invalid WATCHDOG_USEC=soon");
	ck_assert_uint_eq(service_manager_beat_ms(&s), 0);
	/* Nobody is there to be told. */
	set_watchdog("8000000", 0);
	s = opened();
	ck_assert_uint_eq(service_manager_beat_ms(&s), 0);
}
END_TEST

CHECK_MAIN("service_manager", test_nothing_is_told_twice, test_a_good_reload,
    test_a_bad_reload_tells_why_until_a_good_one, test_the_end,
    test_what_could_not_be_sent_is_sent_later, test_signs_of_life_at_half_the_interval,
    test_a_stuck_worker_ends_the_signs_of_life, test_who_is_not_watched)
