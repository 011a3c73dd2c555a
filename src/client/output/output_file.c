/* SPDX-License-Identifier: MIT */
#include "client/output/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/same_path.h"

enum { LINKS_MAX = 16, WAIT_MS = 5000 };

static int fail(const char *path, struct outcome *oc)
{
	return outcome_set_errno(oc, OC_FILE, "cannot write %s", path);
}

/* Explain the errno of a failed open, in our own words if the system's mislead. */
static int explain_open(const char *path, struct outcome *oc)
{
	int saved = errno;
	struct stat st;

	if (saved == ENXIO && stat(path, &st) == 0 && S_ISFIFO(st.st_mode)) {
		outcome_set(oc, OC_FILE, "cannot write %s: no process reads this FIFO", path);
		outcome_advise(oc, "start the reader first");
		return -1;
	}
	if (saved == ENXIO && stat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		outcome_set(oc, OC_FILE, "cannot write %s: it is a socket", path);
		outcome_advise(oc, "use a regular file, a FIFO, or - for standard output");
		return -1;
	}
	errno = saved;
	return fail(path, oc);
}

/* ---- links to descriptors ------------------------------------------------------------- */

/* The descriptor that a path such as /dev/fd/3 names; -1: none. */
static int number_of(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	char *end;
	long n;

	if (strcmp(path, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		const char *digits = path + strlen(folders[i]);

		if (strncmp(path, folders[i], strlen(folders[i])) != 0)
			continue;
		n = strtol(digits, &end, 10);
		return end != digits && !*end && n >= 0 && n <= INT_MAX ? (int)n : -1;
	}
	return -1;
}

/* Replace path with the target of its link. Returns false if path is not a link. */
static bool follow(char path[PATH_MAX])
{
	char to[PATH_MAX], joined[2 * PATH_MAX];
	ssize_t len = readlink(path, to, sizeof to - 1);
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;

	if (len <= 0)
		return false;
	to[len] = '\0';
	snprintf(joined, sizeof joined, "%.*s%s", to[0] == '/' ? 0 : folder, path, to);
	if (strlen(joined) >= PATH_MAX)
		return false;
	memcpy(path, joined, strlen(joined) + 1);
	return true;
}

/*
 * Replace path with the end of its chain of links. A link to a descriptor also ends the chain:
 * returns the descriptor, else -1.
 */
static int resolve(char path[PATH_MAX])
{
	for (int i = 0; i < LINKS_MAX; i++) {
		int fd = number_of(path);

		if (fd >= 0 || !follow(path))
			return fd;
	}
	return -1;
}

/* ---- the two ways to write ------------------------------------------------------------- */

/* A chunk of at most PIPE_BUF does not block after poll(2), whatever the file is. */
static int write_as_it_is(int fd, const char *path, const char *bytes, size_t len,
    struct outcome *oc)
{
	uint64_t until = clock_ms() + WAIT_MS, now;

	while (len > 0) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		ssize_t n;

		now = clock_ms();
		if (now >= until || poll(&p, 1, (int)(until - now)) == 0) {
			outcome_set(oc, OC_FILE, "cannot write %s: its reader did not read in time",
			    path);
			return -1;
		}
		n = write(fd, bytes, len < PIPE_BUF ? len : PIPE_BUF);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail(path, oc);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int write_through(int number, const char *path, const char *bytes, size_t len,
    struct outcome *oc)
{
	int fd, ret;

	if (number >= 0)
		fd = fcntl(number, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return explain_open(path, oc);
	ret = write_as_it_is(fd, path, bytes, len, oc);
	if (close(fd) != 0 && ret == 0)
		ret = fail(path, oc);
	return ret;
}

/* Fill a file that no other process has opened; always closes fd. */
static int fill(int fd, const char *bytes, size_t len, unsigned mode)
{
	int error = fchmod(fd, mode) == 0 ? 0 : errno;

	while (error == 0 && len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			error = errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	/* The bytes must be on the disk before the file gets its name. */
	if (error == 0 && fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

static int replace(const char *path, const char *at, const char *bytes, size_t len, unsigned mode,
    struct outcome *oc)
{
	char beside[PATH_MAX + sizeof ".XXXXXX"];
	int fd;

	snprintf(beside, sizeof beside, "%s.XXXXXX", at);
	fd = mkstemp(beside);
	if (fd < 0)
		return fail(path, oc);
	if (fill(fd, bytes, len, mode) == 0 && rename(beside, at) == 0)
		return 0;
	fail(path, oc);
	unlink(beside);
	return -1;
}

/* ---- the choice ------------------------------------------------------------------------ */

/* at: the end of the links. number: the descriptor at their end, or -1. */
static bool is_replaced(const char *path, char at[PATH_MAX], int *number)
{
	struct stat st;

	snprintf(at, PATH_MAX, "%s", path);
	*number = resolve(at);
	if (*number >= 0 || strcmp(path, "-") == 0)
		return false;
	return lstat(at, &st) != 0 ? errno == ENOENT : S_ISREG(st.st_mode);
}

bool output_file_is_replaced(const char *path)
{
	char at[PATH_MAX];
	int number;

	return is_replaced(path, at, &number);
}

bool output_file_is_same(const char *a, const char *b)
{
	char at_a[PATH_MAX], at_b[PATH_MAX];
	int number;

	return is_replaced(a, at_a, &number) && is_replaced(b, at_b, &number) &&
	    same_path(at_a, at_b);
}

int output_file_write(const char *path, const void *bytes, size_t len, unsigned mode,
    struct outcome *oc)
{
	char at[PATH_MAX];
	int number;

	if (strcmp(path, "-") == 0) {
		fwrite(bytes, 1, len, stdout);
		return 0;
	}
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return fail(path, oc);
	}
	if (is_replaced(path, at, &number))
		return replace(path, at, bytes, len, mode, oc);
	return write_through(number, path, bytes, len, oc);
}

int output_file_open_append(const char *path, struct outcome *oc)
{
	int fd =
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

	if (fd < 0)
		return explain_open(path, oc);
	return fd;
}
