/* SPDX-License-Identifier: MIT */
#include "server/process/workers.h"

#include <stdlib.h>

#include "support/check_main.h"

enum { DRAIN_MS = 5000 };

/* A workers, its clock, and the next pid that its spawns get. */
static struct workers *workers;
static uint64_t now;
static pid_t next_pid;

static void begin_story(unsigned slots)
{
	now = 1000000;
	next_pid = 100;
	workers = workers_new(slots, DRAIN_MS);
	ck_assert_ptr_nonnull(workers);
}

static struct workers_order next(void)
{
	return workers_next(workers, now);
}

/* Expect an order to fill this slot, and carry it out. */
static pid_t spawn(unsigned slot, unsigned generation)
{
	struct workers_order order = next();

	ck_assert_int_eq(order.what, WORKERS_SPAWN);
	ck_assert_uint_eq(order.slot, slot);
	ck_assert_uint_eq(order.generation, generation);
	workers_spawned(workers, order.slot, next_pid, now);
	return next_pid++;
}

static void expect(enum workers_action what, pid_t pid)
{
	struct workers_order order = next();

	ck_assert_int_eq(order.what, what);
	ck_assert_int_eq(order.pid, pid);
}

static void expect_wait_until(uint64_t ms)
{
	struct workers_order order = next();

	ck_assert_int_eq(order.what, WORKERS_WAIT);
	ck_assert_uint_eq(order.until_ms, ms);
}

static void expect_wait(void)
{
	expect_wait_until(UINT64_MAX);
}

/* Whoever was spawned just now has a while to get ready. */
static void expect_wait_for_start(void)
{
	expect_wait_until(now + WORKERS_START_MAX_MS);
}

/* Two ready workers, pids 100 and 101. */
static void begin_with_two(void)
{
	begin_story(2);
	spawn(0, 1);
	spawn(1, 1);
	workers_set_ready(workers, 100, now);
	workers_set_ready(workers, 101, now);
	expect_wait();
}

START_TEST(test_every_slot_is_filled_once)
{
	begin_story(3);
	spawn(0, 1);
	spawn(1, 1);
	spawn(2, 1);
	expect_wait_for_start();
	ck_assert(!workers_are_complete(workers));
	workers_set_ready(workers, 100, now);
	workers_set_ready(workers, 101, now);
	ck_assert(!workers_are_complete(workers));
	workers_set_ready(workers, 102, now);
	ck_assert(workers_are_complete(workers));
	expect_wait();
	workers_free(workers);
}
END_TEST

START_TEST(test_pauses_double_up_to_the_longest)
{
	unsigned pause = WORKERS_PAUSE_MIN_MS;

	begin_story(1);
	for (int death = 0; death < 12; death++) {
		pid_t pid = spawn(0, 1);

		now += WORKERS_LIVED_LONG_MS - 1;
		workers_exited(workers, pid, now);
		ck_assert_uint_eq(workers_count(workers).pause_ms, pause);
		expect_wait_until(now + pause);
		now += pause - 1;
		expect_wait_until(now + 1);
		now++;
		pause = pause * 2 > WORKERS_PAUSE_MAX_MS ? WORKERS_PAUSE_MAX_MS : pause * 2;
	}
	ck_assert_uint_eq(pause, WORKERS_PAUSE_MAX_MS);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_long_life_forgives)
{
	pid_t pid;

	begin_story(1);
	for (int death = 0; death < 5; death++) {
		pid = spawn(0, 1);
		workers_exited(workers, pid, now);
		now += WORKERS_PAUSE_MAX_MS;
	}
	pid = spawn(0, 1);
	now += WORKERS_LIVED_LONG_MS;
	workers_exited(workers, pid, now);
	expect_wait_until(now + WORKERS_PAUSE_MIN_MS);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_slot_pauses_alone)
{
	begin_with_two();
	workers_exited(workers, 100, now);
	expect_wait_until(now + WORKERS_PAUSE_MIN_MS);
	workers_exited(workers, 101, now + 50);
	now += WORKERS_PAUSE_MIN_MS;
	spawn(0, 1);
	expect_wait_until(now + 50);
	workers_free(workers);
}
END_TEST

