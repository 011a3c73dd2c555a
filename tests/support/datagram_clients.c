/* SPDX-License-Identifier: MIT */
#include "support/datagram_clients.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>

enum { AT_ONCE_MAX = 64, ALL_MAX_S = 300, BYTES_MAX = DATAGRAM_CLIENTS_BYTES_MAX };

static const struct datagram_clients *protocol;
static struct sockaddr_in server = { .sin_family = AF_INET };
static unsigned total;
static SSL_CTX *context;
static atomic_uint begun, ok, failed;

_Noreturn void datagram_clients_die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", protocol->name, what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

long datagram_clients_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int datagram_clients_connect(const char *from)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		datagram_clients_die("socket");
	if (from && (inet_pton(AF_INET, from, &at.sin_addr) != 1 ||
			bind(fd, (struct sockaddr *)&at, sizeof at) != 0))
		datagram_clients_die("bind");
	if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0)
		datagram_clients_die("connect");
	return fd;
}

BIO_ADDR *datagram_clients_peer(int fd)
{
	BIO_ADDR *peer = BIO_ADDR_new();
	struct sockaddr_in at;
	socklen_t len = sizeof at;

	if (!peer || getpeername(fd, (struct sockaddr *)&at, &len) != 0 ||
	    BIO_ADDR_rawmake(peer, AF_INET, &at.sin_addr, sizeof at.sin_addr, at.sin_port) != 1)
		datagram_clients_die("getpeername");
	return peer;
}

bool datagram_clients_is_greeting(const void *bytes, size_t len)
{
	static const char greeting[] = "Hello world\n";

	return len == sizeof greeting - 1 && memcmp(bytes, greeting, len) == 0;
}

size_t datagram_clients_receive(int fd, unsigned char bytes[BYTES_MAX], int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, ms) > 0 ? recv(fd, bytes, BYTES_MAX, 0) : 0;

	return n > 0 ? (size_t)n : 0;
}

bool datagram_clients_sleep(int fd, const struct timeval *left, long end_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long ms = end_ms - datagram_clients_now_ms();

	if (ms <= 0)
		return false;
	if (left && left->tv_sec * 1000 + (left->tv_usec + 999) / 1000 < ms)
		ms = left->tv_sec * 1000 + (left->tv_usec + 999) / 1000;
	(void)poll(&p, 1, (int)ms);
	return true;
}

void datagram_clients_hold(void)
{
	char end[64];

	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, end, sizeof end) > 0)
		;
}

/* ---- good clients ---------------------------------------------------------------------------- */

void datagram_clients_count(bool greeted, int fd)
{
	if (greeted) {
		ok++;
	} else {
		failed++;
		ERR_print_errors_fp(stderr);
	}
	ERR_clear_error();
	close(fd);
}

void datagram_clients_print(const struct datagram_clients *p)
{
	printf("ok=%u failed=%u", (unsigned)ok, (unsigned)failed);
	if (p->repeated)
		printf(" repeated=%u", (unsigned)*p->repeated);
	putchar('\n');
}

static void *greet_some(void *unused)
{
	while (begun++ < total) {
		int fd = datagram_clients_connect(NULL);

		datagram_clients_count(protocol->greet(context, fd), fd);
	}
	return unused;
}

static void greet(unsigned at_once)
{
	pthread_t thread[AT_ONCE_MAX];

	for (unsigned i = 0; i < at_once; i++) {
		if (pthread_create(&thread[i], NULL, greet_some, NULL) != 0)
			datagram_clients_die("pthread_create");
	}
	for (unsigned i = 0; i < at_once; i++)
		pthread_join(thread[i], NULL);
	datagram_clients_print(protocol);
}

/* ---- bad ones ------------------------------------------------------------------------------- */

