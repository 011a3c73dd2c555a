/* SPDX-License-Identifier: MIT */
/*
 * A small service manager, for tests without systemd: it opens the listening sockets, starts a
 * program with them and with a notification socket, and starts it again with the same sockets when
 * it has exited.
 *
 *	service_manager [--socket NAME]... [--watchdog USEC] [--times N] PROGRAM [ARG...]
 *
 * Prints one line each: "port NAME PORT", "pid PID", "told MESSAGE" (lines joined by a blank),
 * "left STATUS". Without --socket it passes no sockets; NAME "-" means no name. On TERM it ends the
 * program and itself. Status 0: the program exited N times (1) with status 0.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKETS_MAX = 8, FIRST_FD = 3, SPARE_FD = 50 };

static struct {
	const char *names[SOCKETS_MAX];
	int fds[SOCKETS_MAX];
	int count;
	const char *watchdog;
	unsigned times;
	char **program;
} options = { .times = 1 };

static int notified;
static char notify_name[64];
static volatile sig_atomic_t ended;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "manager: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void on_signal(int number)
{
	if (number == SIGTERM)
		ended = 1;
}

static void open_sockets(void)
{
	for (int i = 0; i < options.count; i++) {
		struct sockaddr_in at = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t len = sizeof at;
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		/* Blocking and with Nagle's algorithm, as a socket unit without options has it. */
		if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 4096) != 0 ||
		    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
			die("listen");
		options.fds[i] = fd;
		printf("port %s %u\n", options.names[i], (unsigned)ntohs(at.sin_port));
	}
}

static void open_notified(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path);

	snprintf(notify_name, sizeof notify_name, "@hello-tls-manager-%ld", (long)getpid());
	memcpy(at.sun_path + 1, notify_name + 1, strlen(notify_name) - 1);
	notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notified < 0 ||
	    bind(notified, (struct sockaddr *)&at, len + (socklen_t)strlen(notify_name)) != 0)
		die("notify socket");
}

static void set_number(const char *name, long value)
{
	char text[24];

	snprintf(text, sizeof text, "%ld", value);
	setenv(name, text, 1);
}

static void hand_over(void)
{
	char names[256] = "";
	size_t len = 0;
	bool named = true;

	/* Out of the way first: one may have the number that another is to get. */
	for (int i = 0; i < options.count; i++) {
		if (dup2(options.fds[i], SPARE_FD + i) < 0)
			die("dup2");
	}
	for (int i = 0; i < options.count; i++) {
		if (dup2(SPARE_FD + i, FIRST_FD + i) < 0)
			die("dup2");
		close(SPARE_FD + i);
		named = named && strcmp(options.names[i], "-") != 0;
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ":" : "",
		    options.names[i]);
		if (len >= sizeof names)
			die("names");
	}
	set_number("LISTEN_FDS", options.count);
	set_number("LISTEN_PID", (long)getpid());
	if (named)
		setenv("LISTEN_FDNAMES", names, 1);
}

static _Noreturn void become_program(pid_t parent)
{
	sigset_t none;

	/* A test that ends badly must leave nothing behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv("NOTIFY_SOCKET", notify_name, 1);
	if (options.watchdog) {
		setenv("WATCHDOG_USEC", options.watchdog, 1);
		set_number("WATCHDOG_PID", (long)getpid());
	}
	if (options.count > 0)
		hand_over();
	execv(options.program[0], options.program);
	die(options.program[0]);
}

static void print_told(void)
{
	char text[4096];
	ssize_t n = recv(notified, text, sizeof text - 1, MSG_DONTWAIT);

	if (n <= 0)
		return;
	for (ssize_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			text[i] = ' ';
	}
	printf("told %.*s\n", (int)n, text);
}

/* Returns the status of the program when it has left. */
static int look_after(pid_t pid, const sigset_t *waiting)
{
	bool passed_on = false;
	int status;

	for (;;) {
		struct pollfd p = { .fd = notified, .events = POLLIN };
		pid_t left = waitpid(pid, &status, WNOHANG);

		if (left == pid)
			break;
		if (ended && !passed_on) {
			kill(pid, SIGTERM);
			passed_on = true;
		}
		if (ppoll(&p, 1, NULL, waiting) == 1)
			print_told();
	}
	for (struct pollfd p = { .fd = notified, .events = POLLIN }; poll(&p, 1, 0) == 1;)
		print_told();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void parse(char **word)
{
	for (; *word && **word == '-'; word++) {
		const char *option = *word++;

		if (!*word)
			break;
		if (strcmp(option, "--socket") == 0 && options.count < SOCKETS_MAX)
			options.names[options.count++] = *word;
		else if (strcmp(option, "--watchdog") == 0)
			options.watchdog = *word;
		else if (strcmp(option, "--times") == 0)
			options.times = (unsigned)strtoul(*word, NULL, 10);
		else
			break;
	}
	options.program = word;
	if (!*word || **word == '-') {
		fputs("usage: service_manager [--socket NAME]... [--watchdog USEC] [--times N] "
		      "PROGRAM [ARG...]\n",
		    stderr);
		exit(2);
	}
}

int main(int argc, char *argv[])
{
	const struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked, waiting;
	int status = 0;

	(void)argc;
	parse(argv + 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGCHLD);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	open_sockets();
	open_notified();
	for (unsigned i = 0; i < options.times && !ended && status == 0; i++) {
		pid_t self = getpid(), pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			become_program(self);
		printf("pid %ld\n", (long)pid);
		status = look_after(pid, &waiting);
		printf("left %d\n", status);
	}
	return status;
}
