/* SPDX-License-Identifier: MIT */
#include "server/process/workers.h"

#include <stdlib.h>

#include "support/check_main.h"

enum { DRAIN_MS = 5000 };

/* A crew, its clock, and the next pid that its spawns get. */
static struct crew *crew;
static uint64_t now;
static pid_t next_pid;

static void begin_story(unsigned slots)
{
	now = 1000000;
	next_pid = 100;
	crew = crew_new(slots, DRAIN_MS);
	ck_assert_ptr_nonnull(crew);
}

static struct crew_order next(void)
{
	return crew_next(crew, now);
}

/* Expect an order to fill this slot, and carry it out. */
static pid_t spawn(unsigned slot, unsigned generation)
{
	struct crew_order order = next();

	ck_assert_int_eq(order.what, CREW_SPAWN);
	ck_assert_uint_eq(order.slot, slot);
	ck_assert_uint_eq(order.generation, generation);
	crew_spawned(crew, order.slot, next_pid, now);
	return next_pid++;
}

static void expect(enum crew_action what, pid_t pid)
{
	struct crew_order order = next();

	ck_assert_int_eq(order.what, what);
	ck_assert_int_eq(order.pid, pid);
}

static void expect_wait_until(uint64_t ms)
{
	struct crew_order order = next();

	ck_assert_int_eq(order.what, CREW_WAIT);
	ck_assert_uint_eq(order.until_ms, ms);
}

static void expect_wait(void)
{
	expect_wait_until(UINT64_MAX);
}

/* Whoever was spawned just now has a while to get ready. */
static void expect_wait_for_start(void)
{
	expect_wait_until(now + CREW_START_MAX_MS);
}

/* Two ready workers, pids 100 and 101. */
static void begin_with_two(void)
{
	begin_story(2);
	spawn(0, 1);
	spawn(1, 1);
	crew_ready(crew, 100, now);
	crew_ready(crew, 101, now);
	expect_wait();
}

START_TEST(test_every_slot_is_filled_once)
{
	begin_story(3);
	spawn(0, 1);
	spawn(1, 1);
	spawn(2, 1);
	expect_wait_for_start();
	ck_assert(!crew_is_complete(crew));
	crew_ready(crew, 100, now);
	crew_ready(crew, 101, now);
	ck_assert(!crew_is_complete(crew));
	crew_ready(crew, 102, now);
	ck_assert(crew_is_complete(crew));
	expect_wait();
	crew_free(crew);
}
END_TEST

START_TEST(test_pauses_double_up_to_the_longest)
{
	unsigned pause = CREW_PAUSE_MIN_MS;

	begin_story(1);
	for (int death = 0; death < 12; death++) {
		pid_t pid = spawn(0, 1);

		now += CREW_LIVED_LONG_MS - 1;
		crew_exited(crew, pid, now);
		ck_assert_uint_eq(crew_count(crew).pause_ms, pause);
		expect_wait_until(now + pause);
		now += pause - 1;
		expect_wait_until(now + 1);
		now++;
		pause = pause * 2 > CREW_PAUSE_MAX_MS ? CREW_PAUSE_MAX_MS : pause * 2;
	}
	ck_assert_uint_eq(pause, CREW_PAUSE_MAX_MS);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_long_life_forgives)
{
	pid_t pid;

	begin_story(1);
	for (int death = 0; death < 5; death++) {
		pid = spawn(0, 1);
		crew_exited(crew, pid, now);
		now += CREW_PAUSE_MAX_MS;
	}
	pid = spawn(0, 1);
	now += CREW_LIVED_LONG_MS;
	crew_exited(crew, pid, now);
	expect_wait_until(now + CREW_PAUSE_MIN_MS);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_slot_pauses_alone)
{
	begin_with_two();
	crew_exited(crew, 100, now);
	expect_wait_until(now + CREW_PAUSE_MIN_MS);
	crew_exited(crew, 101, now + 50);
	now += CREW_PAUSE_MIN_MS;
	spawn(0, 1);
	expect_wait_until(now + 50);
	crew_free(crew);
}
END_TEST