START_TEST(test_no_process_is_a_pause_too)
{
	begin_story(1);
	ck_assert_int_eq(next().what, WORKERS_SPAWN);
	workers_spawned(workers, 0, 0, now);
	expect_wait_until(now + WORKERS_PAUSE_MIN_MS);
	now += WORKERS_PAUSE_MIN_MS;
	ck_assert_int_eq(next().what, WORKERS_SPAWN);
	workers_spawned(workers, 0, 0, now);
	expect_wait_until(now + 2 * WORKERS_PAUSE_MIN_MS);
	workers_free(workers);
}
END_TEST

/* 100 + 200 + ... + 25600 ms are 51 s for ten spawns, then one each 30 s. */
START_TEST(test_a_crash_loop_is_no_fork_bomb)
{
	const uint64_t end = 1000000 + 600000;
	unsigned spawns = 0;

	begin_story(1);
	while (now < end) {
		struct workers_order order = next();

		if (order.what == WORKERS_WAIT) {
			now = order.until_ms;
			continue;
		}
		ck_assert_int_eq(order.what, WORKERS_SPAWN);
		workers_spawned(workers, 0, next_pid, now);
		workers_exited(workers, next_pid++, now);
		ck_assert_uint_le(++spawns, 28);
	}
	ck_assert_uint_ge(spawns, 20);
	workers_free(workers);
}
END_TEST

START_TEST(test_the_old_leave_when_all_the_new_are_ready)
{
	begin_with_two();
	ck_assert_uint_eq(workers_renew(workers), 2);
	ck_assert(!workers_are_complete(workers));
	spawn(0, 2);
	spawn(1, 2);
	workers_set_ready(workers, 102, now);
	expect_wait_for_start();
	workers_set_ready(workers, 103, now);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	expect_wait_until(now + DRAIN_MS + WORKERS_KILL_GRACE_MS);
	workers_exited(workers, 100, now);
	workers_exited(workers, 101, now);
	expect_wait();
	ck_assert(workers_are_complete(workers));
	workers_free(workers);
}
END_TEST

START_TEST(test_a_new_generation_that_dies_costs_the_old_nothing)
{
	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	spawn(1, 2);
	workers_set_ready(workers, 103, now);
	workers_exited(workers, 102, now);
	expect_wait_until(now + WORKERS_PAUSE_MIN_MS);
	now += WORKERS_PAUSE_MIN_MS;
	spawn(0, 2);
	expect_wait_for_start();
	workers_set_ready(workers, 104, now);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	workers_free(workers);
}
END_TEST

START_TEST(test_the_old_are_not_replaced_while_the_new_start)
{
	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	spawn(1, 2);
	workers_exited(workers, 100, now);
	expect_wait_for_start();
	workers_free(workers);
}
END_TEST

START_TEST(test_a_renewal_overtakes_a_renewal)
{
	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	workers_set_ready(workers, 102, now);
	ck_assert_uint_eq(workers_renew(workers), 3);
	/* The first one serves better than the second, which is never going to be complete. */
	expect(WORKERS_DRAIN, 102);
	spawn(0, 3);
	spawn(1, 3);
	workers_exited(workers, 102, now);
	expect_wait_for_start();
	workers_set_ready(workers, 103, now);
	workers_set_ready(workers, 104, now);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_renewal_keeps_who_serves_best)
{
	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	spawn(1, 2);
	workers_set_ready(workers, 102, now);
	workers_exited(workers, 103, now);
	workers_exited(workers, 100, now);
	workers_exited(workers, 101, now);
	/* Of the first one nobody is left: the half of the second one has to do. */
	workers_renew(workers);
	spawn(0, 3);
	spawn(1, 3);
	expect_wait_for_start();
	workers_set_ready(workers, 104, now);
	workers_set_ready(workers, 105, now);
	expect(WORKERS_DRAIN, 102);
	workers_free(workers);
}
END_TEST

