/* SPDX-License-Identifier: MIT */
#include "server/listen/unix_socket.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/listen/socket.h"
#include "support/check_main.h"

static char folder[] = "/tmp/hello-tls-unixsock-XXXXXX", path[64];

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
}

static void end(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

static struct unix_socket listening(void)
{
	struct outcome oc = OUTCOME_NONE;
	struct unix_socket u;

	ck_assert_msg(unix_socket_listen(path, 8, &u, &oc) == 0, "%s", oc.detail);
	ck_assert_no_failure(&oc);
	return u;
}

static void refused(const char *because)
{
	struct outcome oc = OUTCOME_NONE;
	struct unix_socket u = { .fd = -2 };

	ck_assert_int_eq(unix_socket_listen(path, 8, &u, &oc), -1);
	ck_assert_outcome(&oc, OC_LISTEN, because);
	ck_assert_int_eq(u.fd, -2);
}

static int connect_here(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static bool exists(void)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void drop(struct unix_socket *u)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(unix_socket_remove(u, &oc), 0);
	ck_assert_no_failure(&oc);
	close(u->fd);
}

START_TEST(test_it_listens_and_is_removed)
{
	struct unix_socket u = listening();
	int connected = connect_here(), accepted = -1;
	char text[ADDR_TEXT_MAX];
	struct addr peer;

	ck_assert_int_eq(socket_accept(u.fd, &accepted, &peer), IO_DONE);
	ck_assert_str_eq(addr_format(&peer, text), "unix");
	ck_assert_int_eq(socket_accept(u.fd, &accepted, &peer), IO_WANT_READ);
	close(connected);
	close(accepted);
	drop(&u);
	ck_assert(!exists());
}
END_TEST

START_TEST(test_a_peer_with_a_long_name)
{
	struct sockaddr_un own = { .sun_family = AF_UNIX }, to = own;
	struct unix_socket u = listening();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), accepted = -1;
	char text[ADDR_TEXT_MAX];
	struct addr peer;

	snprintf(own.sun_path, sizeof own.sun_path, "%s-of-a-peer-that-has-bound-itself", path);
	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(socket_accept(u.fd, &accepted, &peer), IO_DONE);
	ck_assert_str_eq(addr_format(&peer, text), "unix");
	ck_assert_uint_le(peer.len, sizeof peer.ss);
	unlink(own.sun_path);
	drop(&u);
}
END_TEST

START_TEST(test_a_stale_one_is_replaced)
{
	struct unix_socket stale = listening(), u;

	close(stale.fd);
	u = listening();
	close(connect_here());
	/* Whoever was there before must not take what is somebody else's now. */
	ck_assert_int_eq(unix_socket_remove(&stale, &(struct outcome){ .code = OC_OK }), 0);
	drop(&u);
	ck_assert(!exists());
}
END_TEST

START_TEST(test_one_in_use_is_left_alone)
{
	struct unix_socket u = listening();
	int fds[16], n = 0;

	refused("it is in use");
	/* Nor when it is too busy to answer. */
	while (n < 16) {
		struct sockaddr_un to = { .sun_family = AF_UNIX };
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

		snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
		fds[n++] = fd;
		if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
			break;
	}
	ck_assert_int_lt(n, 16);
	refused("it is in use");
	while (n > 0)
		close(fds[--n]);
	drop(&u);
}
END_TEST

START_TEST(test_what_is_no_socket_is_left_alone)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
	refused("it exists and is not a socket");
	ck_assert(exists());
	unlink(path);
	/* Nor is a link followed. */
	ck_assert_int_eq(symlink("/nowhere/at/all", path), 0);
	refused("it exists and is not a socket");
	ck_assert(exists());
	unlink(path);
}
END_TEST

START_TEST(test_a_removed_path_is_nobodys)
{
	struct unix_socket u = listening(), next;

	unlink(path);
	next = listening();
	drop(&u);
	ck_assert(exists());
	drop(&next);
	drop(&next);
}
END_TEST

START_TEST(test_no_folder)
{
	struct outcome oc = OUTCOME_NONE;
	char shown[96];

	snprintf(path, sizeof path, "%s/none/socket", folder);
	refused("its folder: No such file");
	snprintf(shown, sizeof shown, "ls -ld %s/none: ", folder);
	ck_assert_int_eq(unix_socket_check(path, &oc), -1);
	ck_assert_has(oc.advice, shown);
}
END_TEST

START_TEST(test_a_folder_that_stays_locked)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	refused("cannot lock its folder");
	close(fd);
}
END_TEST

START_TEST(test_of_many_at_once_one_wins)
{
	enum { MANY = 16 };
	struct unix_socket stale = listening();
	int go[2], status;
	pid_t pids[MANY];
	char byte;

	close(stale.fd);
	ck_assert_int_eq(pipe(go), 0);
	for (int i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct outcome oc = OUTCOME_NONE;
			struct unix_socket u;

			/*
			 * All begin together, and the winner stays until all have tried, with
			 * room for everybody who asks whether it is answered.
			 */
			close(go[1]);
			if (read(go[0], &byte, 1) != 0)
				_exit(2);
			if (unix_socket_listen(path, 4 * MANY, &u, &oc) != 0)
				_exit(1);
			pause();
			_exit(2);
		}
	}
	close(go[0]);
	close(go[1]);
	for (int lost = 0; lost < MANY - 1; lost++) {
		pid_t pid = wait(&status);

		ck_assert_int_gt(pid, 0);
		ck_assert_int_eq(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 1);
		for (int i = 0; i < MANY; i++) {
			if (pids[i] == pid)
				pids[i] = 0;
		}
	}
	close(connect_here());
	for (int i = 0; i < MANY; i++) {
		if (pids[i])
			kill(pids[i], SIGKILL);
	}
}
END_TEST

CHECK_MAIN_IN("unix_socket", begin, end, test_it_listens_and_is_removed,
    test_a_peer_with_a_long_name,
    test_a_stale_one_is_replaced, test_one_in_use_is_left_alone,
    test_what_is_no_socket_is_left_alone, test_a_removed_path_is_nobodys, test_no_folder,
    test_a_folder_that_stays_locked, test_of_many_at_once_one_wins)