START_TEST(test_no_process_is_a_pause_too)
{
	begin_story(1);
	ck_assert_int_eq(next().what, CREW_SPAWN);
	crew_spawned(crew, 0, 0, now);
	expect_wait_until(now + CREW_PAUSE_MIN_MS);
	now += CREW_PAUSE_MIN_MS;
	ck_assert_int_eq(next().what, CREW_SPAWN);
	crew_spawned(crew, 0, 0, now);
	expect_wait_until(now + 2 * CREW_PAUSE_MIN_MS);
	crew_free(crew);
}
END_TEST

/* 100 + 200 + ... + 25600 ms are 51 s for ten spawns, then one each 30 s. */
START_TEST(test_a_crash_loop_is_no_fork_bomb)
{
	const uint64_t end = 1000000 + 600000;
	unsigned spawns = 0;

	begin_story(1);
	while (now < end) {
		struct crew_order order = next();

		if (order.what == CREW_WAIT) {
			now = order.until_ms;
			continue;
		}
		ck_assert_int_eq(order.what, CREW_SPAWN);
		crew_spawned(crew, 0, next_pid, now);
		crew_exited(crew, next_pid++, now);
		ck_assert_uint_le(++spawns, 28);
	}
	ck_assert_uint_ge(spawns, 20);
	crew_free(crew);
}
END_TEST

START_TEST(test_the_old_leave_when_all_the_new_are_ready)
{
	begin_with_two();
	ck_assert_uint_eq(crew_renew(crew), 2);
	ck_assert(!crew_is_complete(crew));
	spawn(0, 2);
	spawn(1, 2);
	crew_ready(crew, 102, now);
	expect_wait_for_start();
	crew_ready(crew, 103, now);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	expect_wait_until(now + DRAIN_MS + CREW_KILL_GRACE_MS);
	crew_exited(crew, 100, now);
	crew_exited(crew, 101, now);
	expect_wait();
	ck_assert(crew_is_complete(crew));
	crew_free(crew);
}
END_TEST

START_TEST(test_a_new_generation_that_dies_costs_the_old_nothing)
{
	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	spawn(1, 2);
	crew_ready(crew, 103, now);
	crew_exited(crew, 102, now);
	expect_wait_until(now + CREW_PAUSE_MIN_MS);
	now += CREW_PAUSE_MIN_MS;
	spawn(0, 2);
	expect_wait_for_start();
	crew_ready(crew, 104, now);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	crew_free(crew);
}
END_TEST

START_TEST(test_the_old_are_not_replaced_while_the_new_start)
{
	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	spawn(1, 2);
	crew_exited(crew, 100, now);
	expect_wait_for_start();
	crew_free(crew);
}
END_TEST

START_TEST(test_a_renewal_overtakes_a_renewal)
{
	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	crew_ready(crew, 102, now);
	ck_assert_uint_eq(crew_renew(crew), 3);
	/* The first one serves better than the second, which is never going to be complete. */
	expect(CREW_DRAIN, 102);
	spawn(0, 3);
	spawn(1, 3);
	crew_exited(crew, 102, now);
	expect_wait_for_start();
	crew_ready(crew, 103, now);
	crew_ready(crew, 104, now);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_renewal_keeps_who_serves_best)
{
	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	spawn(1, 2);
	crew_ready(crew, 102, now);
	crew_exited(crew, 103, now);
	crew_exited(crew, 100, now);
	crew_exited(crew, 101, now);
	/* Of the first one nobody is left: the half of the second one has to do. */
	crew_renew(crew);
	spawn(0, 3);
	spawn(1, 3);
	expect_wait_for_start();
	crew_ready(crew, 104, now);
	crew_ready(crew, 105, now);
	expect(CREW_DRAIN, 102);
	crew_free(crew);
}
END_TEST

