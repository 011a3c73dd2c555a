/* SPDX-License-Identifier: MIT */
#include "base/log_output.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "support/check_main.h"

/* Standard error leads to one end; the test reads from the other. */
static int saved, from;
static char text[256 * 1024];

static void lead_to(int fd)
{
	saved = dup(STDERR_FILENO);
	ck_assert_int_ge(saved, 0);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
	log_open(LEVEL_INFO, LOG_TEXT);
	log_role("test");
}

/* One read gets what one write wrote, if the pipe is one of packets. */
static void lead_to_pipe(int flags)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, flags), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK), 0);
	from = ends[0];
	lead_to(ends[1]);
}

static void lead_to_socket(int type)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type, 0, ends), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	from = ends[0];
	lead_to(ends[1]);
}

static void end(void)
{
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	close(saved);
	close(from);
}

/* What the next read gets, "" if there is nothing. */
static const char *next(void)
{
	ssize_t n = read(from, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* Everything that was written. */
static const char *all(void)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(from, text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

static unsigned lines_of(const char *s)
{
	unsigned n = 0;

	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

/* All lines are whole ones. Returns how many, and how many more they report as lost. */
static unsigned check_lines(const char *s, unsigned *lost)
{
	static const char begin[] = "time=20", lost_lines[] = " lost_lines=";
	unsigned n = 0;

	*lost = 0;
	while (*s) {
		const char *newline = strchr(s, '\n'), *report = strstr(s, lost_lines);
		const char *other = strstr(s + 1, begin);

		ck_assert_msg(strncmp(s, begin, sizeof begin - 1) == 0 && newline, "\"%s\"", s);
		ck_assert_msg(!other || other > newline, "\"%s\"", s);
		if (report && report < newline)
			*lost += (unsigned)strtoul(report + sizeof lost_lines - 1, NULL, 10);
		s = newline + 1;
		n++;
	}
	return n;
}

/* A line of about 300 bytes. */
static void put_line(unsigned number)
{
	log_at(LEVEL_INFO, "n%u %0240d", number, 0);
}

static void fill(void)
{
	char bytes[PIPE_BUF];
	int flags = fcntl(STDERR_FILENO, F_GETFL);

	memset(bytes, '.', sizeof bytes);
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK), 0);
	while (write(STDERR_FILENO, bytes, sizeof bytes) > 0)
		;
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, flags), 0);
}

START_TEST(test_gathered_lines_are_written_together)
{
	lead_to_pipe(O_DIRECT);
	log_output_gather();
	for (unsigned i = 0; i < 5; i++)
		put_line(i);
	ck_assert_str_eq(next(), "");
	log_output_flush();
	ck_assert_uint_eq(lines_of(next()), 5);
	ck_assert_has(text, "msg=\"n4 ");
	log_output_flush();
	ck_assert_str_eq(next(), "");
	end();
}
END_TEST

START_TEST(test_an_error_does_not_wait)
{
	lead_to_pipe(O_DIRECT);
	log_output_gather();
	log_at(LEVEL_INFO, "first");
	log_at(LEVEL_WARNING, "second");
	ck_assert_str_eq(next(), "");
	log_at(LEVEL_ERROR, "third");
	ck_assert_uint_eq(lines_of(next()), 3);
	ck_assert(strstr(text, "first") < strstr(text, "second"));
	ck_assert(strstr(text, "second") < strstr(text, "third"));
	end();
}
END_TEST

START_TEST(test_lines_of_the_parent_process_are_forgotten)
{
	lead_to_pipe(O_DIRECT);
	log_output_gather();
	put_line(1);
	log_output_gather();
	log_output_flush();
	ck_assert_str_eq(next(), "");
	end();
}
END_TEST

/* A pipe keeps what one write wrote together only up to PIPE_BUF; pipe(7). */
START_TEST(test_a_full_buffer_is_written_before_its_time)
{
	unsigned lost, n = 0, writes = 0;

	lead_to_pipe(O_DIRECT);
	log_output_gather();
	for (unsigned i = 0; i < 100; i++)
		put_line(i);
	log_output_flush();
	for (; *next(); writes++) {
		char number[32];

		ck_assert_uint_le(strlen(text), PIPE_BUF);
		snprintf(number, sizeof number, "msg=\"n%u ", n);
		ck_assert_has(text, number);
		n += check_lines(text, &lost);
	}
	ck_assert_uint_eq(n, 100);
	ck_assert_uint_le(writes, 10);
	end();
}
END_TEST

