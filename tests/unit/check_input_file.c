/* SPDX-License-Identifier: MIT */
#include "base/input_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/check_main.h"
#include "support/test_pki.h"

enum { MAX = 4 * INPUT_FILE_KIB, LONG_MS = 20000 };

static const struct input_file_want want = { "the file", MAX, false };

static void expect_refused(const char *path, const char *because)
{
	struct input_file f = { .len = 7 };
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(input_file_read(&f, path, &want, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, because);
	ck_assert_has(oc.detail, path);
	ck_assert_uint_eq(f.len, 7);
}

static void expect_advice(const char *path, const char *advice)
{
	struct outcome oc = OUTCOME_NONE;
	struct input_file f;

	ck_assert_int_eq(input_file_read(&f, path, &want, &oc), -1);
	ck_assert_has(oc.advice, advice);
}

static void expect_read(const char *path, const char *text, size_t len)
{
	struct outcome oc = OUTCOME_NONE;
	struct input_file f;

	ck_assert_int_eq(input_file_read(&f, path, &want, &oc), 0);
	ck_assert_uint_eq(f.len, len);
	ck_assert_int_eq(memcmp(f.bytes, text, len), 0);
	ck_assert_int_eq(f.bytes[len], 0);
	input_file_free(&f);
	input_file_free(&f);
}

START_TEST(test_a_regular_file_up_to_its_limit)
{
	static char text[MAX + 1];

	memset(text, 'x', sizeof text);
	testpki_write_text("a", text, MAX);
	expect_read("a", text, MAX);
	testpki_write_text("a", text, MAX + 1);
	expect_refused("a", "longer than 4 KiB");
	testpki_write_text("a", text, 0);
	expect_read("a", text, 0);
	expect_refused("missing", "No such file");
	expect_advice("missing", "");
	expect_advice("/dev/fd/99", "a regular file");
	/* It says that it has no bytes. */
	input_file_read_once(clock_ms() + LONG_MS);
	expect_refused("/proc/self/smaps", "longer than 4 KiB");
	expect_advice("/dev/fd/99", "99<FILE");
}
END_TEST

START_TEST(test_a_server_takes_regular_files_only)
{
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	expect_refused("fifo", "it is a pipe");
	expect_refused(".", "it is a folder");
	expect_refused("/dev/zero", "it is a device");
	expect_refused("/dev/null", "it is a device");
}
END_TEST

START_TEST(test_a_socket_is_no_file)
{
	struct sockaddr_un_fits {
		sa_family_t family;
		char path[8];
	} at = { AF_UNIX, "sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	expect_refused("sock", "it is a socket");
	input_file_read_once(clock_ms() + LONG_MS);
	expect_refused("sock", "it is a socket");
	close(fd);
}
END_TEST

START_TEST(test_nothing_has_no_end)
{
	input_file_read_once(clock_ms() + LONG_MS);
	expect_refused("/dev/zero", "longer than 4 KiB");
	expect_refused("/dev/full", "longer than 4 KiB");
	expect_refused(".", "it is a folder");
	expect_read("/dev/null", "", 0);
}
END_TEST

START_TEST(test_a_fifo_is_waited_for_until_the_deadline)
{
	int fd;

	ck_assert_int_eq(mkfifo("silent", 0600), 0);
	input_file_read_once(clock_ms() + 50);
	expect_refused("silent", "did not end in time: 0 bytes");
	/* Nor for the end, when somebody has begun to write. */
	fd = open("silent", O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "begun", 5), 5);
	input_file_read_once(clock_ms() + 50);
	expect_refused("silent", "did not end in time: 5 bytes");
	close(fd);
}
END_TEST

/* open(2) returns when the reader is there. */
static void *write_late(void *text)
{
	int fd = open("late", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) != 0)
		return text;
	return NULL;
}

START_TEST(test_a_writer_may_come_later)
{
	static char text[] = "better late";
	pthread_t writer;
	void *failed;

	ck_assert_int_eq(mkfifo("late", 0600), 0);
	input_file_read_once(clock_ms() + LONG_MS);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_late, text), 0);
	expect_read("late", text, sizeof text - 1);
	ck_assert_int_eq(pthread_join(writer, &failed), 0);
	ck_assert_ptr_null(failed);
}
END_TEST

START_TEST(test_a_pipe_without_a_name_ends_with_its_writer)
{
	char path[32];
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	ck_assert_int_eq(write(ends[1], "all", 3), 3);
	close(ends[1]);
	expect_refused(path, "it is a pipe");
	input_file_read_once(clock_ms() + LONG_MS);
	expect_read(path, "all", 3);
	/* Nobody can come any more. */
	expect_read(path, "", 0);
	close(ends[0]);
}
END_TEST

START_TEST(test_a_secret_that_everybody_may_read)
{
	const struct input_file_want secret = { "the key", MAX, true };
	struct outcome oc = OUTCOME_NONE;
	struct input_file f;

	testpki_write_text("key", "secret", 6);
	ck_assert_int_eq(input_file_read(&f, "key", &secret, &oc), 0);
	input_file_free(&f);
	ck_assert_int_eq(chmod("key", 0604), 0);
	ck_assert_int_eq(input_file_read(&f, "key", &secret, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "the key key is world-readable (mode 0604)");
}
END_TEST

CHECK_MAIN_IN("input_file", testpki_begin, testpki_end, test_a_regular_file_up_to_its_limit,
    test_a_server_takes_regular_files_only, test_a_socket_is_no_file, test_nothing_has_no_end,
    test_a_fifo_is_waited_for_until_the_deadline, test_a_writer_may_come_later,
    test_a_pipe_without_a_name_ends_with_its_writer, test_a_secret_that_everybody_may_read)