/* Ask for a new generation all the time, and let everything that can happen happen. */
START_TEST(test_renewals_all_the_time_are_bounded)
{
	enum { SLOTS = 4, EVENTS = 200000 };
	pid_t alive[3 * SLOTS + 1];
	unsigned count = 0, renewals = 0;

	begin_story(SLOTS);
	ck_assert(!workers_may_renew(workers));
	srand(1);
	for (int i = 0; i < EVENTS; i++) {
		struct workers_order order = next();
		unsigned each = count ? (unsigned)rand() % count : 0;

		if (order.what == WORKERS_SPAWN) {
			ck_assert_uint_lt(count, 3 * SLOTS);
			alive[count++] = next_pid;
			workers_spawned(workers, order.slot, next_pid++, now);
		} else if (count > 0 && rand() % 4) {
			workers_set_ready(workers, alive[each], now);
		} else if (count > 0 && (order.what == WORKERS_DRAIN || rand() % 4 == 0)) {
			workers_exited(workers, alive[each], now);
			alive[each] = alive[--count];
		} else {
			now += 10;
		}
		if (workers_may_renew(workers) && ++renewals)
			workers_renew(workers);
	}
	/* And none of it comes to a halt. */
	ck_assert_uint_gt(renewals, EVENTS / 1000);
	workers_free(workers);
}
END_TEST

START_TEST(test_when_a_renewal_may_be)
{
	begin_story(2);
	spawn(0, 1);
	spawn(1, 1);
	workers_set_ready(workers, 100, now);
	/* The first generation starts. */
	ck_assert(!workers_may_renew(workers));
	workers_set_ready(workers, 101, now);
	ck_assert(workers_may_renew(workers));
	workers_renew(workers);
	ck_assert(!workers_may_renew(workers));
	spawn(0, 2);
	spawn(1, 2);
	workers_set_ready(workers, 102, now);
	ck_assert(!workers_may_renew(workers));
	/* One that dies may be mended by the next. */
	workers_exited(workers, 103, now);
	ck_assert(workers_may_renew(workers));
	now += WORKERS_PAUSE_MIN_MS;
	spawn(1, 2);
	workers_set_ready(workers, 104, now);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	/* The old ones drain: another generation may come, but no fourth. */
	ck_assert(workers_may_renew(workers));
	workers_renew(workers);
	spawn(0, 3);
	spawn(1, 3);
	workers_set_ready(workers, 105, now);
	workers_set_ready(workers, 106, now);
	ck_assert(!workers_may_renew(workers));
	workers_exited(workers, 100, now);
	workers_exited(workers, 101, now);
	ck_assert(workers_may_renew(workers));
	workers_stop(workers, true);
	ck_assert(!workers_may_renew(workers));
	workers_free(workers);
}
END_TEST

START_TEST(test_whether_anybody_was_ever_ready)
{
	begin_story(2);
	spawn(0, 1);
	ck_assert(!workers_count(workers).served);
	workers_set_ready(workers, 100, now);
	workers_exited(workers, 100, now);
	ck_assert(workers_count(workers).served);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_renewal_ends_a_pause)
{
	begin_story(1);
	for (int death = 0; death < 8; death++) {
		now += WORKERS_PAUSE_MAX_MS;
		workers_exited(workers, spawn(0, 1), now);
	}
	ck_assert_int_eq(next().what, WORKERS_WAIT);
	workers_renew(workers);
	spawn(0, 2);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_graceful_stop_drains_and_finishes)
{
	begin_with_two();
	workers_stop(workers, true);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	expect_wait_until(now + DRAIN_MS + WORKERS_KILL_GRACE_MS);
	workers_exited(workers, 100, now);
	ck_assert_int_eq(next().what, WORKERS_WAIT);
	workers_exited(workers, 101, now);
	ck_assert_int_eq(next().what, WORKERS_FINISHED);
	workers_free(workers);
}
END_TEST

START_TEST(test_until_the_drain_begins_all_goes_on)
{
	begin_with_two();
	workers_stop_at(workers, now + 2000);
	expect_wait_until(now + 2000);
	ck_assert(!workers_may_renew(workers));
	/* A worker that dies meanwhile is replaced. */
	now += 1000;
	workers_exited(workers, 100, now);
	now += WORKERS_PAUSE_MIN_MS;
	spawn(0, 1);
	workers_set_ready(workers, 102, now);
	now += 899;
	ck_assert(workers_are_complete(workers));
	expect_wait_until(now + 1);
	now++;
	/* The listeners first, or a client could still get into a queue that nobody empties. */
	expect(WORKERS_CLOSE, 0);
	expect(WORKERS_DRAIN, 102);
	expect(WORKERS_DRAIN, 101);
	expect_wait_until(now + DRAIN_MS + WORKERS_KILL_GRACE_MS);
	workers_exited(workers, 101, now);
	workers_exited(workers, 102, now);
	ck_assert_int_eq(next().what, WORKERS_FINISHED);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_stop_does_not_wait_for_the_drain_to_begin)
{
	begin_with_two();
	workers_stop_at(workers, now + 2000);
	workers_stop(workers, false);
	expect(WORKERS_KILL, 100);
	expect(WORKERS_KILL, 101);
	now += 2000;
	expect_wait();
	workers_free(workers);
}
END_TEST

