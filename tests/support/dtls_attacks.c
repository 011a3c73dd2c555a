/* SPDX-License-Identifier: MIT */
/*
 * Clients of a DTLS server on 127.0.0.1 that return their cookie, and then misbehave. They
 * need no TLS library: all that they send is in clear, or is garbage.
 *
 *	dtls_attacks ATTACK N PORT
 *
 * Each of N clients, one after the other:
 *	later	sends a hundred short records of the next epoch
 *	early	begins messages that are far from due, the longest that there are
 *	long	announces a certificate that is longer than any
 *	empty	sends datagrams of no bytes, of one, and of half a record
 *	again	begins another handshake from the same port
 *	repeat	repeats its ClientHello a hundred times
 *	stop	does nothing more
 *
 * Prints "ready" and what they got: sent=BYTES received=BYTES flights=N, N being the clients
 * whose second handshake was answered. The sockets stay open until standard input ends.
 * Status 1: it could not be done, or took longer than a minute.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/bytes.h"

enum { REPEAT_MS = 50, REPEATS_MAX = 200, ALL_MAX_S = 60 };
enum { HANDSHAKE = 22 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, VERIFY_REQUEST = 3, CERTIFICATE = 11 };
enum { RECORD_HEADER = 13, MESSAGE_HEADER = 12, COOKIE_AT = RECORD_HEADER + MESSAGE_HEADER + 2 };

/* One client. */
struct client {
	int fd;
	unsigned records; /* sent so far */
	unsigned char random[32], cookie[256];
	size_t cookie_len;
};

static struct sockaddr_in server;
static size_t sent, received, flights;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "dtls_attacks: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* RFC 6347 section 4.1 */
static void put_record(struct bytes *b, struct client *c, unsigned type, unsigned epoch,
    const struct bytes *body)
{
	bytes_put_number(b, 1, type);
	bytes_put_number(b, 2, 0xfefd);
	bytes_put_number(b, 2, epoch);
	bytes_put_number(b, 6, c->records++);
	bytes_put_number(b, 2, body->len);
	bytes_put(b, body->at, body->len);
}

/* A fragment at this offset of a message of this length (section 4.2.2). */
static void put_fragment(struct bytes *b, unsigned type, unsigned number, size_t len, size_t at,
    const struct bytes *part)
{
	bytes_put_number(b, 1, type);
	bytes_put_number(b, 3, len);
	bytes_put_number(b, 2, number);
	bytes_put_number(b, 3, at);
	bytes_put_number(b, 3, part->len);
	bytes_put(b, part->at, part->len);
}

static void send_bytes(struct client *c, const struct bytes *b)
{
	/* A full buffer somewhere on the way is a loss. */
	if (send(c->fd, b->at, b->len, 0) == (ssize_t)b->len)
		sent += b->len;
}

static void send_record(struct client *c, unsigned type, unsigned epoch, const struct bytes *body)
{
	struct bytes b = { .len = 0 };

	put_record(&b, c, type, epoch, body);
	send_bytes(c, &b);
}

/* RFC 5246 section 7.4.1.2, and the cookie. */
static void send_hello(struct client *c)
{
	static const unsigned char ciphers[] = { 0xc0, 0x2b, 0xc0, 0x2f }, compression[] = { 1, 0 };
	static const unsigned char extensions[] = { 0, 10, 0, 4, 0, 2, 0, 23, /* secp256r1 */
		0, 11, 0, 2, 1, 0,                                           /* uncompressed */
		0, 13, 0, 6, 0, 4, 4, 3, 8, 4,         /* ecdsa_secp256r1_sha256, rsa_pss */
		0, 23, 0, 0, 0xff, 1, 0, 1, 0 };       /* extended master secret, RFC 5746 */
	struct bytes hello = { .len = 0 }, message = { .len = 0 };

	bytes_put_number(&hello, 2, 0xfefd);
	bytes_put(&hello, c->random, sizeof c->random);
	bytes_put_number(&hello, 1, 0);
	bytes_put_number(&hello, 1, c->cookie_len);
	bytes_put(&hello, c->cookie, c->cookie_len);
	bytes_put_number(&hello, 2, sizeof ciphers);
	bytes_put(&hello, ciphers, sizeof ciphers);
	bytes_put(&hello, compression, sizeof compression);
	bytes_put_number(&hello, 2, sizeof extensions);
	bytes_put(&hello, extensions, sizeof extensions);
	put_fragment(&message, CLIENT_HELLO, c->cookie_len > 0, hello.len, 0, &hello);
	send_record(c, HANDSHAKE, 0, &message);
}

