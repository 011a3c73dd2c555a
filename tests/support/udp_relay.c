/* SPDX-License-Identifier: MIT */
/*
 * A path between a UDP client and a server at 127.0.0.1:PORT, which does to single datagrams what
 * networks do:
 *
 *	udp_relay [--time SECONDS] [RULE]... PORT
 *
 *	--lose SIDE N     datagram N of this side, "client" or "server", does not arrive; the first
 *	                  has number 0
 *	--delay SIDE N    it arrives, and all later ones after it, but only a second later
 *	--swap SIDE N     it arrives after the next one
 *	--limit SIDE N    no datagram of more than N bytes arrives
 *
 * Prints its port as its only line of output, and each datagram to standard error: its side,
 * number, length, and "lost", if it was. There is one client at a time: with the first datagram
 * from another address the numbers begin again. A signal ends it after its time (60 seconds).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RULES_MAX = 8, DATAGRAM_MAX = 65536, DELAY_MS = 1100 };

enum side { CLIENT, SERVER, SIDES };

static const char *const names[] = { "client", "server" };

enum what { LOSE, DELAY, SWAP, LIMIT };

static struct rule {
	enum what what;
	enum side side;
	unsigned long n;
} rules[RULES_MAX];
static unsigned rule_count;

static struct sockaddr_in client, server;
static int front, back; /* the sockets towards client and server */

/* What was received of each side, and what is held back of it. */
static struct {
	unsigned long count;
	bool holds;
	size_t len;
	unsigned char bytes[DATAGRAM_MAX];
} sides[SIDES];

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "udp_relay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pass_on(enum side from, const void *bytes, size_t len)
{
	/* What cannot be sent is lost, as on other paths. */
	if (from == CLIENT)
		(void)send(back, bytes, len, MSG_NOSIGNAL);
	else
		(void)sendto(front, bytes, len, MSG_NOSIGNAL, (struct sockaddr *)&client,
		    sizeof client);
}

static void hold(enum side from, const void *bytes, size_t len)
{
	memcpy(sides[from].bytes, bytes, len);
	sides[from].len = len;
	sides[from].holds = true;
}

static void let_go(enum side from)
{
	if (sides[from].holds)
		pass_on(from, sides[from].bytes, sides[from].len);
	sides[from].holds = false;
}

static void handle(enum side from, const void *bytes, size_t len)
{
	const unsigned long n = sides[from].count++;

	for (unsigned i = 0; i < rule_count; i++) {
		const struct rule *r = &rules[i];

		if (r->side != from || (r->what == LIMIT ? len <= r->n : n != r->n))
			continue;
		if (r->what == LOSE || r->what == LIMIT) {
			fprintf(stderr, "%s %lu %zu lost\n", names[from], n, len);
			return;
		}
		if (r->what == SWAP) {
			hold(from, bytes, len);
			return;
		}
		(void)poll(NULL, 0, DELAY_MS);
	}
	fprintf(stderr, "%s %lu %zu\n", names[from], n, len);
	pass_on(from, bytes, len);
	let_go(from);
}

/* A new one gets a new port towards the server. */
static void meet(const struct sockaddr_in *from)
{
	if (client.sin_port == from->sin_port)
		return;
	client = *from;
	memset(sides, 0, sizeof sides);
	if (back >= 0)
		close(back);
	back = socket(AF_INET, SOCK_DGRAM, 0);
	if (back < 0 || connect(back, (struct sockaddr *)&server, sizeof server) != 0)
		die("cannot reach the server");
}

static _Noreturn void serve(void)
{
	static unsigned char bytes[DATAGRAM_MAX];

	for (;;) {
		struct pollfd p[] = { { .fd = front, .events = POLLIN },
			{ .fd = back, .events = POLLIN } };
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n;

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents) {
			n = recv(back, bytes, sizeof bytes, 0);
			if (n >= 0)
				handle(SERVER, bytes, (size_t)n);
		}
		if (!p[0].revents)
			continue;
		n = recvfrom(front, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &len);
		if (n >= 0) {
			meet(&from);
			handle(CLIENT, bytes, (size_t)n);
		}
	}
}

static void start_listening(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = at;
	front = socket(AF_INET, SOCK_DGRAM, 0);
	if (front < 0 || bind(front, (struct sockaddr *)&at, sizeof at) != 0 ||
	    getsockname(front, (struct sockaddr *)&at, &len) != 0)
		die("cannot bind");
	back = -1;
	printf("%u\n", (unsigned)ntohs(at.sin_port));
	fflush(stdout);
}

static _Noreturn void usage(void)
{
	fputs("usage: see the beginning of tests/support/udp_relay.c\n", stderr);
	exit(2);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || n > 65535)
		usage();
	return n;
}

static void add_rule(const char *option, const char *side, const char *n)
{
	static const char *const kinds[] = { "--lose", "--delay", "--swap", "--limit" };
	struct rule *r = &rules[rule_count++];

	if (rule_count > RULES_MAX)
		usage();
	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(option, kinds[i]) != 0)
			continue;
		r->what = (enum what)i;
		r->side = strcmp(side, names[SERVER]) == 0 ? SERVER : CLIENT;
		r->n = number(n);
		return;
	}
	usage();
}

int main(int argc, char *argv[])
{
	unsigned seconds = 60;
	int at = 1;

	while (at + 1 < argc) {
		if (strcmp(argv[at], "--time") == 0) {
			seconds = (unsigned)number(argv[at + 1]);
			at += 2;
		} else {
			if (at + 3 >= argc)
				usage();
			add_rule(argv[at], argv[at + 1], argv[at + 2]);
			at += 3;
		}
	}
	if (at + 1 != argc)
		usage();
	/* The signal ends the program. */
	alarm(seconds);
	start_listening();
	server.sin_port = htons((in_port_t)number(argv[at]));
	serve();
}