/* Ask for a new generation all the time, and let everything that can happen happen. */
START_TEST(test_renewals_all_the_time_are_bounded)
{
	enum { SLOTS = 4, EVENTS = 200000 };
	pid_t alive[3 * SLOTS + 1];
	unsigned count = 0, renewals = 0;

	begin_story(SLOTS);
	ck_assert(!crew_may_renew(crew));
	srand(1);
	for (int i = 0; i < EVENTS; i++) {
		struct crew_order order = next();
		unsigned each = count ? (unsigned)rand() % count : 0;

		if (order.what == CREW_SPAWN) {
			ck_assert_uint_lt(count, 3 * SLOTS);
			alive[count++] = next_pid;
			crew_spawned(crew, order.slot, next_pid++, now);
		} else if (count > 0 && rand() % 4) {
			crew_ready(crew, alive[each], now);
		} else if (count > 0 && (order.what == CREW_DRAIN || rand() % 4 == 0)) {
			crew_exited(crew, alive[each], now);
			alive[each] = alive[--count];
		} else {
			now += 10;
		}
		if (crew_may_renew(crew) && ++renewals)
			crew_renew(crew);
	}
	/* And none of it comes to a halt. */
	ck_assert_uint_gt(renewals, EVENTS / 1000);
	crew_free(crew);
}
END_TEST

START_TEST(test_when_a_renewal_may_be)
{
	begin_story(2);
	spawn(0, 1);
	spawn(1, 1);
	crew_ready(crew, 100, now);
	/* The first generation starts. */
	ck_assert(!crew_may_renew(crew));
	crew_ready(crew, 101, now);
	ck_assert(crew_may_renew(crew));
	crew_renew(crew);
	ck_assert(!crew_may_renew(crew));
	spawn(0, 2);
	spawn(1, 2);
	crew_ready(crew, 102, now);
	ck_assert(!crew_may_renew(crew));
	/* One that dies may be mended by the next. */
	crew_exited(crew, 103, now);
	ck_assert(crew_may_renew(crew));
	now += CREW_PAUSE_MIN_MS;
	spawn(1, 2);
	crew_ready(crew, 104, now);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	/* The old ones drain: another generation may come, but no fourth. */
	ck_assert(crew_may_renew(crew));
	crew_renew(crew);
	spawn(0, 3);
	spawn(1, 3);
	crew_ready(crew, 105, now);
	crew_ready(crew, 106, now);
	ck_assert(!crew_may_renew(crew));
	crew_exited(crew, 100, now);
	crew_exited(crew, 101, now);
	ck_assert(crew_may_renew(crew));
	crew_stop(crew, true);
	ck_assert(!crew_may_renew(crew));
	crew_free(crew);
}
END_TEST

START_TEST(test_whether_anybody_was_ever_ready)
{
	begin_story(2);
	spawn(0, 1);
	ck_assert(!crew_count(crew).served);
	crew_ready(crew, 100, now);
	crew_exited(crew, 100, now);
	ck_assert(crew_count(crew).served);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_renewal_ends_a_pause)
{
	begin_story(1);
	for (int death = 0; death < 8; death++) {
		now += CREW_PAUSE_MAX_MS;
		crew_exited(crew, spawn(0, 1), now);
	}
	ck_assert_int_eq(next().what, CREW_WAIT);
	crew_renew(crew);
	spawn(0, 2);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_graceful_stop_drains_and_finishes)
{
	begin_with_two();
	crew_stop(crew, true);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	expect_wait_until(now + DRAIN_MS + CREW_KILL_GRACE_MS);
	crew_exited(crew, 100, now);
	ck_assert_int_eq(next().what, CREW_WAIT);
	crew_exited(crew, 101, now);
	ck_assert_int_eq(next().what, CREW_FINISHED);
	crew_free(crew);
}
END_TEST