static void hello(void)
{
	unsigned char bytes[BYTES_MAX], answer[BYTES_MAX];
	size_t len = protocol->first(context, bytes), sent = 0, received = 0, answers = 0;

	for (unsigned i = 0; i < total; i++) {
		char from[32];
		size_t got;
		int fd;

		snprintf(from, sizeof from, "127.%u.%u.%u", 1 + i / 50000, i / 250 % 200,
		    1 + i % 250);
		fd = datagram_clients_connect(from);
		if (send(fd, bytes, len, 0) == (ssize_t)len)
			sent += len;
		got = datagram_clients_receive(fd, answer, 2000);
		received += got;
		answers += got > 0;
		close(fd);
	}
	printf("sent=%zu received=%zu answers=%zu\n", sent, received, answers);
}

static size_t spoil(unsigned char *bytes, size_t len, unsigned i)
{
	switch (i % 3) {
	case 0:
		for (size_t at = 0; at < len; at++)
			bytes[at] = (unsigned char)rand();
		return len;
	case 1:
		bytes[(unsigned)rand() % len] ^= (unsigned char)(1 + rand() % 255);
		return len;
	default:
		return (unsigned)rand() % len;
	}
}

static void garbage(void)
{
	unsigned char good[BYTES_MAX], bytes[BYTES_MAX];
	size_t len = protocol->first(context, good), sent = 0, received = 0, got;
	int fd = datagram_clients_connect(NULL);

	srand(1);
	for (unsigned i = 0; i < total; i++) {
		size_t n;

		memcpy(bytes, good, len);
		n = spoil(bytes, len, i);
		if (send(fd, bytes, n, 0) == (ssize_t)n)
			sent += n;
		while ((got = datagram_clients_receive(fd, bytes, 0)) > 0)
			received += got;
	}
	while ((got = datagram_clients_receive(fd, bytes, 200)) > 0)
		received += got;
	printf("sent=%zu received=%zu\n", sent, received);
	close(fd);
}

static void stall(void)
{
	unsigned answered = 0;

	/* The sockets stay open until the end, so that no address is used again. */
	for (unsigned i = 0; i < total; i++)
		answered += protocol->stall(context, datagram_clients_connect(NULL));
	datagram_clients_hold();
	printf("answered=%u\n", answered);
}

/* ---- the command ---------------------------------------------------------------------------- */

static _Noreturn void usage(void)
{
	fprintf(stderr, "usage: see the beginning of tests/support/%s.c\n", protocol->name);
	exit(1);
}

static unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n == 0 || n > max)
		usage();
	return (unsigned)n;
}

static void make_context(const char *ca)
{
	context = SSL_CTX_new(protocol->method());
	if (!context)
		datagram_clients_die("SSL_CTX_new");
	if (!ca)
		return;
	if (SSL_CTX_load_verify_locations(context, ca, NULL) != 1)
		datagram_clients_die(ca);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
}

static bool run(int argc, char *argv[])
{
	if (argc < 3 || argc > 5)
		return false;
	total = number(argv[1], 1000000);
	server.sin_port = htons((in_port_t)number(argv[argc == 5 ? 3 : 2], 65535));
	make_context(argc > 3 ? argv[argc - 1] : NULL);
	if (argc == 5 && strcmp(argv[0], "greet") == 0)
		greet(number(argv[2], AT_ONCE_MAX));
	else if (argc == 3 && strcmp(argv[0], "hello") == 0)
		hello();
	else if (argc == 3 && strcmp(argv[0], "garbage") == 0)
		garbage();
	else if (argc == 3 && strcmp(argv[0], "stall") == 0)
		stall();
	else
		return argc < 5 && protocol->more && protocol->more(argv[0], context, total);
	return true;
}

int datagram_clients_main(const struct datagram_clients *p, int argc, char *argv[])
{
	int at = 1;

	protocol = p;
	alarm(ALL_MAX_S);
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc > 2 && strcmp(argv[1], "--to") == 0) {
		if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1)
			usage();
		at = 3;
	}
	if (!run(argc - at, argv + at))
		usage();
	SSL_CTX_free(context);
	return 0;
}