START_TEST(test_who_drains_too_long_is_killed_once)
{
	begin_with_two();
	workers_stop(workers, true);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	workers_exited(workers, 101, now);
	now += DRAIN_MS + WORKERS_KILL_GRACE_MS - 1;
	expect_wait_until(now + 1);
	now++;
	expect(WORKERS_KILL, 100);
	expect_wait();
	workers_exited(workers, 100, now);
	ck_assert_int_eq(next().what, WORKERS_FINISHED);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_stop_at_once_kills_all_whatever_they_do)
{
	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	workers_stop(workers, true);
	expect(WORKERS_DRAIN, 100);
	workers_stop(workers, false);
	expect(WORKERS_KILL, 100);
	expect(WORKERS_KILL, 101);
	expect(WORKERS_KILL, 102);
	expect_wait();
	workers_exited(workers, 100, now);
	workers_exited(workers, 101, now);
	workers_exited(workers, 102, now);
	ck_assert_int_eq(next().what, WORKERS_FINISHED);
	/* A graceful stop does not take an order to leave at once back. */
	workers_stop(workers, true);
	ck_assert_int_eq(next().what, WORKERS_FINISHED);
	workers_free(workers);
}
END_TEST

START_TEST(test_a_stop_spawns_nobody)
{
	begin_with_two();
	workers_exited(workers, 100, now);
	workers_stop(workers, true);
	now += WORKERS_PAUSE_MAX_MS;
	expect(WORKERS_DRAIN, 101);
	workers_exited(workers, 101, now);
	ck_assert_int_eq(next().what, WORKERS_FINISHED);
	workers_free(workers);
}
END_TEST

START_TEST(test_strangers_are_ignored)
{
	begin_with_two();
	workers_exited(workers, 4711, now);
	workers_set_ready(workers, 4711, now);
	expect_wait();
	ck_assert(workers_are_complete(workers));
	workers_free(workers);
}
END_TEST

START_TEST(test_who_never_gets_ready_is_killed_and_replaced_after_a_pause)
{
	struct workers_order order;

	begin_story(1);
	for (unsigned pause = WORKERS_PAUSE_MIN_MS; pause < 1000; pause *= 2) {
		pid_t pid = spawn(0, 1);

		now += WORKERS_START_MAX_MS - 1;
		expect_wait_until(now + 1);
		now++;
		order = next();
		ck_assert_int_eq(order.what, WORKERS_KILL);
		ck_assert_int_eq(order.pid, pid);
		ck_assert(order.late);
		/* Once; and the slot waits for the end of the old one as well as for the pause. */
		expect_wait();
		workers_exited(workers, pid, now);
		ck_assert_uint_eq(workers_count(workers).pause_ms, pause);
		expect_wait_until(now + pause);
		now += pause;
	}
	workers_free(workers);
}
END_TEST

START_TEST(test_who_never_gets_ready_in_an_old_generation_delays_nobody)
{
	begin_story(1);
	spawn(0, 1);
	now += WORKERS_START_MAX_MS;
	workers_renew(workers);
	expect(WORKERS_KILL, 100);
	spawn(0, 2);
	workers_set_ready(workers, 101, now);
	workers_exited(workers, 100, now);
	expect_wait();
	workers_free(workers);
}
END_TEST

START_TEST(test_a_beat_is_a_sign_of_life_for_a_while)
{
	begin_with_two();
	/* To be ready is the first one. */
	ck_assert(workers_is_beating(workers, now + 50, 50));
	ck_assert(!workers_is_beating(workers, now + 51, 50));
	now += 40;
	workers_beat(workers, 100, now);
	ck_assert(!workers_is_beating(workers, now + 11, 50));
	workers_beat(workers, 101, now);
	ck_assert(workers_is_beating(workers, now + 50, 50));
	workers_free(workers);
}
END_TEST

