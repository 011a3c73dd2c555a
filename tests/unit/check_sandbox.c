/* SPDX-License-Identifier: MIT */
#include "server/confine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/confine/privdrop.h"
#include "support/check_main.h"

/* Each test is a process of its own, so it may give up what it has. */

static struct privdrop somebody(void)
{
	struct outcome oc = OUTCOME_NONE;
	struct privdrop who;

	ck_assert_msg(privdrop_resolve(geteuid() == 0 ? "nobody" : NULL, NULL, &who, &oc) == 0,
	    "%s", oc.detail);
	return who;
}

static void drop(void)
{
	const struct privdrop who = somebody();
	struct outcome oc = OUTCOME_NONE;

	ck_assert_msg(privdrop_apply(&who, &oc) == 0, "%s", oc.detail);
}

static void enter(enum sandbox_mode mode)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_msg(sandbox_enter(mode, SANDBOX_STREAMS, &oc) == 0, "%s", oc.detail);
}

static const char *probed(enum sandbox_mode mode)
{
	static char text[SANDBOX_TEXT_MAX];
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(sandbox_probe(mode, text, &oc), 0);
	return text;
}

static bool has(const char *mechanism)
{
	return strstr(probed(SANDBOX_AUTO), mechanism) != NULL;
}

START_TEST(test_dropped_for_good)
{
	const struct privdrop who = somebody();
	const gid_t more = 54321;

	if (who.change)
		ck_assert_int_eq(setgroups(1, &more), 0);
	drop();
	ck_assert_uint_eq(getuid(), who.uid);
	ck_assert_uint_eq(geteuid(), who.uid);
	ck_assert_uint_eq(getegid(), who.gid);
	ck_assert_int_eq(setuid(0), -1);
	ck_assert_int_eq(setgid(0), -1);
	ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	if (who.change)
		ck_assert_int_eq(getgroups(0, NULL), 0);
}
END_TEST

START_TEST(test_dropping_twice_is_fine)
{
	drop();
	drop();
}
END_TEST

/* Whoever is not what it should be must not serve: here, somebody who was never root. */
START_TEST(test_a_half_done_drop_is_found)
{
	struct privdrop other = somebody();
	struct outcome oc = OUTCOME_NONE;

	drop();
	other.change = false;
	other.uid++;
	ck_assert_int_eq(privdrop_apply(&other, &oc), -1);
	ck_assert_outcome(&oc, OC_PRIVILEGES, "still user");
}
END_TEST

START_TEST(test_off_is_off)
{
	ck_assert_str_eq(probed(SANDBOX_OFF), "none");
	drop();
	enter(SANDBOX_OFF);
	ck_assert_int_ge(open("/dev/null", O_RDONLY), 0);
}
END_TEST

START_TEST(test_landlock_takes_all_files)
{
#ifdef HELLO_LANDLOCK
	struct outcome oc = OUTCOME_NONE;

	if (!has("landlock"))
		return;
	drop();
	ck_assert_int_ge(open("/dev/null", O_RDONLY), 0);
	ck_assert_msg(sandbox_landlock_enter(SANDBOX_STREAMS, &oc) == 0, "%s", oc.detail);
	ck_assert_int_eq(open("/dev/null", O_RDONLY), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(open("/", O_RDONLY | O_DIRECTORY), -1);
#endif
}
END_TEST

/*
 * In a process of its own: at the end of a test Check makes a timer, and where it cannot it takes
 * the time of another clock, which makes a duration that it may refuse.
 */
START_TEST(test_seccomp_takes_what_is_not_on_the_list)
{
	int ends[2], status;
	char byte;
	pid_t pid;

	if (!has("seccomp"))
		return;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (pid > 0) {
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), 0);
		return;
	}
	ck_assert_int_eq(pid, 0);
	drop();
	enter(SANDBOX_AUTO);
	ck_assert_int_eq(open("/dev/null", O_RDONLY), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(socket(AF_INET, SOCK_STREAM, 0), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(send(ends[0], "x", 1, 0), 1);
	ck_assert_int_eq(recv(ends[1], &byte, 1, 0), 1);
	_exit(0);
}
END_TEST

START_TEST(test_exec_ends_it)
{
	int status;
	pid_t pid;

	if (!has("seccomp"))
		return;
	pid = fork();
	if (pid == 0) {
		drop();
		enter(SANDBOX_AUTO);
		execl("/bin/true", "true", (char *)NULL);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSYS);
}
END_TEST

/* How musl's abort() ends a thread. */
static void abort_by_tkill(void)
{
	if (syscall(SYS_tkill, getppid(), 0) == -1 && errno == EPERM)
		syscall(SYS_tkill, getpid(), SIGABRT);
}

/* Otherwise the log would name another signal than the one that ended the worker. */
START_TEST(test_abort_ends_with_its_own_signal)
{
	void (*const ways[])(void) = { abort, abort_by_tkill };
	int status;
	pid_t pid;

	for (size_t i = 0; i < sizeof ways / sizeof ways[0] && has("seccomp"); i++) {
		pid = fork();
		if (pid == 0) {
			drop();
			enter(SANDBOX_AUTO);
			ways[i]();
			_exit(0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	}
}
END_TEST

START_TEST(test_required_and_missing)
{
	char text[SANDBOX_TEXT_MAX];
	struct outcome oc = OUTCOME_NONE;
	int ret = sandbox_probe(SANDBOX_REQUIRE, text, &oc);

	if (has("landlock") && has("seccomp")) {
		ck_assert_int_eq(ret, 0);
	} else {
		ck_assert_int_eq(ret, -1);
		ck_assert_outcome(&oc, OC_PRIVILEGES, "is missing in this");
	}
}
END_TEST

CHECK_MAIN("sandbox", test_dropped_for_good, test_dropping_twice_is_fine,
    test_a_half_done_drop_is_found, test_off_is_off, test_landlock_takes_all_files,
    test_seccomp_takes_what_is_not_on_the_list, test_exec_ends_it,
    test_abort_ends_with_its_own_signal, test_required_and_missing)