START_TEST(test_the_longest_lines_fit)
{
	static char value[2 * LOG_LINE_MAX];
	struct log_line line;
	unsigned lost, n = 0;

	memset(value, 'x', sizeof value - 1);
	lead_to_pipe(O_DIRECT);
	log_output_gather();
	for (unsigned i = 0; i < 8; i++) {
		log_begin(&line, LEVEL_INFO);
		log_field(&line, "value", "%s", value);
		log_end(&line);
	}
	log_output_flush();
	while (*next())
		n += check_lines(text, &lost);
	ck_assert_uint_eq(n, 8);
	end();
}
END_TEST

/* Dropped lines are counted, and reported once, although some of the reports are dropped too. */
static void expect_losses_reported(void)
{
	unsigned lost = 0, n;

	fill();
	log_output_gather();
	for (unsigned i = 0; i < 50; i++)
		put_line(i);
	log_output_flush();
	log_output_flush();
	put_line(50);
	log_output_flush();
	all();
	for (unsigned i = 51; i < 60; i++)
		put_line(i);
	log_output_flush();
	n = check_lines(all(), &lost);
	ck_assert_uint_eq(n, 9);
	ck_assert_uint_eq(lost, 51);
	fill();
	put_line(60);
	log_output_flush();
	all();
	put_line(61);
	log_output_flush();
	ck_assert_uint_eq(check_lines(all(), &lost), 1);
	ck_assert_uint_eq(lost, 1);
}

START_TEST(test_a_full_pipe_loses_lines)
{
	lead_to_pipe(0);
	expect_losses_reported();
	end();
}
END_TEST

START_TEST(test_a_full_pipe_that_we_opened_ourselves)
{
	lead_to_pipe(0);
	log_output_unblock();
	/* The other processes that have standard error in common with us did not ask for it. */
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	expect_losses_reported();
	end();
}
END_TEST

START_TEST(test_a_full_socket_loses_lines)
{
	unsigned lost, n = 0, written = 0;

	lead_to_socket(SOCK_STREAM);
	log_output_gather();
	/* Until one is lost, and somewhat more. */
	for (; log_output_room(0) == 0 && written < 10000; written++) {
		put_line(written);
		log_output_flush();
	}
	for (unsigned i = 0; i < 30; i++)
		put_line(written++);
	n = check_lines(all(), &lost);
	ck_assert_uint_lt(n, written);
	put_line(written++);
	log_output_flush();
	/* Those that waited for room meanwhile are written now. */
	n += check_lines(all(), &lost);
	ck_assert_uint_eq(n + lost, written);
	end();
}
END_TEST

START_TEST(test_a_stream_socket_gets_one_write)
{
	lead_to_socket(SOCK_STREAM);
	log_output_gather();
	for (unsigned i = 0; i < 30; i++)
		put_line(i);
	ck_assert_str_eq(next(), "");
	log_output_flush();
	ck_assert_uint_eq(lines_of(next()), 30);
	end();
}
END_TEST

/* Its reader takes each datagram for one message. */
START_TEST(test_a_datagram_is_one_line)
{
	lead_to_socket(SOCK_DGRAM);
	log_output_gather();
	put_line(0);
	put_line(1);
	ck_assert_uint_eq(lines_of(next()), 1);
	ck_assert_uint_eq(lines_of(next()), 1);
	ck_assert_has(text, "msg=\"n1 ");
	end();
}
END_TEST

static void lead_to_file(void)
{
	char name[] = "/tmp/check_log_output.XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	from = open(name, O_RDONLY);
	ck_assert_int_ge(from, 0);
	unlink(name);
	lead_to(fd);
}

START_TEST(test_a_file_gets_one_write)
{
	unsigned lost;

	lead_to_file();
	log_output_gather();
	for (unsigned i = 0; i < 50; i++)
		put_line(i);
	ck_assert_str_eq(all(), "");
	log_output_flush();
	ck_assert_uint_eq(check_lines(all(), &lost), 50);
	end();
}
END_TEST

