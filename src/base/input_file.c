/* SPDX-License-Identifier: MIT */
#include "base/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"

/* statfs(2): the type of the file system that holds unnamed pipes. */
enum { PIPES = 0x50495045 };

/* A buffer for a pipe or a device starts at this size; a regular file has a known size. */
enum { FIRST_ROOM = 64 * INPUT_FILE_KIB };

static const char stdin_name[] = "standard input";

/* 0: only regular files are read. */
static uint64_t once_until_ms;

#define NO_DEADLINE UINT64_MAX

struct reading {
	int fd;
	uint64_t until_ms;
	const char *name;
	const struct input_file_want *want;
	struct input_file *f;
	size_t room;
	bool fifo; /* a named pipe: its writer may still come */
};

static const char *kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISSOCK(mode))
		return "a socket";
	if (S_ISFIFO(mode))
		return "a pipe";
	return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "not a regular file";
}

static int refuse_kind(const struct reading *r, mode_t mode, struct outcome *oc)
{
	outcome_set(oc, OC_FILE, "cannot read %s %s: it is %s", r->want->what, r->name,
	    kind_of(mode));
	if (S_ISDIR(mode) && r->name != stdin_name)
		outcome_advise(oc, "ls %s shows the files in it; name one of them", r->name);
	else if (r->until_ms == 0 && (S_ISFIFO(mode) || S_ISCHR(mode)))
		outcome_advise(oc,
		    "use a regular file: this file is read again at each reload, so a pipe or a "
		    "device does not work");
	else
		outcome_advise(oc, "use a regular file");
	return -1;
}

static const char *size_text(size_t bytes, char buf[32])
{
	if (bytes >= INPUT_FILE_MIB && bytes % INPUT_FILE_MIB == 0)
		snprintf(buf, 32, "%zu MiB", bytes / INPUT_FILE_MIB);
	else if (bytes >= INPUT_FILE_KIB && bytes % INPUT_FILE_KIB == 0)
		snprintf(buf, 32, "%zu KiB", bytes / INPUT_FILE_KIB);
	else
		snprintf(buf, 32, "%zu bytes", bytes);
	return buf;
}

static int too_long(const struct reading *r, struct outcome *oc)
{
	char limit[32];

	outcome_set(oc, OC_FILE, "%s %s is longer than %s, the limit for such a file",
	    r->want->what, r->name, size_text(r->want->max, limit));
	if (r->name == stdin_name)
		outcome_advise(oc, "check that standard input is the right file");
	else
		outcome_advise(oc, "check that it is the right file: ls -lL %s", r->name);
	return -1;
}

static int refuse_exposed(const char *what, const char *name, unsigned mode, struct outcome *oc)
{
	outcome_set(oc, OC_FILE, "%s %s is world-readable (mode %04o)", what, name, mode);
	outcome_advise(oc, "chmod o-r %s, and treat its contents as public", name);
	return -1;
}

/* Rejects a file that is too long, too open, or of a kind without an end, before reading it. */
static int check(struct reading *r, struct outcome *oc)
{
	struct statfs fs;
	struct stat st;

	if (fstat(r->fd, &st) != 0)
		return outcome_set_errno(oc, OC_FILE, "cannot read %s %s", r->want->what, r->name);
	if (!S_ISREG(st.st_mode) &&
	    (r->until_ms == 0 || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode)))
		return refuse_kind(r, st.st_mode, oc);
	if ((st.st_mode & S_IROTH) && !S_ISCHR(st.st_mode))
		r->f->exposed_mode = (unsigned)(st.st_mode & 07777);
	if (r->want->secret && r->f->exposed_mode)
		return refuse_exposed(r->want->what, r->name, r->f->exposed_mode, oc);
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > r->want->max)
		return too_long(r, oc);
	r->fifo = S_ISFIFO(st.st_mode) && fstatfs(r->fd, &fs) == 0 && fs.f_type != PIPES;
	r->room = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 2 : FIRST_ROOM;
	return 0;
}

/* No realloc(3): it could leave a copy of a secret behind. */
static int grow(struct reading *r, struct outcome *oc)
{
	struct input_file larger = *r->f;

	if (r->f->bytes && r->f->len + 1 < r->room)
		return 0;
	if (r->f->bytes)
		r->room *= 2;
	larger.bytes = malloc(r->room);
	if (!larger.bytes)
		return outcome_set(oc, OC_INTERNAL, "out of memory for %s %s", r->want->what,
		    r->name);
	if (r->f->len > 0)
		memcpy(larger.bytes, r->f->bytes, r->f->len);
	/* Its contents may turn out to be secret. */
	r->f->secret = true;
	input_file_free(r->f);
	*r->f = larger;
	return 0;
}

