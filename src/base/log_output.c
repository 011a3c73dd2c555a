/* SPDX-License-Identifier: MIT */
#include "base/log_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { BUFFER_SIZE = 16384 };

static char buffer[BUFFER_SIZE];
static size_t used;       /* bytes in the buffer */
static size_t torn;       /* bytes at its beginning: the rest of a line written in part */
static unsigned lost;     /* dropped lines that no line reports; if any, it has no whole line */
static unsigned reported; /* dropped lines that its first whole line reports */
static bool gathering;

static struct {
	int fd;
	size_t most; /* bytes in one write; 0: a single line */
	bool pipe, socket;
	bool may_block;
} output = { .fd = STDERR_FILENO, .may_block = true };

static bool is_stream(void)
{
	int type;
	socklen_t len = sizeof type;

	return getsockopt(STDERR_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_STREAM;
}

void log_output_open(void)
{
	struct stat st;
	bool known = fstat(STDERR_FILENO, &st) == 0;
	bool file = known && S_ISREG(st.st_mode);

	if (output.fd != STDERR_FILENO)
		close(output.fd);
	output.fd = STDERR_FILENO;
	output.pipe = known && S_ISFIFO(st.st_mode);
	output.socket = known && S_ISSOCK(st.st_mode) && is_stream();
	output.may_block = !file && !output.socket;
	if (output.pipe)
		output.most = PIPE_BUF;
	else
		output.most = file || output.socket ? BUFFER_SIZE : 0;
}

void log_output_unblock(void)
{
	int fd;

	if (!output.pipe || !output.may_block)
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	output.fd = fd;
	output.may_block = false;
}

void log_output_gather(void)
{
	used = torn = 0;
	lost = reported = 0;
	gathering = true;
}

static ssize_t write_some(const char *bytes, size_t len)
{
	struct pollfd writable = { .fd = output.fd, .events = POLLOUT };

	if (output.socket)
		return send(output.fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* A pipe that is writable has room for PIPE_BUF bytes. */
	if (output.may_block && poll(&writable, 1, 0) != 1) {
		errno = EAGAIN;
		return -1;
	}
	return write(output.fd, bytes, len);
}

/* Length of the rest of the line whose beginning was written, if done bytes were. */
static size_t torn_after(size_t done)
{
	const char *rest = buffer + done;

	if (done == used || (done >= torn && (done == 0 || rest[-1] == '\n')))
		return 0;
	return (size_t)((const char *)memchr(rest, '\n', used - done) - rest) + 1;
}

/* Returns false if something is left, for the reason in errno. */
static bool push(void)
{
	size_t done = 0;
	ssize_t n;

	while (done < used && (n = write_some(buffer + done, used - done)) > 0)
		done += (size_t)n;
	if (done > torn)
		reported = 0;
	torn = torn_after(done);
	used -= done;
	memmove(buffer, buffer + done, used);
	return used == 0;
}

static void drop(void)
{
	for (size_t i = torn; i < used; i++)
		lost += buffer[i] == '\n';
	lost += reported;
	reported = 0;
	used = torn;
}

void log_output_flush(void)
{
	if (!push())
		drop();
}

unsigned log_output_room(size_t len)
{
	if (used + len > output.most)
		log_output_flush();
	return lost;
}

void log_output_put(const char *line, size_t len, bool urgent)
{
	memcpy(buffer + used, line, len);
	used += len;
	reported += lost;
	lost = 0;
	if (!gathering || urgent || output.most == 0)
		log_output_flush();
}

void log_output_finish(unsigned ms)
{
	struct pollfd writable = { .fd = output.fd, .events = POLLOUT };
	uint64_t now = clock_ms(), end = now + ms;

	/* Other processes may take the room that poll reports. */
	while (!push() && errno == EAGAIN && now < end &&
	    poll(&writable, 1, (int)(end - now)) == 1)
		now = clock_ms();
	drop();
}