/* As on a disk that is full for a while: the limit cuts a line at any byte. */
START_TEST(test_a_line_written_in_part_is_completed)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGXFSZ, &ignore, NULL);
	for (unsigned i = 0; i < 620; i += 7) {
		struct rlimit limit;
		unsigned lost, n;

		lead_to_file();
		log_output_gather();
		put_line(0);
		put_line(1);
		put_line(2);
		getrlimit(RLIMIT_FSIZE, &limit);
		limit.rlim_cur = i;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		log_output_flush();
		put_line(3);
		log_output_flush();
		limit.rlim_cur = limit.rlim_max;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		put_line(4);
		log_output_flush();
		n = check_lines(all(), &lost);
		ck_assert_msg(n + lost == 5, "at %u bytes: %u lines, %u lost", i, n, lost);
		ck_assert_uint_gt(lost, 0);
		end();
	}
}
END_TEST

static bool is_asleep(pid_t pid)
{
	char name[64], state = '?';
	FILE *stat;

	snprintf(name, sizeof name, "/proc/%ld/stat", (long)pid);
	stat = fopen(name, "r");
	if (!stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (stat)
		fclose(stat);
	return state == 'S';
}

/* A reader that begins when the test waits for it. It writes what it read into the file. */
static pid_t start_late_reader(int file)
{
	pid_t test = getpid(), reader = fork();
	char bytes[PIPE_BUF];
	ssize_t n;

	if (reader != 0)
		return reader;
	close(STDERR_FILENO);
	while (!is_asleep(test))
		;
	fcntl(from, F_SETFL, 0);
	while ((n = read(from, bytes, sizeof bytes)) > 0) {
		if (write(file, bytes, (size_t)n) != n)
			_exit(1);
	}
	_exit(0);
}

START_TEST(test_the_last_lines_wait_for_a_slow_reader)
{
	FILE *file = tmpfile();
	unsigned lost;
	int status;
	pid_t reader;

	ck_assert_ptr_nonnull(file);
	lead_to_pipe(0);
	fill();
	log_output_gather();
	put_line(0);
	put_line(1);
	reader = start_late_reader(fileno(file));
	ck_assert_int_gt(reader, 0);
	log_output_finish(1000 * CHECK_TIMEOUT_S);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert_int_eq(status, 0);
	close(from);
	from = fileno(file);
	ck_assert_int_eq(lseek(from, 0, SEEK_SET), 0);
	ck_assert_uint_eq(check_lines(strchr(all(), 't'), &lost), 2);
	ck_assert_uint_eq(lost, 0);
	fclose(file);
	close(saved);
}
END_TEST

START_TEST(test_the_last_line_reports_losses)
{
	unsigned lost;

	lead_to_pipe(0);
	fill();
	log_output_gather();
	for (unsigned i = 0; i < 7; i++)
		put_line(i);
	log_output_flush();
	all();
	log_finish();
	ck_assert_uint_eq(check_lines(all(), &lost), 1);
	ck_assert_uint_eq(lost, 7);
	end();
}
END_TEST

/* Nobody reads: it must return. */
START_TEST(test_the_end_does_not_wait_for_ever)
{
	lead_to_pipe(0);
	fill();
	log_output_gather();
	put_line(0);
	log_finish();
	ck_assert_uint_eq(log_output_room(0), 1);
	end();
}
END_TEST

CHECK_MAIN("log_output",
    test_gathered_lines_are_written_together, test_an_error_does_not_wait,
    test_lines_of_the_parent_process_are_forgotten,
    test_a_full_buffer_is_written_before_its_time, test_the_longest_lines_fit,
    test_a_full_pipe_loses_lines, test_a_full_pipe_that_we_opened_ourselves,
    test_a_full_socket_loses_lines, test_a_stream_socket_gets_one_write,
    test_a_datagram_is_one_line, test_a_file_gets_one_write,
    test_a_line_written_in_part_is_completed, test_the_last_lines_wait_for_a_slow_reader,
    test_the_last_line_reports_losses, test_the_end_does_not_wait_for_ever)