START_TEST(test_one_stuck_worker_is_enough)
{
	begin_with_two();
	for (int i = 0; i < 10; i++) {
		now += 50;
		workers_beat(workers, 100, now);
		ck_assert(!workers_is_beating(workers, now, 49));
	}
	/* Not any more once it is dead: that is for the respawn to mend. */
	workers_exited(workers, 101, now);
	ck_assert(workers_is_beating(workers, now, 49));
	workers_free(workers);
}
END_TEST

START_TEST(test_without_a_ready_worker_nothing_beats)
{
	begin_story(1);
	ck_assert(!workers_is_beating(workers, now, 1000));
	spawn(0, 1);
	workers_beat(workers, 100, now);
	ck_assert(!workers_is_beating(workers, now, 1000));
	workers_set_ready(workers, 100, now);
	ck_assert(workers_is_beating(workers, now, 1000));
	workers_exited(workers, 100, now);
	ck_assert(!workers_is_beating(workers, now, 1000));
	workers_free(workers);
}
END_TEST

START_TEST(test_the_old_generation_beats_while_the_new_one_starts)
{
	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	spawn(1, 2);
	ck_assert(workers_is_beating(workers, now, 50));
	now += 51;
	ck_assert(!workers_is_beating(workers, now, 50));
	/* Those that drain have a deadline of their own. */
	workers_set_ready(workers, 102, now);
	workers_set_ready(workers, 103, now);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	ck_assert(workers_is_beating(workers, now, 50));
	workers_stop(workers, true);
	ck_assert(workers_is_beating(workers, now + 1000, 50));
	workers_free(workers);
}
END_TEST

START_TEST(test_the_numbers_of_a_status_line)
{
	struct workers_count n;

	begin_with_two();
	workers_renew(workers);
	spawn(0, 2);
	spawn(1, 2);
	workers_set_ready(workers, 103, now);
	n = workers_count(workers);
	ck_assert_uint_eq(n.slots, 2);
	ck_assert_uint_eq(n.generation, 2);
	ck_assert_uint_eq(n.ready, 1);
	ck_assert_uint_eq(n.serving, 3);
	ck_assert_uint_eq(n.alive, 4);
	workers_set_ready(workers, 102, now);
	expect(WORKERS_DRAIN, 100);
	expect(WORKERS_DRAIN, 101);
	workers_exited(workers, 101, now);
	n = workers_count(workers);
	ck_assert_uint_eq(n.ready, 2);
	ck_assert_uint_eq(n.serving, 2);
	ck_assert_uint_eq(n.alive, 3);
	workers_free(workers);
}
END_TEST

CHECK_MAIN("workers", test_every_slot_is_filled_once, test_pauses_double_up_to_the_longest,
    test_a_long_life_forgives, test_a_slot_pauses_alone, test_no_process_is_a_pause_too,
    test_a_crash_loop_is_no_fork_bomb, test_the_old_leave_when_all_the_new_are_ready,
    test_a_new_generation_that_dies_costs_the_old_nothing,
    test_the_old_are_not_replaced_while_the_new_start, test_a_renewal_overtakes_a_renewal,
    test_a_renewal_keeps_who_serves_best, test_renewals_all_the_time_are_bounded,
    test_when_a_renewal_may_be, test_whether_anybody_was_ever_ready, test_a_renewal_ends_a_pause,
    test_a_graceful_stop_drains_and_finishes, test_until_the_drain_begins_all_goes_on,
    test_a_stop_does_not_wait_for_the_drain_to_begin, test_who_drains_too_long_is_killed_once,
    test_a_stop_at_once_kills_all_whatever_they_do, test_a_stop_spawns_nobody,
    test_strangers_are_ignored, test_who_never_gets_ready_is_killed_and_replaced_after_a_pause,
    test_who_never_gets_ready_in_an_old_generation_delays_nobody,
    test_a_beat_is_a_sign_of_life_for_a_while, test_one_stuck_worker_is_enough,
    test_without_a_ready_worker_nothing_beats,
    test_the_old_generation_beats_while_the_new_one_starts, test_the_numbers_of_a_status_line)
