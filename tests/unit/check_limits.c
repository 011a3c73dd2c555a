/* SPDX-License-Identifier: MIT */
#include "server/conn/limits.h"

#include <sys/resource.h>

#include "support/check_main.h"

static struct limits settled(unsigned connections, unsigned workers, uint64_t descriptors)
{
	const struct limits_options o = { connections, 7, 3 };
	struct outcome oc = OUTCOME_NONE;
	struct limits l;

	ck_assert_msg(limits_settle(&o, workers, descriptors, &l, &oc) == 0, "%s", oc.detail);
	ck_assert_uint_eq(l.handshakes, 7);
	ck_assert_uint_eq(l.per_client, 3);
	return l;
}

START_TEST(test_each_worker_has_its_share)
{
	ck_assert_uint_eq(settled(100, 4, 4096).connections, 25);
	ck_assert_uint_eq(settled(101, 4, 4096).connections, 26);
	ck_assert_uint_eq(settled(1, 4, 4096).connections, 1);
	ck_assert_uint_eq(settled(0, 2, 1048576).connections, 5000);
}
END_TEST

START_TEST(test_a_default_is_cut_to_what_fits)
{
	ck_assert_uint_eq(settled(0, 1, 1024).connections, 1024 - LIMITS_OTHER_DESCRIPTORS);
	ck_assert_uint_eq(settled(0, 1, RLIM_INFINITY).connections, LIMITS_DEFAULT_CONNECTIONS);
}
END_TEST

START_TEST(test_what_was_asked_for_and_does_not_fit_is_refused)
{
	const unsigned room = 1024 - LIMITS_OTHER_DESCRIPTORS;
	struct limits_options o = { .connections = 2 * room };
	struct outcome oc = OUTCOME_NONE;
	struct limits l;

	ck_assert_int_eq(limits_settle(&o, 2, 1024, &l, &oc), 0);
	ck_assert_uint_eq(l.connections, room);
	o.connections = 2 * room + 1;
	ck_assert_int_eq(limits_settle(&o, 2, 1024, &l, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "1953 connections divided among 2 workers are 977 each");
	ck_assert_has(oc.detail,
	    "a worker needs 1025, but the hard limit RLIMIT_NOFILE is 1024");
	ck_assert_has(oc.advice, "--max-connections 1952");
}
END_TEST

START_TEST(test_no_room_at_all_is_refused_too)
{
	const struct limits_options o = { .connections = 0 };
	struct outcome oc = OUTCOME_NONE;
	struct limits l;

	ck_assert_int_eq(limits_settle(&o, 1, LIMITS_OTHER_DESCRIPTORS, &l, &oc), -1);
	ck_assert_outcome(&oc, OC_USAGE, "RLIMIT_NOFILE is 48");
	/* No option would help. */
	ck_assert_has(oc.advice, "raise the hard limit");
	ck_assert(!strstr(oc.advice, "--max-connections"));
}
END_TEST

START_TEST(test_the_soft_limit_is_raised_to_what_is_needed)
{
	const struct limits_options o = { .connections = 200 };
	struct rlimit limit = { 64, 512 };
	struct outcome oc = OUTCOME_NONE;
	struct limits l;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(limits_apply(&o, 1, &l, &oc), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 200 + LIMITS_OTHER_DESCRIPTORS);
	ck_assert_uint_eq(limit.rlim_max, 512);
	/* Never lowered: whoever started us may have had a reason. */
	limit.rlim_cur = 500;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(limits_apply(&o, 1, &l, &oc), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 500);
}
END_TEST

/* The master has a socket for each worker of two generations, however few connections there are. */
START_TEST(test_the_soft_limit_has_room_for_the_workers)
{
	const struct limits_options o = { .connections = 1 };
	struct rlimit limit = { 64, 512 };
	struct outcome oc = OUTCOME_NONE;
	struct limits l;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(limits_apply(&o, 100, &l, &oc), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 2 * 100 + LIMITS_OTHER_DESCRIPTORS);
	ck_assert_int_eq(limits_apply(&o, 300, &l, &oc), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 512);
}
END_TEST

CHECK_MAIN("limits", test_each_worker_has_its_share, test_a_default_is_cut_to_what_fits,
    test_what_was_asked_for_and_does_not_fit_is_refused, test_no_room_at_all_is_refused_too,
    test_the_soft_limit_is_raised_to_what_is_needed, test_the_soft_limit_has_room_for_the_workers)
