/* SPDX-License-Identifier: MIT */
/*
 * A TCP proxy that forwards every byte, and every end of a stream, after a delay: it simulates a
 * long path without privileges.
 *
 *	delayproxy LISTEN-PORT TARGET-PORT DELAY-MS [SECONDS]
 *
 * Works on loopback. It accepts at once, so a client measures the time after the TCP connect: each
 * round trip of the protocol above costs twice the delay. Each connection has its own process; all
 * exit after SECONDS (300), or when the first process ends.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What was read at once; without bytes it is the end of the stream. */
struct chunk {
	struct chunk *next;
	double due_ms;
	size_t len;
	char bytes[];
};

struct stream {
	int from, to;
	struct chunk *first, **last;
	bool read_all, sent_all;
};

static double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void take_in(struct stream *s, double delay_ms)
{
	char buf[16 * 1024];
	ssize_t n = recv(s->from, buf, sizeof buf, 0);
	struct chunk *chunk;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		s->read_all = true;
		n = 0;
	}
	chunk = malloc(sizeof *chunk + (size_t)n);
	if (!chunk)
		_exit(1);
	chunk->next = NULL;
	chunk->due_ms = clock_ms() + delay_ms;
	chunk->len = (size_t)n;
	memcpy(chunk->bytes, buf, (size_t)n);
	*s->last = chunk;
	s->last = &chunk->next;
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		/* The receiver is gone; what its peer sends is lost, as on a real path. */
		if (n < 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static void let_out(struct stream *s)
{
	while (s->first && s->first->due_ms <= clock_ms()) {
		struct chunk *chunk = s->first;

		if (chunk->len > 0) {
			send_all(s->to, chunk->bytes, chunk->len);
		} else {
			shutdown(s->to, SHUT_WR);
			s->sent_all = true;
		}
		s->first = chunk->next;
		if (!s->first)
			s->last = &s->first;
		free(chunk);
	}
}

/* Wait until something can be read, or the first chunk of either stream is due. */
static void wait_for_news(const struct stream streams[2], struct pollfd polls[2])
{
	double due_ms = clock_ms() + 1000, wait_ms;
	struct timespec time;

	for (int i = 0; i < 2; i++) {
		const struct stream *s = &streams[i];

		polls[i] = (struct pollfd){ .fd = s->read_all ? -1 : s->from, .events = POLLIN };
		if (s->first && s->first->due_ms < due_ms)
			due_ms = s->first->due_ms;
	}
	wait_ms = due_ms - clock_ms();
	if (wait_ms < 0)
		wait_ms = 0;
	time.tv_sec = (time_t)(wait_ms / 1e3);
	time.tv_nsec = (long)((wait_ms - (double)time.tv_sec * 1e3) * 1e6);
	if (ppoll(polls, 2, &time, NULL) < 0)
		polls[0].revents = polls[1].revents = 0;
}

static void relay(int client, int server, double delay_ms)
{
	struct stream streams[2] = { { .from = client, .to = server },
		{ .from = server, .to = client } };
	struct pollfd polls[2];

	for (int i = 0; i < 2; i++)
		streams[i].last = &streams[i].first;
	while (!streams[0].sent_all || !streams[1].sent_all) {
		wait_for_news(streams, polls);
		for (int i = 0; i < 2; i++) {
			if (polls[i].revents)
				take_in(&streams[i], delay_ms);
			let_out(&streams[i]);
		}
	}
}

static int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	return a;
}

static _Noreturn void serve(int client, const struct sockaddr_in *target, double delay_ms,
    unsigned seconds)
{
	int server = make_socket();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(seconds);
	if (connect(server, (const struct sockaddr *)target, sizeof *target) == 0)
		relay(client, server, delay_ms);
	_exit(0);
}

int main(int argc, char *argv[])
{
	unsigned seconds = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 300;
	struct sockaddr_in at, target;
	int listener = make_socket();
	double delay_ms;

	if (argc < 4 || argc > 5) {
		fputs("usage: delayproxy LISTEN-PORT TARGET-PORT DELAY-MS [SECONDS]\n", stderr);
		return 2;
	}
	at = loopback(argv[1]);
	target = loopback(argv[2]);
	delay_ms = strtod(argv[3], NULL);
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	alarm(seconds);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 1024) != 0) {
		perror("delayproxy: listen");
		return 1;
	}
	for (;;) {
		int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC), on = 1;

		if (client < 0)
			continue;
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (fork() == 0)
			serve(client, &target, delay_ms, seconds);
		close(client);
	}
}
