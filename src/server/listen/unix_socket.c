/* SPDX-License-Identifier: MIT */
#include "server/listen/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/listen/socket.h"

enum { UNIX_SOCKET_PATH_MAX = sizeof((struct sockaddr_un *)0)->sun_path };

static socklen_t make_address(const char *path, struct sockaddr_un *at)
{
	size_t len = strlen(path);

	if (len >= sizeof at->sun_path)
		return 0;
	memset(at, 0, sizeof *at);
	at->sun_family = AF_UNIX;
	memcpy(at->sun_path, path, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
}

/* The caller ensures that path fits into an address. */
static const char *folder_of(const char *path, char buf[UNIX_SOCKET_PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	memcpy(buf, path, len);
	buf[len] = '\0';
	return len ? buf : slash ? "/" : ".";
}

static int refuse_folder(const char *path, const char *folder, struct outcome *oc)
{
	outcome_set_errno(oc, OC_LISTEN, "cannot listen on unix:%s: its folder", path);
	outcome_advise(oc, "ls -ld %s: it must exist, and the server must be able to write to it",
	    folder);
	return -1;
}

/*
 * The lock is on the folder itself, because a lock file could not be removed without
 * another race.
 */
static int lock_folder(const char *path, struct outcome *oc)
{
	enum { ATTEMPTS = 100 };
	const struct timespec pause = { .tv_nsec = 10000000 };
	char folder[UNIX_SOCKET_PATH_MAX];
	int fd = open(folder_of(path, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return refuse_folder(path, folder, oc);
	for (int i = 1; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK || i == ATTEMPTS) {
			outcome_set_errno(oc, OC_LISTEN,
			    "cannot listen on unix:%s: cannot lock its folder", path);
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* Does a server answer there? ECONNREFUSED means that the socket of the path is gone. */
static bool is_answered(const struct sockaddr_un *at, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool refused = fd >= 0 && connect(fd, (const struct sockaddr *)at, len) != 0 &&
	    (errno == ECONNREFUSED || errno == ENOENT);

	if (fd >= 0)
		close(fd);
	return !refused;
}

/* Is there a stale socket that may be replaced? */
static int find_stale(const struct sockaddr_un *at, socklen_t len, bool *stale, struct outcome *oc)
{
	struct stat st;

	if (lstat(at->sun_path, &st) != 0) {
		*stale = false;
		if (errno == ENOENT)
			return 0;
		return outcome_set_errno(oc, OC_LISTEN, "cannot listen on unix:%s", at->sun_path);
	}
	if (!S_ISSOCK(st.st_mode)) {
		outcome_set(oc, OC_LISTEN,
		    "cannot listen on unix:%s: it exists and is not a socket",
		    at->sun_path);
		outcome_advise(oc,
		    "choose another path; the server replaces only sockets");
		return -1;
	}
	if (is_answered(at, len)) {
		outcome_set(oc, OC_LISTEN, "cannot listen on unix:%s: it is in use", at->sun_path);
		if (oc)
			oc->sys_errno = EADDRINUSE;
		outcome_advise(oc, "ss -lxp shows which process has it; or choose another path");
		return -1;
	}
	*stale = true;
	return 0;
}

static int remove_stale(const struct sockaddr_un *at, socklen_t len, struct outcome *oc)
{
	bool stale;

	if (find_stale(at, len, &stale, oc) != 0)
		return -1;
	if (stale && unlink(at->sun_path) != 0)
		return outcome_set_errno(oc, OC_LISTEN, "cannot replace the stale unix:%s",
		    at->sun_path);
	return 0;
}

static int open_locked(const char *path, int backlog, struct unix_socket *out, struct outcome *oc)
{
	struct sockaddr_un at;
	socklen_t len = make_address(path, &at);
	struct stat st;
	int fd;

	if (remove_stale(&at, len, oc) != 0)
		return -1;
	fd = socket_open_listener((const struct sockaddr *)&at, len, backlog);
	if (fd < 0 || lstat(path, &st) != 0) {
		outcome_set_errno(oc, OC_LISTEN, "cannot listen on unix:%s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*out = (struct unix_socket){ fd, path, st.st_dev, st.st_ino };
	return 0;
}

static int too_long(const char *path, struct outcome *oc)
{
	return outcome_set(oc, OC_LISTEN, "the path of unix:%s is too long", path);
}

int unix_socket_check(const char *path, struct outcome *oc)
{
	char folder[UNIX_SOCKET_PATH_MAX];
	struct sockaddr_un at;
	socklen_t len = make_address(path, &at);
	bool stale;

	if (len == 0)
		return too_long(path, oc);
	if (access(folder_of(path, folder), W_OK | X_OK) != 0)
		return refuse_folder(path, folder, oc);
	return find_stale(&at, len, &stale, oc);
}

int unix_socket_listen(const char *path, int backlog, struct unix_socket *out, struct outcome *oc)
{
	struct sockaddr_un at;
	int lock, ret;

	if (make_address(path, &at) == 0)
		return too_long(path, oc);
	lock = lock_folder(path, oc);
	if (lock < 0)
		return -1;
	ret = open_locked(path, backlog, out, oc);
	close(lock);
	return ret;
}

int unix_socket_remove(const struct unix_socket *u, struct outcome *oc)
{
	struct stat st;

	/* If the path is gone or belongs to another socket by now, leave it alone. */
	if (lstat(u->path, &st) != 0 || st.st_dev != u->device || st.st_ino != u->inode ||
	    unlink(u->path) == 0)
		return 0;
	return outcome_set_errno(oc, OC_LISTEN, "cannot remove unix:%s", u->path);
}