START_TEST(test_who_drains_too_long_is_killed_once)
{
	begin_with_two();
	crew_stop(crew, true);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	crew_exited(crew, 101, now);
	now += DRAIN_MS + CREW_KILL_GRACE_MS - 1;
	expect_wait_until(now + 1);
	now++;
	expect(CREW_KILL, 100);
	expect_wait();
	crew_exited(crew, 100, now);
	ck_assert_int_eq(next().what, CREW_FINISHED);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_stop_at_once_kills_all_whatever_they_do)
{
	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	crew_stop(crew, true);
	expect(CREW_DRAIN, 100);
	crew_stop(crew, false);
	expect(CREW_KILL, 100);
	expect(CREW_KILL, 101);
	expect(CREW_KILL, 102);
	expect_wait();
	crew_exited(crew, 100, now);
	crew_exited(crew, 101, now);
	crew_exited(crew, 102, now);
	ck_assert_int_eq(next().what, CREW_FINISHED);
	/* A graceful stop does not take an order to leave at once back. */
	crew_stop(crew, true);
	ck_assert_int_eq(next().what, CREW_FINISHED);
	crew_free(crew);
}
END_TEST

START_TEST(test_a_stop_spawns_nobody)
{
	begin_with_two();
	crew_exited(crew, 100, now);
	crew_stop(crew, true);
	now += CREW_PAUSE_MAX_MS;
	expect(CREW_DRAIN, 101);
	crew_exited(crew, 101, now);
	ck_assert_int_eq(next().what, CREW_FINISHED);
	crew_free(crew);
}
END_TEST

START_TEST(test_strangers_are_ignored)
{
	begin_with_two();
	crew_exited(crew, 4711, now);
	crew_ready(crew, 4711, now);
	expect_wait();
	ck_assert(crew_is_complete(crew));
	crew_free(crew);
}
END_TEST

START_TEST(test_who_never_gets_ready_is_killed_and_replaced_after_a_pause)
{
	struct crew_order order;

	begin_story(1);
	for (unsigned pause = CREW_PAUSE_MIN_MS; pause < 1000; pause *= 2) {
		pid_t pid = spawn(0, 1);

		now += CREW_START_MAX_MS - 1;
		expect_wait_until(now + 1);
		now++;
		order = next();
		ck_assert_int_eq(order.what, CREW_KILL);
		ck_assert_int_eq(order.pid, pid);
		ck_assert(order.late);
		/* Once; and the slot waits for the end of the old one as well as for the pause. */
		expect_wait();
		crew_exited(crew, pid, now);
		ck_assert_uint_eq(crew_count(crew).pause_ms, pause);
		expect_wait_until(now + pause);
		now += pause;
	}
	crew_free(crew);
}
END_TEST

START_TEST(test_who_never_gets_ready_in_an_old_generation_delays_nobody)
{
	begin_story(1);
	spawn(0, 1);
	now += CREW_START_MAX_MS;
	crew_renew(crew);
	expect(CREW_KILL, 100);
	spawn(0, 2);
	crew_ready(crew, 101, now);
	crew_exited(crew, 100, now);
	expect_wait();
	crew_free(crew);
}
END_TEST

START_TEST(test_a_beat_is_a_sign_of_life_for_a_while)
{
	begin_with_two();
	/* To be ready is the first one. */
	ck_assert(crew_is_beating(crew, now + 50, 50));
	ck_assert(!crew_is_beating(crew, now + 51, 50));
	now += 40;
	crew_beat(crew, 100, now);
	ck_assert(!crew_is_beating(crew, now + 11, 50));
	crew_beat(crew, 101, now);
	ck_assert(crew_is_beating(crew, now + 50, 50));
	crew_free(crew);
}
END_TEST

