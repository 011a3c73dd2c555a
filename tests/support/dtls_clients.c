/* SPDX-License-Identifier: MIT */
/*
 * DTLS clients for tests of hello-server, on 127.0.0.1 or another ADDRESS.
 *
 *	dtls_clients [--to ADDRESS] [--greeting TEXT] greet N AT_ONCE PORT CA
 *			run N good clients, which verify chain, name and greeting
 *	dtls_clients hello N PORT
 *			send N first ClientHellos, each from another address, and nothing more
 *	dtls_clients garbage N PORT
 *			send N datagrams: noise, and ClientHellos with a wrong byte or end
 *	dtls_clients stall N PORT
 *			N clients return their cookie, then say nothing until standard input ends
 *
 * stall prints "ready" when all cookies were returned. At the end there is one line of name=count.
 * Status 0: done, whatever the result. 1: it could not be done, or took longer than five minutes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

enum { AT_ONCE_MAX = 64, DATAGRAM_MAX = 4096, PATIENCE_MS = 30000, ALL_MAX_S = 300 };

static struct {
	struct in_addr to;
	in_port_t port;
	unsigned n;
	const char *greeting, *ca;
} options = { .greeting = "Hello world" };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "dtls_clients: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static int connect_from(const char *from)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	if (from && (inet_pton(AF_INET, from, &at.sin_addr) != 1 ||
			bind(fd, (struct sockaddr *)&at, sizeof at) != 0))
		die("bind");
	at.sin_addr = options.to;
	at.sin_port = options.port;
	if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		die("connect");
	return fd;
}

static SSL_CTX *new_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(DTLS_client_method());

	if (!ctx || SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) != 1)
		die("SSL_CTX_new");
	if (options.ca) {
		if (SSL_CTX_load_verify_locations(ctx, options.ca, NULL) != 1)
			die(options.ca);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	}
	return ctx;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- good clients ---------------------------------------------------------------------------- */

static atomic_uint begun, ok, failed, repeated;
static SSL_CTX *context;

/* Waits for the socket or the library's timer. */
static bool wait_for(SSL *ssl, int fd, long end_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long ms = end_ms - now_ms();
	struct timeval timer;

	if (ms <= 0)
		return false;
	if (DTLSv1_get_timeout(ssl, &timer)) {
		long until = timer.tv_sec * 1000 + (timer.tv_usec + 999) / 1000;

		if (until < ms)
			ms = until;
	}
	poll(&p, 1, (int)ms);
	if (DTLSv1_handle_timeout(ssl) > 0)
		repeated++;
	return true;
}

/* Says where, and why: 2 is a time-out, 5 an error of the socket, 6 a close_notify. */
static bool give_up(SSL *ssl, const char *where, int n)
{
	int error = errno;

	fprintf(stderr, "dtls_clients: %s: SSL_get_error %d, %s\n", where, SSL_get_error(ssl, n),
	    strerror(error));
	return false;
}

static bool greeted(SSL *ssl, int fd)
{
	long end = now_ms() + PATIENCE_MS;
	char got[256], expected[256];
	int n;

	while ((n = SSL_connect(ssl)) != 1) {
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ || !wait_for(ssl, fd, end))
			return give_up(ssl, "handshake", n);
	}
	while ((n = SSL_read(ssl, got, sizeof got)) <= 0) {
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ || !wait_for(ssl, fd, end))
			return give_up(ssl, "greeting", n);
	}
	snprintf(expected, sizeof expected, "%s\n", options.greeting);
	SSL_shutdown(ssl);
	return (size_t)n == strlen(expected) && memcmp(got, expected, (size_t)n) == 0;
}

static void greet_once(void)
{
	int fd = connect_from(NULL);
	SSL *ssl = SSL_new(context);
	BIO *bio = BIO_new_dgram(fd, BIO_NOCLOSE);
	BIO_ADDR *to = BIO_ADDR_new();

	if (!ssl || !bio || !to || SSL_set_tlsext_host_name(ssl, "localhost") != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), "localhost", 0) != 1 ||
	    BIO_ADDR_rawmake(to, AF_INET, &options.to, sizeof options.to, options.port) != 1)
		die("SSL_new");
	BIO_ctrl_set_connected(bio, to);
	SSL_set_bio(ssl, bio, bio);
	if (greeted(ssl, fd)) {
		ok++;
	} else {
		failed++;
		ERR_print_errors_fp(stderr);
	}
	ERR_clear_error();
	SSL_free(ssl);
	BIO_ADDR_free(to);
	close(fd);
}

static void *greet_some(void *unused)
{
	while (begun++ < options.n)
		greet_once();
	return unused;
}

static void greet(unsigned at_once)
{
	pthread_t thread[AT_ONCE_MAX];

	context = new_context();
	for (unsigned i = 0; i < at_once; i++) {
		if (pthread_create(&thread[i], NULL, greet_some, NULL) != 0)
			die("pthread_create");
	}
	for (unsigned i = 0; i < at_once; i++)
		pthread_join(thread[i], NULL);
	printf("ok=%u failed=%u repeated=%u\n", (unsigned)ok, (unsigned)failed,
	    (unsigned)repeated);
}

