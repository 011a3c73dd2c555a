/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into hello-server: tries what an attacker in control of a worker could do. It runs
 * inside accept4() of the worker that accepts the first connection, and prints one line for each
 * attempt: "probe NAME=ERRNO-NAME"; or inside recvmsg() of the datagram worker, which received the
 * first datagram. With PROBE=exec in the environment it tries exec, which ends
 * the process; with PROBE=shutdown only shutdown; with PROBE=refuse or die no worker becomes ready:
 * it cannot give up privileges, although the rehearsal could, or it is killed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *wanted;

static __attribute__((constructor)) void read_environment(void)
{
	wanted = getenv("PROBE");
}

static void say(const char *name, long ret)
{
	int saved = errno;
	char line[128];
	int len = snprintf(line, sizeof line, "probe %s=%s\n", name,
	    ret < 0 ? strerrorname_np(saved) : "ALLOWED");

	if (write(STDERR_FILENO, line, (size_t)len) != len)
		abort();
}

static void try_files(void)
{
	say("open", open("/etc/passwd", O_RDONLY));
	say("create", open("hello-probe", O_WRONLY | O_CREAT | O_EXCL, 0600));
	say("mkdir", mkdir("hello-probe", 0700));
	say("unlink", unlink("hello-probe-that-is-not-there"));
	say("chdir", chdir("/"));
}

/* Shared by all workers, so whoever ends it ends the service. */
static void try_listener(int fd)
{
	say("shutdown-read", shutdown(fd, SHUT_RD));
	say("shutdown-both", shutdown(fd, SHUT_RDWR));
}

static void try_network(void)
{
	const int families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = 1 };

	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		say("socket", socket(families[i], SOCK_STREAM, 0));
	say("bind", bind(0, (const struct sockaddr *)&to, sizeof to));
	say("connect", connect(0, (const struct sockaddr *)&to, sizeof to));
}

static void try_processes(void)
{
	long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (child == 0)
		_exit(0);
	say("fork", child);
	say("kill", kill(getppid(), 0));
	say("setuid", setuid(0));
	say("setgid", setgid(0));
	say("prctl", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	say("memory",
	    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		    MAP_FAILED
		? -1
		: 0);
}

static void probe(int fd)
{
	if (wanted && strcmp(wanted, "exec") == 0)
		execl("/bin/true", "true", (char *)NULL);
	else if (wanted && strcmp(wanted, "ptrace") == 0)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	else if (wanted && strcmp(wanted, "shutdown") == 0)
		try_listener(fd);
	else
		try_files(), try_network(), try_listener(fd), try_processes();
	say("end", 0);
}

static bool refusing;

int prctl(int option, ...)
{
	unsigned long arg[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (refusing && option == PR_SET_NO_NEW_PRIVS) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_prctl, option, arg[0], arg[1], arg[2], arg[3]);
}

/* The event loop is made by workers alone: some of them get no further than this. */
int epoll_create1(int flags)
{
	static int (*next)(int);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "epoll_create1");
	if (wanted && strcmp(wanted, "refuse") == 0)
		refusing = true;
	if (wanted && strcmp(wanted, "die") == 0)
		raise(SIGKILL);
	return next(flags);
}

/* Of datagrams from the network the address is asked for; of messages between our processes not. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	static ssize_t (*next)(int, struct msghdr *, int);
	static int done;
	ssize_t ret;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "recvmsg");
	ret = next(fd, message, flags);
	if (ret > 0 && !done && message->msg_name &&
	    ((struct sockaddr *)message->msg_name)->sa_family == AF_INET) {
		done = 1;
		probe(fd);
	}
	return ret;
}

int accept4(int fd, struct sockaddr *peer, socklen_t *len, int flags)
{
	static int (*next)(int, struct sockaddr *, socklen_t *, int);
	static int done;
	int ret;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "accept4");
	ret = next(fd, peer, len, flags);
	if (ret >= 0 && !done) {
		done = 1;
		probe(fd);
	}
	return ret;
}