/* True: there is data or the end of the file. False: the deadline passed first. */
static bool await(const struct reading *r)
{
	enum { TURN_MS = 60000 };
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	uint64_t until = r->until_ms, now;
	int left = -1;

	if (until == 0)
		return true;
	do {
		now = clock_ms();
		if (until != NO_DEADLINE)
			left = now >= until         ? 0
			    : until - now < TURN_MS ? (int)(until - now)
						    : TURN_MS;
		if (poll(&p, 1, left) > 0)
			return true;
	} while (now < until);
	return false;
}

static int too_late(const struct reading *r, struct outcome *oc)
{
	outcome_set(oc, OC_FILE, "%s %s did not end in time: %zu bytes were read", r->want->what,
	    r->name, r->f->len);
	outcome_advise(oc, "check that something writes to it; --max-time allows more time");
	return -1;
}

static int read_all(struct reading *r, struct outcome *oc)
{
	/* Until a writer opens a FIFO, reading from it looks like the end of the file. */
	bool begun = !r->fifo;
	ssize_t n;

	for (;;) {
		if (grow(r, oc) != 0)
			return -1;
		if (begun && !await(r))
			return too_late(r, oc);
		n = read(r->fd, r->f->bytes + r->f->len, r->room - 1 - r->f->len);
		if (n > 0) {
			r->f->len += (size_t)n;
			begun = true;
			if (r->f->len > r->want->max)
				return too_long(r, oc);
		} else if (n == 0 && begun) {
			r->f->bytes[r->f->len] = '\0';
			return 0;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return outcome_set_errno(oc, OC_FILE, "cannot read %s %s", r->want->what,
			    r->name);
		} else {
			begun = true;
		}
	}
}

static int run(struct reading *r, struct input_file *f, struct outcome *oc)
{
	struct input_file got = { .secret = r->want->secret };

	r->f = &got;
	if (check(r, oc) != 0 || read_all(r, oc) != 0) {
		input_file_free(&got);
		return -1;
	}
	*f = got;
	return 0;
}

void input_file_read_once(uint64_t until_ms)
{
	once_until_ms = until_ms;
}

bool input_file_is_once(void)
{
	return once_until_ms != 0;
}

int input_file_read_stdin(struct input_file *f, const struct input_file_want *want,
    struct outcome *oc)
{
	struct reading r = {
		.fd = STDIN_FILENO,
		.until_ms = NO_DEADLINE,
		.name = stdin_name,
		.want = want,
	};

	return run(&r, f, oc);
}

int input_file_read(struct input_file *f, const char *path, const struct input_file_want *want,
    struct outcome *oc)
{
	/* Without O_NONBLOCK, open(2) would wait for a writer of a FIFO. */
	struct reading r = {
		.fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC),
		.until_ms = once_until_ms,
		.name = path,
		.want = want,
	};
	int ret, saved = errno;
	struct stat st;

	if (r.fd < 0 && saved == ENXIO && stat(path, &st) == 0)
		return refuse_kind(&r, st.st_mode, oc);
	errno = saved;
	if (r.fd < 0) {
		outcome_set_errno(oc, OC_FILE, "cannot read %s %s", want->what, path);
		if (saved == ENOENT && strncmp(path, "/dev/fd/", 8) == 0)
			outcome_advise(oc,
			    once_until_ms
				? "check that it is open; the shell opens it with %s<FILE"
				: "use a regular file: this file is read again at each reload, "
				  "and the server closes every inherited descriptor that is not a "
				  "socket",
			    path + 8);
		return -1;
	}
	ret = run(&r, f, oc);
	close(r.fd);
	return ret;
}

int input_file_keep_secret(struct input_file *f, const char *path, const char *what,
    struct outcome *oc)
{
	f->secret = true;
	return f->exposed_mode ? refuse_exposed(what, path, f->exposed_mode, oc) : 0;
}

void input_file_free(struct input_file *f)
{
	if (f->bytes && f->secret)
		explicit_bzero(f->bytes, f->len);
	free(f->bytes);
	*f = INPUT_FILE_NONE;
}
