/* SPDX-License-Identifier: MIT */
#include "server/process/notify.h"

#include <errno.h>

#include "support/check_main.h"
#include "support/notified.h"

static void reach_and_tell(const char *first)
{
	struct outcome oc = OUTCOME_NONE;
	struct notify n;

	notified_begin(first);
	ck_assert_int_eq(notify_open(&n, &oc), 0);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	ck_assert_int_eq(notify_send(&n, &oc, "READY=%d\nSTATUS=%s", 1, "fine"), 0);
	ck_assert_str_eq(notified_next(), "READY=1\nSTATUS=fine");
	ck_assert_no_failure(&oc);
	notify_close(&n);
	notify_close(&n);
	ck_assert_int_eq(notify_send(&n, &oc, "READY=1"), 0);
	ck_assert_str_eq(notified_next(), "");
}

START_TEST(test_by_a_path)
{
	reach_and_tell("/tmp/");
	notified_end();
}
END_TEST

START_TEST(test_by_an_abstract_name)
{
	reach_and_tell("@");
}
END_TEST

START_TEST(test_nobody_wants_to_know)
{
	struct outcome oc = OUTCOME_NONE;
	struct notify n;

	unsetenv("NOTIFY_SOCKET");
	ck_assert_int_eq(notify_open(&n, &oc), 0);
	ck_assert_int_eq(notify_send(&n, &oc, "READY=1"), 0);
	setenv("NOTIFY_SOCKET", "", 1);
	ck_assert_int_eq(notify_open(&n, &oc), 0);
	ck_assert_int_eq(n.fd, -1);
	ck_assert_no_failure(&oc);
}
END_TEST

START_TEST(test_a_socket_that_is_none_is_named)
{
	static const char *const names[] = { "notify", "vsock:2:1234", "/", "@" };
	char longer[200];

	memset(longer, 'x', sizeof longer - 1);
	longer[0] = '/';
	longer[sizeof longer - 1] = '\0';
	for (size_t i = 0; i <= sizeof names / sizeof names[0]; i++) {
		const char *value = i < sizeof names / sizeof names[0] ? names[i] : longer;
		struct outcome oc = OUTCOME_NONE;
		struct notify n;

		setenv("NOTIFY_SOCKET", value, 1);
		ck_assert_int_eq(notify_open(&n, &oc), -1);
		ck_assert_outcome(&oc, OC_INTERNAL, value);
		ck_assert_int_eq(n.fd, -1);
	}
}
END_TEST

START_TEST(test_a_manager_that_is_gone)
{
	struct outcome oc = OUTCOME_NONE;
	struct notify n;

	notified_begin("@");
	ck_assert_int_eq(notify_open(&n, &oc), 0);
	notified_end();
	ck_assert_int_eq(notify_send(&n, &oc, "READY=1"), -1);
	ck_assert_outcome(&oc, OC_INTERNAL, "cannot notify");
	ck_assert_int_eq(oc.sys_errno, ECONNREFUSED);
	notify_close(&n);
}
END_TEST

CHECK_MAIN("notify", test_by_a_path, test_by_an_abstract_name, test_nobody_wants_to_know,
    test_a_socket_that_is_none_is_named, test_a_manager_that_is_gone)
