/* SPDX-License-Identifier: MIT */
/*
 * The kernel's part of a connection: messages with the sizes of a TLS handshake and a greeting, but
 * without TLS. A child process is the client. Prints the server's CPU time in microseconds for each
 * connection.
 *
 *	tcpfloor [--flights 1|2] [--count N] [--parallel N] [--server-cpu N] [--client-cpu N]
 *
 * With one flight the server sends everything at once after the ClientHello: accept4, recv, send,
 * shutdown, recv until the end, close. With two flights it sends the greeting after the client's
 * Finished.
 */
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Sizes for TLS 1.3 with an ECDSA P-256 certificate, an X25519 share and AES-128. */
enum { CLIENT_HELLO = 250, SERVER_FLIGHT = 760, CLIENT_FINISHED = 80, GREETING = 58 };

/* No run takes longer than this. */
enum { TIME_LIMIT_S = 60 };

struct options {
	int flights, server_cpu, client_cpu;
	unsigned long count;
	unsigned parallel;
};

static char bytes[4096];

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set) != 0)
		die("tcpfloor: sched_setaffinity");
}

static void watch(int epoll, int operation, int fd, uint32_t events, void *what)
{
	struct epoll_event event = { .events = events, .data.ptr = what };

	if (epoll_ctl(epoll, operation, fd, &event) != 0)
		die("tcpfloor: epoll_ctl");
}

static void send_bytes(int fd, size_t len)
{
	/* A loopback socket accepts this much at once; recv notices a lost peer. */
	ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

	(void)n;
}

/* ---- the client ------------------------------------------------------------ */

enum client_state { CLIENT_FREE, CLIENT_CONNECTING, CLIENT_WAITS, CLIENT_FINISHES };

struct client {
	int fd;
	enum client_state state;
	size_t got;
};

static void client_start(struct client *c, int epoll, const struct sockaddr_in *to,
    unsigned long number)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int on = 1;

	*c = (struct client){ .state = CLIENT_CONNECTING };
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number % 200));
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&from, sizeof from) != 0 ||
	    (connect(c->fd, (const struct sockaddr *)to, sizeof *to) != 0 && errno != EINPROGRESS))
		die("tcpfloor: connect");
	watch(epoll, EPOLL_CTL_ADD, c->fd, EPOLLOUT, c);
}

/* Returns true when the connection has ended. */
static bool client_step(struct client *c, int epoll, int flights)
{
	size_t flight = flights == 1 ? SERVER_FLIGHT + GREETING : SERVER_FLIGHT;
	ssize_t n;

	if (c->state == CLIENT_CONNECTING) {
		send_bytes(c->fd, CLIENT_HELLO);
		c->state = CLIENT_WAITS;
		watch(epoll, EPOLL_CTL_MOD, c->fd, EPOLLIN, c);
		return false;
	}
	n = recv(c->fd, bytes, sizeof bytes, 0);
	if (n > 0) {
		c->got += (size_t)n;
		if (c->state == CLIENT_WAITS && c->got >= flight) {
			send_bytes(c->fd, CLIENT_FINISHED);
			c->state = CLIENT_FINISHES;
		}
		return false;
	}
	if (n < 0 && errno == EAGAIN)
		return false;
	close(c->fd);
	c->state = CLIENT_FREE;
	return true;
}

static _Noreturn void client_main(const struct options *o, const struct sockaddr_in *to)
{
	struct client *clients = calloc(o->parallel, sizeof *clients);
	unsigned long started = 0, done = 0;
	struct epoll_event events[256];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	pin(o->client_cpu);
	while (clients && done < o->count) {
		int n;

		for (unsigned i = 0; i < o->parallel && started < o->count; i++) {
			if (clients[i].state == CLIENT_FREE)
				client_start(&clients[i], epoll, to, started++);
		}
		n = epoll_wait(epoll, events, 256, 1000);
		for (int i = 0; i < n; i++)
			done += client_step(events[i].data.ptr, epoll, o->flights);
	}
	_exit(0);
}

/* ---- the server ------------------------------------------------------------ */

enum server_state { SERVER_HELLO, SERVER_FINISHED, SERVER_END };

struct connection {
	int fd;
	enum server_state state;
};

/* Returns true when the connection has ended. */
static bool server_step(struct connection *c, int flights)
{
	ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		close(c->fd);
		free(c);
		return true;
	}
	if (c->state == SERVER_HELLO && flights == 2) {
		send_bytes(c->fd, SERVER_FLIGHT);
		c->state = SERVER_FINISHED;
	} else if (c->state != SERVER_END) {
		send_bytes(c->fd, flights == 1 ? SERVER_FLIGHT + GREETING : GREETING);
		shutdown(c->fd, SHUT_WR);
		c->state = SERVER_END;
	}
	return false;
}

static void server_accept(int listener, int epoll)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *c = calloc(1, sizeof *c);

		if (!c)
			die("tcpfloor");
		c->fd = fd;
		watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
	}
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static double serve(const struct options *o, int listener)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[256];
	unsigned long done = 0;
	double began;

	watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
	began = cpu_us();
	while (done < o->count) {
		int n = epoll_wait(epoll, events, 256, 1000);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				done += server_step(events[i].data.ptr, o->flights);
			else
				server_accept(listener, epoll);
		}
	}
	return (cpu_us() - began) / (double)o->count;
}

static int open_listener(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	socklen_t len = sizeof *at;

	*at = (struct sockaddr_in){ .sin_family = AF_INET };
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (fd < 0 || bind(fd, (struct sockaddr *)at, len) != 0 || listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, &len) != 0)
		die("tcpfloor: listen");
	return fd;
}

static void parse(struct options *o, int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "flights", required_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'n' },
		{ "parallel", required_argument, NULL, 'p' },
		{ "server-cpu", required_argument, NULL, 's' },
		{ "client-cpu", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*o = (struct options){ 1, -1, -1, 1000, 32 };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		unsigned long value = optarg ? strtoul(optarg, NULL, 10) : 0;

		if (option == 'f')
			o->flights = value == 2 ? 2 : 1;
		else if (option == 'n')
			o->count = value ? value : 1;
		else if (option == 'p')
			o->parallel = value ? (unsigned)value : 1;
		else if (option == 's')
			o->server_cpu = (int)value;
		else if (option == 'c')
			o->client_cpu = (int)value;
		else
			exit(2);
	}
}

int main(int argc, char *argv[])
{
	struct sockaddr_in at;
	struct options o;
	int listener;
	pid_t child;
	double us;

	parse(&o, argc, argv);
	listener = open_listener(&at);
	child = fork();
	if (child < 0)
		die("tcpfloor: fork");
	alarm(TIME_LIMIT_S);
	if (child == 0)
		client_main(&o, &at);
	pin(o.server_cpu);
	us = serve(&o, listener);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("flights=%d count=%lu cpu_us=%.1f\n", o.flights, o.count, us);
	return 0;
}
