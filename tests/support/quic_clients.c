/* SPDX-License-Identifier: MIT */
/*
 * QUIC clients for tests of hello-server, on 127.0.0.1 (OpenSSL 3.5 or later).
 *
 *	quic_clients greet N AT_ONCE PORT CA
 *			run N good clients, which verify chain, name and greeting
 *	quic_clients hello N PORT
 *			send N first Initial packets, each from another address, and nothing more
 *	quic_clients versions N PORT
 *			the same with another version of QUIC
 *	quic_clients garbage N PORT
 *			send N datagrams: noise, and Initial packets with a wrong byte or end
 *	quic_clients stall N PORT
 *			N clients answer the Retry, then say nothing until standard input ends
 *
 *	quic_clients late N PORT CA
 *			N good clients, which answer the Retry only when standard input ends
 *
 * late prints "ready" when all have a Retry, and stall when all tokens were returned. At the end
 * there is one line of name=count.
 * Status 0: done, whatever the result. 1: it could not be done, or took longer than five minutes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#if OPENSSL_VERSION_NUMBER >= 0x30500000L && !defined(OPENSSL_NO_QUIC)

#include <openssl/quic.h>

enum { AT_ONCE_MAX = 64, DATAGRAM_MAX = 4096, ALL_MAX_S = 300 };
enum { PATIENCE_MS = 30000, LATE_PATIENCE_MS = 5000 };

static const char greeting[] = "Hello world\n";

static struct sockaddr_in to = { .sin_family = AF_INET };
static unsigned total;
static SSL_CTX *context;
static atomic_uint begun, ok, failed;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "quic_clients: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* groups: one share only, so that the first flight is one datagram; NULL: the usual ones. */
static void make_context(const char *ca, const char *groups)
{
	context = SSL_CTX_new(OSSL_QUIC_client_method());
	if (!context || (groups && SSL_CTX_set1_groups_list(context, groups) != 1))
		die("SSL_CTX_new");
	if (!ca)
		return;
	if (SSL_CTX_load_verify_locations(context, ca, NULL) != 1)
		die(ca);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
}

static int connect_from(const char *from, const struct sockaddr_in *peer)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	if (from && (inet_pton(AF_INET, from, &at.sin_addr) != 1 ||
			bind(fd, (struct sockaddr *)&at, sizeof at) != 0))
		die("bind");
	if (connect(fd, (const struct sockaddr *)peer, sizeof *peer) != 0)
		die("connect");
	return fd;
}

static SSL *new_client(int fd, const struct sockaddr_in *peer)
{
	static const unsigned char alpn[] = "\7hello/1";
	SSL *ssl = SSL_new(context);
	BIO_ADDR *at = BIO_ADDR_new();

	if (!ssl || !at || SSL_set_fd(ssl, fd) != 1 || SSL_set_blocking_mode(ssl, 0) != 1 ||
	    BIO_ADDR_rawmake(at, AF_INET, &peer->sin_addr, sizeof peer->sin_addr,
		peer->sin_port) != 1 ||
	    SSL_set1_initial_peer_addr(ssl, at) != 1 ||
	    SSL_set_alpn_protos(ssl, alpn, sizeof alpn - 1) != 0 ||
	    SSL_set_tlsext_host_name(ssl, "localhost") != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), "localhost", 0) != 1 ||
	    SSL_set_default_stream_mode(ssl, SSL_DEFAULT_STREAM_MODE_NONE) != 1 ||
	    SSL_set_incoming_stream_policy(ssl, SSL_INCOMING_STREAM_POLICY_ACCEPT, 0) != 1)
		die("SSL_new");
	BIO_ADDR_free(at);
	return ssl;
}

/* ---- good clients ---------------------------------------------------------------------------- */

/* Waits for the socket or the library's timer; false: for too long. */
static bool wait_for(SSL *ssl, int fd, long end_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long ms = end_ms - now_ms();
	struct timeval left;
	int infinite = 1;

	if (ms <= 0)
		return false;
	if (SSL_get_event_timeout(ssl, &left, &infinite) == 1 && !infinite) {
		long event = left.tv_sec * 1000 + (left.tv_usec + 999) / 1000;

		if (event < ms)
			ms = event;
	}
	(void)poll(&p, 1, (int)ms);
	return SSL_handle_events(ssl) == 1;
}

