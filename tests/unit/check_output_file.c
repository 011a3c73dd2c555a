/* SPDX-License-Identifier: MIT */
#include "client/output/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check_main.h"
#include "support/test_pki.h"

static char got[64];

static const char *content(const char *path)
{
	FILE *from = fopen(path, "r");

	ck_assert_ptr_nonnull(from);
	memset(got, 0, sizeof got);
	ck_assert_uint_lt(fread(got, 1, sizeof got - 1, from), sizeof got);
	fclose(from);
	return got;
}

static void put(const char *path, const char *text)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(output_file_write(path, text, strlen(text), 0644, &oc), 0);
	ck_assert_no_failure(&oc);
}

static void expect_refused(const char *path, const char *because)
{
	struct outcome oc = OUTCOME_NONE;

	ck_assert_int_eq(output_file_write(path, "x", 1, 0644, &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, because);
	ck_assert_has(oc.detail, path);
}

START_TEST(test_a_regular_file_is_replaced_as_a_whole)
{
	struct stat before, after;

	ck_assert(output_file_is_replaced("new"));
	put("new", "one");
	ck_assert_int_eq(stat("new", &before), 0);
	ck_assert_int_eq(before.st_mode & 07777, 0644);
	put("new", "two");
	ck_assert_str_eq(content("new"), "two");
	ck_assert_int_eq(stat("new", &after), 0);
	ck_assert(before.st_ino != after.st_ino);
	expect_refused("no/such/folder", "No such file");
}
END_TEST

START_TEST(test_a_link_stays_a_link)
{
	struct stat st;

	ck_assert_int_eq(symlink("real", "nearer"), 0);
	ck_assert_int_eq(symlink("./nearer", "link"), 0);
	put("link", "new by a link");
	put("link", "again");
	ck_assert_int_eq(lstat("link", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(lstat("nearer", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_str_eq(content("real"), "again");
	ck_assert_int_eq(symlink("loop", "loop"), 0);
	expect_refused("loop", "loop");
}
END_TEST

START_TEST(test_a_descriptor_is_written_to)
{
	struct stat before, after;
	char path[32];
	int fd = open("held", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_eq(write(fd, "kept ", 5), 5);
	ck_assert_int_eq(stat("held", &before), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", fd);
	ck_assert(!output_file_is_replaced(path));
	put(path, "and more");
	ck_assert_int_eq(symlink(path, "to-held"), 0);
	put("to-held", "!");
	ck_assert_str_eq(content("held"), "kept and more!");
	ck_assert_int_eq(stat("held", &after), 0);
	ck_assert(before.st_ino == after.st_ino);
	close(fd);
	expect_refused(path, "Bad file descriptor");
}
END_TEST

START_TEST(test_a_device_is_written_to)
{
	struct stat st;

	ck_assert(!output_file_is_replaced("/dev/full"));
	ck_assert_int_eq(symlink("/dev/full", "full"), 0);
	put("/dev/null", "gone");
	expect_refused("full", "No space left");
	expect_refused("/dev/full", "No space left");
	ck_assert_int_eq(stat("/dev/full", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	expect_refused(".", "directory");
}
END_TEST

START_TEST(test_a_fifo_needs_a_reader)
{
	struct outcome oc = OUTCOME_NONE;
	char line[8] = "";
	int reader;

	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	expect_refused("fifo", "no process reads this FIFO");
	ck_assert_int_eq(output_file_open_append("fifo", &oc), -1);
	ck_assert_outcome(&oc, OC_FILE, "no process reads this FIFO");
	reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	put("fifo", "line");
	ck_assert_int_eq(read(reader, line, sizeof line), 4);
	close(reader);
}
END_TEST

START_TEST(test_nothing_blocks_where_lines_are_appended)
{
	struct outcome oc = OUTCOME_NONE;
	static char much[100000];
	int fd, reader;

	fd = output_file_open_append("lines", &oc);
	ck_assert_int_eq(write(fd, "a", 1), 1);
	close(fd);
	fd = output_file_open_append("lines", &oc);
	ck_assert_int_eq(write(fd, "b", 1), 1);
	close(fd);
	ck_assert_str_eq(content("lines"), "ab");
	ck_assert_int_eq(mkfifo("slow", 0600), 0);
	reader = open("slow", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	fd = output_file_open_append("slow", &oc);
	ck_assert_int_gt(write(fd, much, sizeof much), 0);
	ck_assert_int_eq(write(fd, much, sizeof much), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close(fd);
	close(reader);
}
END_TEST

CHECK_MAIN_IN("output_file", testpki_begin, testpki_end, test_a_regular_file_is_replaced_as_a_whole,
    test_a_link_stays_a_link, test_a_descriptor_is_written_to, test_a_device_is_written_to,
    test_a_fifo_needs_a_reader, test_nothing_blocks_where_lines_are_appended)