static bool receive(struct client *c, struct bytes *b, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, ms) > 0 ? recv(c->fd, b->at, sizeof b->at, 0) : -1;

	b->len = n > 0 ? (size_t)n : 0;
	received += b->len;
	return b->len > 0;
}

/*
 * Sends a ClientHello and waits for this message; false: it did not come. The hello is repeated
 * soon, and often: the datagrams of the attack before may have filled the socket of a busy server.
 */
static bool hello(struct client *c, unsigned answer, struct bytes *b)
{
	for (int i = 0; i < REPEATS_MAX; i++) {
		send_hello(c);
		while (receive(c, b, REPEAT_MS)) {
			if (b->len > COOKIE_AT && b->at[0] == HANDSHAKE &&
			    b->at[RECORD_HEADER] == answer)
				return true;
		}
	}
	return false;
}

/*
 * From no cookie to the server's flight; false: no answer. No two clients have one random, nor
 * do those of two processes: a hello with the random of a former client of the same port is, to the
 * server, that client's, repeated.
 */
static bool begin(struct client *c)
{
	struct bytes b;

	if (getrandom(c->random, sizeof c->random, 0) != sizeof c->random)
		die("getrandom");
	c->cookie_len = 0;
	if (!hello(c, VERIFY_REQUEST, &b))
		return false;
	c->cookie_len = b.at[COOKIE_AT];
	if (COOKIE_AT + 1 + c->cookie_len > b.len)
		die("not a cookie");
	memcpy(c->cookie, b.at + COOKIE_AT + 1, c->cookie_len);
	return hello(c, SERVER_HELLO, &b);
}

static void later(struct client *c)
{
	static const struct bytes garbage = { .at = "?", .len = 1 };

	for (int i = 0; i < 100; i++)
		send_record(c, HANDSHAKE, 1, &garbage);
}

/* A byte in each page, so that the memory is used and not only reserved. */
static void early(struct client *c)
{
	enum { LONGEST = 16000, PAGE = 4096, FIRST = 2, LAST = 12 };
	static const struct bytes part = { .at = "?", .len = 1 };

	for (unsigned number = FIRST; number <= LAST; number++) {
		struct bytes messages = { .len = 0 };

		for (size_t at = 0; at < LONGEST; at += PAGE)
			put_fragment(&messages, CERTIFICATE, number, LONGEST, at, &part);
		send_record(c, HANDSHAKE, 0, &messages);
	}
}

static void announce(struct client *c)
{
	static const struct bytes part = { .at = "?", .len = 1 };
	struct bytes message = { .len = 0 };

	put_fragment(&message, CERTIFICATE, 2, 0xfffff, 0, &part);
	send_record(c, HANDSHAKE, 0, &message);
}

static void empty(struct client *c)
{
	static const struct bytes none = { .len = 0 };
	static const struct bytes half = { .at = { HANDSHAKE, 0xfe }, .len = 9 };

	send_bytes(c, &none);
	send_bytes(c, &(const struct bytes){ .at = "?", .len = 1 });
	send_bytes(c, &half);
}

static void again(struct client *c)
{
	flights += begin(c);
}

static void repeat(struct client *c)
{
	for (int i = 0; i < 100; i++)
		send_hello(c);
}

static void stop(struct client *c)
{
	(void)c;
}

static const struct {
	const char *name;
	void (*run)(struct client *c);
} attacks[] = {
	{ "later", later },
	{ "early", early },
	{ "long", announce },
	{ "empty", empty },
	{ "again", again },
	{ "repeat", repeat },
	{ "stop", stop },
};

static void run(void (*attack)(struct client *c))
{
	struct client c = { .fd = socket(AF_INET, SOCK_DGRAM, 0) };

	if (c.fd < 0 || connect(c.fd, (struct sockaddr *)&server, sizeof server) != 0)
		die("socket");
	if (!begin(&c))
		die("no handshake");
	attack(&c);
}

static _Noreturn void usage(void)
{
	fputs("usage: see the beginning of tests/support/dtls_attacks.c\n", stderr);
	exit(1);
}

static unsigned number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n == 0 || n > 65535)
		usage();
	return (unsigned)n;
}

static size_t find(const char *name)
{
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
		if (strcmp(name, attacks[i].name) == 0)
			return i;
	}
	usage();
}

int main(int argc, char *argv[])
{
	char end[64];

	alarm(ALL_MAX_S);
	if (argc != 4)
		usage();
	server.sin_family = AF_INET;
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons((in_port_t)number(argv[3]));
	for (unsigned n = number(argv[2]); n > 0; n--)
		run(attacks[find(argv[1])].run);
	printf("ready sent=%zu received=%zu flights=%zu\n", sent, received, flights);
	fflush(stdout);
	while (read(STDIN_FILENO, end, sizeof end) > 0)
		;
	return 0;
}
