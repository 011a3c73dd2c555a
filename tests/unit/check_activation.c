/* SPDX-License-Identifier: MIT */
#include "server/listen/activation.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/listen/socket.h"
#include "support/check_main.h"

/*
 * Descriptors from 3 on are the test framework's, too. So each story is told
 * in a process of its own, which gives them up, and ends with the number of the
 * line that was wrong, or with 0.
 */
static int wrong_line;
static char wrong_words[OUTCOME_TEXT_MAX];

#define HOLDS(condition) \
	do { \
		if (!(condition)) { \
			wrong_line = __LINE__; \
			return; \
		} \
	} while (0)

static void set_variables(const char *fds, const char *names)
{
	char self[24];

	snprintf(self, sizeof self, "%ld", (long)getpid());
	setenv("LISTEN_PID", self, 1);
	setenv("LISTEN_FDS", fds, 1);
	if (names)
		setenv("LISTEN_FDNAMES", names, 1);
	else
		unsetenv("LISTEN_FDNAMES");
}

/* As systemd passes it: blocking, and open across exec. */
static void give(int fd)
{
	struct outcome oc = OUTCOME_NONE;
	struct addr any;
	int opened;

	if (addr_parse("127.0.0.1", "0", &any, &oc) != 0 || socket_listen(&any, 8, &opened,
	    &oc) != 0)
		abort();
	if (opened != fd && (dup2(opened, fd) != fd || close(opened) != 0))
		abort();
	fcntl(fd, F_SETFD, 0);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

static void tell(void (*story)(void))
{
	int ends[2], status, line = -1;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(ends[1], 100);
		for (int fd = 3; fd < 100; fd++)
			close(fd);
		story();
		if (write(100, &wrong_line, sizeof wrong_line) != sizeof wrong_line ||
		    write(100, wrong_words, sizeof wrong_words) != sizeof wrong_words)
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], &line, sizeof line);
	ck_assert_int_eq(n, sizeof line);
	n = read(ends[0], wrong_words, sizeof wrong_words);
	ck_assert_int_eq(n, sizeof wrong_words);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0 && line == 0, "line %d of this file, status %d: %s", line, status,
	    wrong_words);
	close(ends[0]);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static bool is_ours(int fd)
{
	return fcntl(fd, F_GETFD) == FD_CLOEXEC && (fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static bool opens(struct activation *a)
{
	struct outcome oc = OUTCOME_NONE;
	int ret = activation_open(a, &oc);

	snprintf(wrong_words, sizeof wrong_words, "%s", oc.detail);
	return ret == 0 && oc.code == OC_OK && !getenv("LISTEN_PID") && !getenv("LISTEN_FDS") &&
	    !getenv("LISTEN_FDNAMES");
}

static bool is_refused(const char *because)
{
	struct outcome oc = OUTCOME_NONE;
	struct activation a;
	int ret = activation_open(&a, &oc);

	snprintf(wrong_words, sizeof wrong_words, "%s", oc.detail);
	activation_close(&a);
	return ret == -1 && oc.code == OC_LISTEN && strstr(oc.detail, because);
}

/* Returns how many were taken, or -1, with the reason in wrong_words. */
static int take(struct activation *a, const char *name, int *fds)
{
	struct outcome oc = OUTCOME_NONE;
	size_t count = 99;
	int ret = activation_acquire(a, "--listen", name, fds, 4, &count, &oc);

	snprintf(wrong_words, sizeof wrong_words, "%s", oc.detail);
	if (ret != 0)
		return oc.code == OC_LISTEN && count == 99 ? -1 : -2;
	return (int)count;
}

static bool says(const char *words)
{
	return strstr(wrong_words, words) != NULL;
}

static void nothing_handed_over(void)
{
	struct activation a;
	int fds[4];

	HOLDS(opens(&a));
	HOLDS(a.count == 0 && !activation_discard(&a));
	HOLDS(take(&a, "", fds) == -1 && says("--listen systemd: no socket was inherited"));
	HOLDS(
	    take(&a, "web", fds) == -1 && says("--listen systemd:web: no socket was inherited"));
}

static void for_another_process(void)
{
	struct activation a;

	give(3);
	set_variables("1", NULL);
	setenv("LISTEN_PID", "1", 1);
	HOLDS(opens(&a));
	HOLDS(a.count == 0 && is_open(3));
}

static void all_of_them(void)
{
	struct activation a;
	int fds[4];

	give(3);
	give(4);
	set_variables("2", NULL);
	HOLDS(opens(&a));
	HOLDS(a.count == 2 && strcmp(a.item[1].name, "unknown") == 0);
	HOLDS(take(&a, "", fds) == 2 && fds[0] == 3 && fds[1] == 4);
	HOLDS(is_ours(3) && is_ours(4) && a.count == 0);
	HOLDS(take(&a, "", fds) == -1 && says("that is not used already"));
	activation_close(&a);
	HOLDS(is_open(3) && is_open(4));
}

static void by_name_and_the_rest(void)
{
	struct activation a;
	const char *name;
	int fds[4];

	for (int fd = 3; fd <= 6; fd++)
		give(fd);
	set_variables("4", "web:metrics::web");
	HOLDS(opens(&a));
	HOLDS(take(&a, "wep", fds) == -1 &&
	    says("--listen systemd:wep: there is no such socket, but \"web\", \"metrics\", "
		 "\"\", \"web\""));
	HOLDS(take(&a, "web", fds) == 2 && fds[0] == 3 && fds[1] == 6);
	HOLDS(take(&a, "metrics", fds) == 1 && fds[0] == 4);
	name = activation_discard(&a);
	HOLDS(name && strcmp(name, "") == 0 && !is_open(5));
	HOLDS(!activation_discard(&a));
	activation_close(&a);
	activation_close(&a);
	HOLDS(is_open(3) && is_open(4) && is_open(6));
}

static void more_than_there_is_room_for(void)
{
	struct activation a;
	int fds[4];

	for (int fd = 3; fd <= 7; fd++)
		give(fd);
	set_variables("5", NULL);
	HOLDS(opens(&a));
	HOLDS(take(&a, "", fds) == -1 && says("more than 4 sockets"));
	HOLDS(a.count == 5);
	activation_close(&a);
	HOLDS(!is_open(3) && !is_open(7));
}

static void what_is_no_listener(void)
{
	struct activation a;
	int fds[4];

	give(3);
	HOLDS(socket(AF_INET, SOCK_STREAM, 0) == 4);
	HOLDS(socket(AF_UNIX, SOCK_DGRAM, 0) == 5);
	HOLDS(open("/dev/null", O_RDONLY) == 6);
	set_variables("4", "a:connected:datagram:file");
	HOLDS(opens(&a));
	HOLDS(take(&a, "connected", fds) == -1 && says("descriptor 4 is not a listening stream"));
	HOLDS(take(&a, "datagram", fds) == -1 && says("descriptor 5 is not a listening stream"));
	HOLDS(take(&a, "file", fds) == -1 && says("\"file\": descriptor 6 is not a socket"));
	HOLDS(take(&a, "", fds) == -1 && says("connected"));
	HOLDS(take(&a, "a", fds) == 1);
}

static void variables_that_contradict(void)
{
	give(3);
	set_variables("2", NULL);
	HOLDS(is_refused("LISTEN_FDS is 2, but descriptor 4"));
	set_variables("x", NULL);
	HOLDS(is_refused("invalid LISTEN_FDS"));
	set_variables("65", NULL);
	HOLDS(is_refused("expected 0 to 64"));
	set_variables("1", "a:b");
	HOLDS(is_refused("a different number of names"));
	give(3);
	give(4);
	set_variables("2", "a");
	HOLDS(is_refused("a different number of names"));
}

#define STORY(name) \
	START_TEST(test_##name) \
	{ \
		tell(name); \
	} \
	END_TEST

STORY(nothing_handed_over)
STORY(for_another_process)
STORY(all_of_them)
STORY(by_name_and_the_rest)
STORY(more_than_there_is_room_for)
STORY(what_is_no_listener)
STORY(variables_that_contradict)

CHECK_MAIN("activation", test_nothing_handed_over, test_for_another_process, test_all_of_them,
    test_by_name_and_the_rest, test_more_than_there_is_room_for, test_what_is_no_listener,
    test_variables_that_contradict)