static bool give_up(SSL *ssl, const char *where)
{
	SSL_CONN_CLOSE_INFO info = { 0 };

	(void)SSL_get_conn_close_info(ssl, &info, sizeof info);
	fprintf(stderr, "quic_clients: %s: close code 0x%llx, flags %x\n", where,
	    (unsigned long long)info.error_code, (unsigned)info.flags);
	return false;
}

static bool greeted(SSL *ssl, int fd, long patience_ms)
{
	long end = now_ms() + patience_ms;
	char got[sizeof greeting];
	size_t have = 0, n;
	SSL *stream;

	while (SSL_connect(ssl) != 1) {
		if (SSL_get_error(ssl, -1) != SSL_ERROR_WANT_READ || !wait_for(ssl, fd, end))
			return give_up(ssl, "handshake");
	}
	while (!(stream = SSL_accept_stream(ssl, SSL_ACCEPT_STREAM_NO_BLOCK))) {
		if (!wait_for(ssl, fd, end))
			return give_up(ssl, "stream");
	}
	for (;;) {
		if (SSL_read_ex(stream, got + have, sizeof got - have, &n) == 1)
			have += n;
		else if (SSL_get_error(stream, 0) == SSL_ERROR_ZERO_RETURN)
			break;
		else if (SSL_get_error(stream, 0) != SSL_ERROR_WANT_READ ||
		    !wait_for(ssl, fd, end))
			return give_up(ssl, "greeting");
	}
	SSL_free(stream);
	(void)SSL_shutdown_ex(ssl, SSL_SHUTDOWN_FLAG_RAPID | SSL_SHUTDOWN_FLAG_NO_BLOCK, NULL, 0);
	return have == sizeof greeting - 1 && memcmp(got, greeting, have) == 0;
}

static void *greet_some(void *unused)
{
	while (begun++ < total) {
		int fd = connect_from(NULL, &to);
		SSL *ssl = new_client(fd, &to);

		if (greeted(ssl, fd, PATIENCE_MS)) {
			ok++;
		} else {
			failed++;
			ERR_print_errors_fp(stderr);
		}
		ERR_clear_error();
		SSL_free(ssl);
		close(fd);
	}
	return unused;
}

static void greet(unsigned at_once, const char *ca)
{
	pthread_t thread[AT_ONCE_MAX];

	make_context(ca, NULL);
	for (unsigned i = 0; i < at_once; i++) {
		if (pthread_create(&thread[i], NULL, greet_some, NULL) != 0)
			die("pthread_create");
	}
	for (unsigned i = 0; i < at_once; i++)
		pthread_join(thread[i], NULL);
	printf("ok=%u failed=%u\n", (unsigned)ok, (unsigned)failed);
}

/* Good ones that take their time. */
static void be_late(const char *ca)
{
	struct pollfd waiting[AT_ONCE_MAX];
	SSL *ssl[AT_ONCE_MAX];
	char end[64];

	make_context(ca, NULL);
	for (unsigned i = 0; i < total; i++) {
		waiting[i] = (struct pollfd){ .fd = connect_from(NULL, &to), .events = POLLIN };
		ssl[i] = new_client(waiting[i].fd, &to);
		(void)SSL_connect(ssl[i]);
		if (poll(&waiting[i], 1, 5000) != 1)
			die("no Retry");
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, end, sizeof end) > 0)
		;
	for (unsigned i = 0; i < total; i++) {
		if (greeted(ssl[i], waiting[i].fd, LATE_PATIENCE_MS))
			ok++;
		else
			failed++;
		SSL_free(ssl[i]);
	}
	printf("ok=%u failed=%u\n", (unsigned)ok, (unsigned)failed);
}

/* ---- bad ones ------------------------------------------------------------------------------- */

static size_t receive(int fd, void *buf, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, ms) > 0 ? recv(fd, buf, DATAGRAM_MAX, 0) : 0;

	return n > 0 ? (size_t)n : 0;
}