START_TEST(test_one_stuck_worker_is_enough)
{
	begin_with_two();
	for (int i = 0; i < 10; i++) {
		now += 50;
		crew_beat(crew, 100, now);
		ck_assert(!crew_is_beating(crew, now, 49));
	}
	/* Not any more once it is dead: that is for the respawn to mend. */
	crew_exited(crew, 101, now);
	ck_assert(crew_is_beating(crew, now, 49));
	crew_free(crew);
}
END_TEST

START_TEST(test_without_a_ready_worker_nothing_beats)
{
	begin_story(1);
	ck_assert(!crew_is_beating(crew, now, 1000));
	spawn(0, 1);
	crew_beat(crew, 100, now);
	ck_assert(!crew_is_beating(crew, now, 1000));
	crew_ready(crew, 100, now);
	ck_assert(crew_is_beating(crew, now, 1000));
	crew_exited(crew, 100, now);
	ck_assert(!crew_is_beating(crew, now, 1000));
	crew_free(crew);
}
END_TEST

START_TEST(test_the_old_generation_beats_while_the_new_one_starts)
{
	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	spawn(1, 2);
	ck_assert(crew_is_beating(crew, now, 50));
	now += 51;
	ck_assert(!crew_is_beating(crew, now, 50));
	/* Those that drain have a deadline of their own. */
	crew_ready(crew, 102, now);
	crew_ready(crew, 103, now);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	ck_assert(crew_is_beating(crew, now, 50));
	crew_stop(crew, true);
	ck_assert(crew_is_beating(crew, now + 1000, 50));
	crew_free(crew);
}
END_TEST

START_TEST(test_the_numbers_of_a_status_line)
{
	struct crew_count n;

	begin_with_two();
	crew_renew(crew);
	spawn(0, 2);
	spawn(1, 2);
	crew_ready(crew, 103, now);
	n = crew_count(crew);
	ck_assert_uint_eq(n.slots, 2);
	ck_assert_uint_eq(n.generation, 2);
	ck_assert_uint_eq(n.ready, 1);
	ck_assert_uint_eq(n.serving, 3);
	ck_assert_uint_eq(n.alive, 4);
	crew_ready(crew, 102, now);
	expect(CREW_DRAIN, 100);
	expect(CREW_DRAIN, 101);
	crew_exited(crew, 101, now);
	n = crew_count(crew);
	ck_assert_uint_eq(n.ready, 2);
	ck_assert_uint_eq(n.serving, 2);
	ck_assert_uint_eq(n.alive, 3);
	crew_free(crew);
}
END_TEST

CHECK_MAIN("crew", test_every_slot_is_filled_once, test_pauses_double_up_to_the_longest,
    test_a_long_life_forgives, test_a_slot_pauses_alone, test_no_process_is_a_pause_too,
    test_a_crash_loop_is_no_fork_bomb, test_the_old_leave_when_all_the_new_are_ready,
    test_a_new_generation_that_dies_costs_the_old_nothing,
    test_the_old_are_not_replaced_while_the_new_start, test_a_renewal_overtakes_a_renewal,
    test_a_renewal_keeps_who_serves_best, test_renewals_all_the_time_are_bounded,
    test_when_a_renewal_may_be, test_whether_anybody_was_ever_ready, test_a_renewal_ends_a_pause,
    test_a_graceful_stop_drains_and_finishes, test_who_drains_too_long_is_killed_once,
    test_a_stop_at_once_kills_all_whatever_they_do, test_a_stop_spawns_nobody,
    test_strangers_are_ignored, test_who_never_gets_ready_is_killed_and_replaced_after_a_pause,
    test_who_never_gets_ready_in_an_old_generation_delays_nobody,
    test_a_beat_is_a_sign_of_life_for_a_while, test_one_stuck_worker_is_enough,
    test_without_a_ready_worker_nothing_beats,
    test_the_old_generation_beats_while_the_new_one_starts, test_the_numbers_of_a_status_line)