/* ---- bad ones ------------------------------------------------------------------------------- */

/* A client without a socket. */
static SSL *new_detached(SSL_CTX *ctx)
{
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (!ssl || !in || !out)
		die("SSL_new");
	BIO_set_mem_eof_return(in, -1);
	SSL_set_bio(ssl, in, out);
	SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
	SSL_set_mtu(ssl, 1200);
	return ssl;
}

/* What it sends next, given what it got. */
static size_t next_hello(SSL *ssl, const void *got, size_t got_len, unsigned char *hello)
{
	int n;

	if (got_len > 0 && BIO_write(SSL_get_rbio(ssl), got, (int)got_len) != (int)got_len)
		die("BIO_write");
	SSL_connect(ssl);
	n = BIO_read(SSL_get_wbio(ssl), hello, DATAGRAM_MAX);
	if (n <= 0)
		die("no ClientHello");
	return (size_t)n;
}

static size_t receive(int fd, void *buf, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, ms) > 0 ? recv(fd, buf, DATAGRAM_MAX, 0) : 0;

	return n > 0 ? (size_t)n : 0;
}

static void hello(void)
{
	SSL_CTX *ctx = new_context();
	SSL *ssl = new_detached(ctx);
	unsigned char bytes[DATAGRAM_MAX], answer[DATAGRAM_MAX];
	size_t len = next_hello(ssl, NULL, 0, bytes), sent = 0, received = 0, answers = 0;

	for (unsigned i = 0; i < options.n; i++) {
		char from[32];
		size_t got;
		int fd;

		snprintf(from, sizeof from, "127.%u.%u.%u", 1 + i / 50000, i / 250 % 200,
		    1 + i % 250);
		fd = connect_from(from);
		if (send(fd, bytes, len, 0) == (ssize_t)len)
			sent += len;
		got = receive(fd, answer, 2000);
		received += got;
		answers += got > 0;
		close(fd);
	}
	printf("sent=%zu received=%zu answers=%zu\n", sent, received, answers);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
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
	SSL_CTX *ctx = new_context();
	SSL *ssl = new_detached(ctx);
	unsigned char good[DATAGRAM_MAX], bytes[DATAGRAM_MAX];
	size_t len = next_hello(ssl, NULL, 0, good);
	int fd = connect_from(NULL);

	srand(1);
	for (unsigned i = 0; i < options.n; i++) {
		memcpy(bytes, good, len);
		(void)send(fd, bytes, spoil(bytes, len, i), 0);
		while (receive(fd, bytes, 0) > 0)
			;
	}
	printf("sent=%u\n", options.n);
	close(fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void stall(void)
{
	SSL_CTX *ctx = new_context();
	unsigned answered = 0;
	char end[64];

	for (unsigned i = 0; i < options.n; i++) {
		unsigned char bytes[DATAGRAM_MAX], answer[DATAGRAM_MAX];
		SSL *ssl = new_detached(ctx);
		/* The sockets stay open until the end, so that no address is used again. */
		int fd = connect_from(NULL);
		size_t len = next_hello(ssl, NULL, 0, bytes), got;

		(void)send(fd, bytes, len, 0);
		got = receive(fd, answer, 5000);
		if (got == 0)
			die("no cookie");
		len = next_hello(ssl, answer, got, bytes);
		(void)send(fd, bytes, len, 0);
		answered += receive(fd, answer, 5000) > 0;
		SSL_free(ssl);
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, end, sizeof end) > 0)
		;
	printf("answered=%u\n", answered);
	SSL_CTX_free(ctx);
}

static _Noreturn void usage(void)
{
	fputs("usage: see the beginning of tests/support/dtls_clients.c\n", stderr);
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

int main(int argc, char *argv[])
{
	int at = 1;

	alarm(ALL_MAX_S);
	options.to.s_addr = htonl(INADDR_LOOPBACK);
	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		if (strcmp(argv[at], "--greeting") == 0)
			options.greeting = argv[at + 1];
		else if (strcmp(argv[at], "--to") != 0 ||
		    inet_pton(AF_INET, argv[at + 1], &options.to) != 1)
			usage();
	}
	argv += at;
	argc -= at;
	if (argc < 3)
		usage();
	options.n = number(argv[1], 1000000);
	options.port = htons((in_port_t)number(argv[argc == 5 ? 3 : 2], 65535));
	if (strcmp(argv[0], "greet") == 0 && argc == 5) {
		options.ca = argv[4];
		greet(number(argv[2], AT_ONCE_MAX));
	} else if (argc == 3 && strcmp(argv[0], "hello") == 0) {
		hello();
	} else if (argc == 3 && strcmp(argv[0], "garbage") == 0) {
		garbage();
	} else if (argc == 3 && strcmp(argv[0], "stall") == 0) {
		stall();
	} else {
		usage();
	}
	return 0;
}