/* The first datagram of a client, caught by a socket of our own. */
static size_t first_datagram(unsigned char bytes[DATAGRAM_MAX])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;
	int trap = socket(AF_INET, SOCK_DGRAM, 0), fd;
	size_t got;
	SSL *ssl;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (trap < 0 || bind(trap, (struct sockaddr *)&at, sizeof at) != 0 ||
	    getsockname(trap, (struct sockaddr *)&at, &len) != 0)
		die("bind");
	make_context(NULL, "X25519");
	fd = connect_from(NULL, &at);
	ssl = new_client(fd, &at);
	(void)SSL_connect(ssl);
	got = receive(trap, bytes, 5000);
	if (got < 1200)
		die("no Initial packet");
	SSL_free(ssl);
	close(fd);
	close(trap);
	return got;
}

static void hello(bool other_version)
{
	unsigned char bytes[DATAGRAM_MAX], answer[DATAGRAM_MAX];
	size_t len = first_datagram(bytes), sent = 0, received = 0, answers = 0, most = 0;

	if (other_version)
		memcpy(bytes + 1, "\x7a\x7a\x7a\x7a", 4);
	for (unsigned i = 0; i < total; i++) {
		char from[32];
		size_t got;
		int fd;

		snprintf(from, sizeof from, "127.%u.%u.%u", 1 + i / 50000, i / 250 % 200,
		    1 + i % 250);
		fd = connect_from(from, &to);
		if (send(fd, bytes, len, 0) == (ssize_t)len)
			sent += len;
		got = receive(fd, answer, 2000);
		received += got;
		answers += got > 0;
		most = got > most ? got : most;
		close(fd);
	}
	printf("sent=%zu received=%zu answers=%zu most=%zu\n", sent, received, answers, most);
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
	unsigned char good[DATAGRAM_MAX], bytes[DATAGRAM_MAX];
	size_t len = first_datagram(good), sent = 0, received = 0, got;
	int fd = connect_from(NULL, &to);

	srand(1);
	for (unsigned i = 0; i < total; i++) {
		size_t n;

		memcpy(bytes, good, len);
		n = spoil(bytes, len, i);
		if (send(fd, bytes, n, 0) == (ssize_t)n)
			sent += n;
		while ((got = receive(fd, bytes, 0)) > 0)
			received += got;
	}
	while ((got = receive(fd, bytes, 200)) > 0)
		received += got;
	printf("sent=%zu received=%zu\n", sent, received);
	close(fd);
}

static void stall(void)
{
	unsigned answered = 0;
	char end[64];

	make_context(NULL, NULL);
	for (unsigned i = 0; i < total; i++) {
		/* The sockets stay open until the end, so that no address is used again. */
		int fd = connect_from(NULL, &to);
		SSL *ssl = new_client(fd, &to);
		struct pollfd p = { .fd = fd, .events = POLLIN };

		(void)SSL_connect(ssl);
		if (poll(&p, 1, 5000) != 1)
			die("no Retry");
		(void)SSL_handle_events(ssl);
		/* The server's flight, which nobody answers. */
		answered += poll(&p, 1, 5000) == 1;
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, end, sizeof end) > 0)
		;
	printf("answered=%u\n", answered);
}

static _Noreturn void usage(void)
{
	fputs("usage: see the beginning of tests/support/quic_clients.c\n", stderr);
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
	alarm(ALL_MAX_S);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc < 4)
		usage();
	total = number(argv[2], 1000000);
	to.sin_port = htons((in_port_t)number(argv[argc == 6 ? 4 : 3], 65535));
	if (argc == 5 && strcmp(argv[1], "late") == 0 && total <= AT_ONCE_MAX) {
		be_late(argv[4]);
		return 0;
	}
	if (argc == 6 && strcmp(argv[1], "greet") == 0)
		greet(number(argv[3], AT_ONCE_MAX), argv[5]);
	else if (argc != 4)
		usage();
	else if (strcmp(argv[1], "hello") == 0)
		hello(false);
	else if (strcmp(argv[1], "versions") == 0)
		hello(true);
	else if (strcmp(argv[1], "garbage") == 0)
		garbage();
	else if (strcmp(argv[1], "stall") == 0)
		stall();
	else
		usage();
	return 0;
}

#else

int main(void)
{
	fputs("quic_clients: this TLS library has no QUIC\n", stderr);
	return 77;
}

#endif
