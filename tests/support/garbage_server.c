/* SPDX-License-Identifier: MIT */
/*
 * Servers that send invalid data, and a client for each:
 *
 *	garbage_server --cert FILE --key FILE [--seed N] [--first N] [--count N] [--parallel N]
 *	               CLIENT [ARG...]
 *
 * Stream i of a seed is always the same. Some streams are noise; others begin like TLS, so that a
 * client gets further before it fails. Runs CLIENT for each stream, with 127.0.0.1 and the port
 * after its arguments; its standard output goes to standard error. Prints how often each exit
 * status occurred, the time of the slowest, and a line "wrong: ..." for each client that ended by a
 * signal, with a status below 20 (which is no failure of a server) or not within 20 seconds. Exits
 * with status 1 if there is one.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "support/listening.h"

enum { STREAM_MAX = 8192, PARALLEL_MAX = 64, PATIENCE_MS = 20000, LEAST_STATUS = 20 };

/* A server in a process of its own: nobody waits for it but its client. */
enum { SERVER_SECONDS = 60 };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "babble: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(2);
}

/* ---- chance ------------------------------------------------------------------ */

/* splitmix64: any seed is as good as another. */
static uint64_t chance;

static uint64_t draw(void)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static unsigned below(unsigned limit)
{
	return (unsigned)(draw() % limit);
}

/* ---- what is said -------------------------------------------------------------- */

struct stream {
	unsigned char bytes[STREAM_MAX];
	size_t len;
};

static void put(struct stream *s, const void *bytes, size_t len)
{
	if (len > sizeof s->bytes - s->len)
		len = sizeof s->bytes - s->len;
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

static void put_byte(struct stream *s, unsigned value)
{
	unsigned char byte = (unsigned char)value;

	put(s, &byte, 1);
}

static void put_16(struct stream *s, unsigned value)
{
	put_byte(s, value >> 8 & 0xff);
	put_byte(s, value & 0xff);
}

static void put_noise(struct stream *s, size_t len)
{
	while (len-- > 0)
		put_byte(s, (unsigned)draw() & 0xff);
}

/* A record (RFC 8446 section 5.1) or a handshake message (section 4) around what is inside. */
static void put_record(struct stream *s, unsigned type, const struct stream *inside)
{
	put_byte(s, type);
	put_16(s, 0x0303);
	put_16(s, (unsigned)inside->len);
	put(s, inside->bytes, inside->len);
}

static void put_message(struct stream *s, unsigned type, const struct stream *inside)
{
	put_byte(s, type);
	put_byte(s, 0);
	put_16(s, (unsigned)inside->len);
	put(s, inside->bytes, inside->len);
}

/* Of a ClientHello: its session id, which a ServerHello of TLS 1.3 says again. */
struct hello {
	unsigned char id[32];
	unsigned id_len;
};

/* Up to the extensions of a ServerHello. */
static void put_server_hello(struct stream *s, const struct hello *h, unsigned cipher)
{
	put_16(s, 0x0303);
	put_noise(s, 32);
	put_byte(s, h->id_len);
	put(s, h->id, h->id_len);
	put_16(s, cipher);
	put_byte(s, 0);
}

static void put_extensions(struct stream *s, const struct stream *inside)
{
	put_16(s, (unsigned)inside->len);
	put(s, inside->bytes, inside->len);
}

static void put_extension(struct stream *s, unsigned type, const struct stream *inside)
{
	put_16(s, type);
	put_extensions(s, inside);
}

static void say_hello(struct stream *s, unsigned type, const struct stream *hello)
{
	struct stream message = { .len = 0 };

	put_message(&message, type, hello);
	put_record(s, 22, &message);
}

/* ---- kinds of streams ------------------------------------------------------------ */

static void be_noise(struct stream *s, const struct hello *h)
{
	(void)h;
	put_noise(s, below(STREAM_MAX));
}

/* Records of any type, also those that do not exist, with anything in them. */
static void be_records(struct stream *s, const struct hello *h)
{
	(void)h;
	for (unsigned n = 1 + below(6); n > 0; n--) {
		struct stream inside = { .len = 0 };

		put_noise(&inside, below(600));
		put_record(s, 20 + below(5), &inside);
	}
}

static void be_messages(struct stream *s, const struct hello *h)
{
	(void)h;
	for (unsigned n = 1 + below(4); n > 0; n--) {
		struct stream inside = { .len = 0 };

		put_noise(&inside, below(400));
		say_hello(s, below(26), &inside);
	}
}

static void be_alerts(struct stream *s, const struct hello *h)
{
	(void)h;
	for (unsigned n = 1 + below(3); n > 0; n--) {
		struct stream inside = { .len = 0 };

		put_byte(&inside, below(4));
		put_noise(&inside, 1 + below(2));
		put_record(s, 21, &inside);
	}
}

/* A ServerHello with extensions of any kind and content. */
static void be_extensions(struct stream *s, const struct hello *h)
{
	struct stream hello = { .len = 0 }, all = { .len = 0 };

	put_server_hello(&hello, h, below(2) ? 0x1301 : 0xc02b);
	for (unsigned n = below(6); n > 0; n--) {
		struct stream one = { .len = 0 };

		put_noise(&one, below(60));
		put_extension(&all, below(64), &one);
	}
	put_extensions(&hello, &all);
	say_hello(s, 2, &hello);
	be_records(s, h);
}

/* TLS 1.3 as it should begin; behind it nothing can be decrypted. */
static void be_13(struct stream *s, const struct hello *h)
{
	static const unsigned char version[] = { 3, 4 };
	struct stream hello = { .len = 0 }, all = { .len = 0 }, one = { .len = 0 },
		      secret = { .len = 0 };

	put_server_hello(&hello, h, 0x1301 + below(3));
	put(&one, version, sizeof version);
	put_extension(&all, 43, &one);
	one.len = 0;
	put_16(&one, 29); /* x25519 */
	put_16(&one, 32);
	put_noise(&one, 32);
	put_extension(&all, 51, &one);
	put_extensions(&hello, &all);
	say_hello(s, 2, &hello);
	put_noise(&secret, 17 + below(500));
	put_record(s, 23, &secret);
}

/* A HelloRetryRequest, by its random (RFC 8446 section 4.1.3), for any group. */
static void be_retry(struct stream *s, const struct hello *h)
{
	static const unsigned char retry[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe,
		0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
		0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	static const unsigned char version[] = { 3, 4 };
	struct stream hello = { .len = 0 }, all = { .len = 0 }, one = { .len = 0 };

	put_server_hello(&hello, h, 0x1301);
	memcpy(hello.bytes + 2, retry, sizeof retry);
	put(&one, version, sizeof version);
	put_extension(&all, 43, &one);
	one.len = 0;
	put_16(&one, below(2) ? 23 + below(3) : below(65536));
	put_extension(&all, 51, &one);
	put_extensions(&hello, &all);
	say_hello(s, 2, &hello);
	be_records(s, h);
}

/* TLS 1.2, with a certificate that is none, and keys that are none. */
static void be_12(struct stream *s, const struct hello *h)
{
	struct stream hello = { .len = 0 }, list = { .len = 0 }, inside = { .len = 0 };
	const struct stream secure = { .bytes = { 0xff, 1, 0, 1, 0 }, .len = 5 }; /* RFC 5746 */

	put_server_hello(&hello, h, 0xc02b);
	put_extensions(&hello, &secure);
	say_hello(s, 2, &hello);
	put_noise(&inside, 1 + below(900));
	put_byte(&list, 0);
	put_16(&list, (unsigned)inside.len + 3);
	put_byte(&list, 0);
	put_extensions(&list, &inside);
	say_hello(s, 11, &list);
	inside.len = 0;
	put_noise(&inside, below(200));
	say_hello(s, 12, &inside);
	inside.len = 0;
	say_hello(s, 14, &inside);
}

/* ---- a true server, and what becomes of its words -------------------------------- */

static const char *cert_file, *key_file;

static SSL *new_server(int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;

	if (!ctx || SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, version) != 1)
		die("cannot use --cert and --key");
	if (below(4) == 0)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (!ssl)
		die("no TLS connection");
	return ssl;
}

/* One byte inside of one of the records becomes another. The records' heads are left alone. */
static void mangle(unsigned char *bytes, size_t len)
{
	size_t starts[64], count = 0, at = 0, size;

	while (count < 64 && at + 5 < len) {
		starts[count++] = at;
		at += 5 + (size_t)(bytes[at + 3] << 8 | bytes[at + 4]);
	}
	if (count == 0)
		return;
	at = starts[below((unsigned)count)];
	size = (size_t)(bytes[at + 3] << 8 | bytes[at + 4]);
	if (size > len - at - 5)
		size = len - at - 5;
	if (size > 0)
		bytes[at + 5 + below((unsigned)size)] ^= (unsigned char)(1 + below(255));
}

static void send_all(int fd, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			exit(0);
		bytes += n;
		len -= (size_t)n;
	}
}

static void be_mangled(int fd, int version)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	unsigned char bytes[65536];
	SSL *ssl = new_server(version);
	ssize_t got;
	int len;

	if (!in || !out)
		die("no memory BIO");
	SSL_set_bio(ssl, in, out);
	while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
		BIO_write(in, bytes, (int)got);
		if (SSL_accept(ssl) == 1 && SSL_write(ssl, "Hello world\n", 12) == 12)
			SSL_shutdown(ssl);
		while ((len = BIO_read(out, bytes, sizeof bytes)) > 0) {
			mangle(bytes, (size_t)len);
			send_all(fd, bytes, (size_t)len);
		}
	}
	SSL_free(ssl);
}

/* Any number of bytes, and never the end. */
static void be_talkative(int fd)
{
	struct stream s = { .len = 0 };
	SSL *ssl = new_server(below(2) ? TLS1_3_VERSION : TLS1_2_VERSION);

	put_noise(&s, below(STREAM_MAX));
	if (SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1 && s.len > 0)
		SSL_write(ssl, s.bytes, (int)s.len);
	SSL_free(ssl);
}

/* ---- one server -------------------------------------------------------------------- */

static void (*const kinds[])(struct stream *s, const struct hello *h) = { be_noise, be_records,
	be_messages, be_alerts, be_extensions, be_13, be_retry, be_12 };

enum { KINDS = sizeof kinds / sizeof kinds[0], MANGLED_12 = KINDS, MANGLED_13, TALKATIVE, ALL };

static void read_hello(int fd, struct hello *h)
{
	enum { ID_AT = 5 + 4 + 2 + 32 };
	unsigned char bytes[65536];
	ssize_t n = recv(fd, bytes, sizeof bytes, 0);

	h->id_len = 0;
	if (n > ID_AT + 33 && bytes[ID_AT] <= sizeof h->id) {
		h->id_len = bytes[ID_AT];
		memcpy(h->id, bytes + ID_AT + 1, h->id_len);
	}
}

static void wait_for_end(int fd)
{
	char discarded[4096];

	while (recv(fd, discarded, sizeof discarded, 0) > 0)
		;
}

/* Most streams end with the connection, some in a reset, and a few stop somewhere. */
static void say(int fd, const struct stream *s)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	unsigned end = below(16);

	send_all(fd, s->bytes, end < 3 ? below((unsigned)s->len + 1) : s->len);
	if (end == 0)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	else if (end > 1)
		shutdown(fd, SHUT_WR);
	if (end > 0)
		wait_for_end(fd);
}

static _Noreturn void serve(int listener, uint64_t seed, unsigned i)
{
	struct stream s = { .len = 0 };
	struct hello h;
	int fd;

	alarm(SERVER_SECONDS);
	chance = seed ^ (uint64_t)i << 32;
	draw();
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		die("accept");
	switch (i % ALL) {
	case MANGLED_12:
		be_mangled(fd, TLS1_2_VERSION);
		break;
	case MANGLED_13:
		be_mangled(fd, TLS1_3_VERSION);
		break;
	case TALKATIVE:
		be_talkative(fd);
		break;
	default:
		read_hello(fd, &h);
		kinds[i % ALL](&s, &h);
		say(fd, &s);
	}
	_exit(0);
}

/* ---- all of them ------------------------------------------------------------------- */

struct probe {
	pid_t client, server; /* 0: none */
	unsigned number;
	uint64_t began_ms;
	bool killed;
};

static uint64_t seed;
static unsigned wrong, statuses[256];

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int start_listening(char text[16])
{
	unsigned port;
	int fd = listen_on_loopback(&port);

	if (fd < 0)
		die("cannot listen");
	snprintf(text, 16, "%u", port);
	return fd;
}

static pid_t fork_or_die(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	return pid;
}

static void start(struct probe *p, unsigned number, char *client[], int argc)
{
	char port[16];
	int listener = start_listening(port);

	*p = (struct probe){ .number = number, .began_ms = now_ms() };
	p->server = fork_or_die();
	if (p->server == 0)
		serve(listener, seed, number);
	p->client = fork_or_die();
	if (p->client == 0) {
		client[argc] = (char[]){ "127.0.0.1" };
		client[argc + 1] = port;
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execv(client[0], client);
		die(client[0]);
	}
	close(listener);
}

static void complain(const struct probe *p, const char *what, int value)
{
	printf("wrong: stream %u of seed %llu: %s %d\n", p->number, (unsigned long long)seed, what,
	    value);
	wrong++;
}

static void judge(const struct probe *p, int status, uint64_t took_ms, uint64_t *slowest_ms)
{
	if (took_ms > *slowest_ms)
		*slowest_ms = took_ms;
	if (p->killed)
		complain(p, "not done after milliseconds:", (int)took_ms);
	else if (WIFSIGNALED(status))
		complain(p, "ended by signal", WTERMSIG(status));
	else if (WEXITSTATUS(status) < LEAST_STATUS)
		complain(p, "ended with status", WEXITSTATUS(status));
	if (WIFEXITED(status))
		statuses[WEXITSTATUS(status)]++;
}

/* The client has ended: so has its server, soon. */
static void finish(struct probe *p, int status, uint64_t *slowest_ms)
{
	judge(p, status, now_ms() - p->began_ms, slowest_ms);
	kill(p->server, SIGKILL);
	waitpid(p->server, NULL, 0);
	p->client = p->server = 0;
}

/* Returns how many have ended. */
static unsigned look_around(struct probe all[], unsigned parallel, uint64_t *slowest_ms)
{
	unsigned ended = 0;

	for (unsigned i = 0; i < parallel; i++) {
		struct probe *p = &all[i];
		int status;

		if (p->client == 0)
			continue;
		if (waitpid(p->client, &status, WNOHANG) == p->client) {
			finish(p, status, slowest_ms);
			ended++;
		} else if (!p->killed && now_ms() - p->began_ms > PATIENCE_MS) {
			p->killed = true;
			kill(p->client, SIGKILL);
		}
	}
	return ended;
}

static void run(unsigned first, unsigned count, unsigned parallel, char *client[], int argc)
{
	struct probe all[PARALLEL_MAX] = { 0 };
	unsigned started = 0, ended = 0;
	uint64_t slowest_ms = 0;

	while (ended < count) {
		unsigned more;

		for (unsigned i = 0; i < parallel && started < count; i++) {
			if (all[i].client == 0)
				start(&all[i], first + started++, client, argc);
		}
		more = look_around(all, parallel, &slowest_ms);
		ended += more;
		if (more == 0)
			poll(NULL, 0, 1);
	}
	for (unsigned i = 0; i < 256; i++) {
		if (statuses[i] > 0)
			printf("status %u: %u\n", i, statuses[i]);
	}
	printf("%u streams of seed %llu, the slowest after %llu ms, %u wrong\n", count,
	    (unsigned long long)seed, (unsigned long long)slowest_ms, wrong);
}

static unsigned long long number(const char *text, unsigned long long most)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (!*text || *end || n > most) {
		fprintf(stderr, "babble: a number, not \"%s\"\n", text);
		exit(2);
	}
	return n;
}

int main(int argc, char *argv[])
{
	unsigned first = 0, count = 1, parallel = 8;
	char *client[64];
	int i, n = 0;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--cert") == 0)
			cert_file = argv[i + 1];
		else if (strcmp(argv[i], "--key") == 0)
			key_file = argv[i + 1];
		else if (strcmp(argv[i], "--seed") == 0)
			seed = number(argv[i + 1], UINT64_MAX);
		else if (strcmp(argv[i], "--first") == 0)
			first = (unsigned)number(argv[i + 1], 1000000);
		else if (strcmp(argv[i], "--count") == 0)
			count = (unsigned)number(argv[i + 1], 1000000);
		else if (strcmp(argv[i], "--parallel") == 0)
			parallel = (unsigned)number(argv[i + 1], PARALLEL_MAX);
	}
	for (; i < argc && n < 60; i++)
		client[n++] = argv[i];
	client[n + 2] = NULL;
	if (n == 0 || parallel == 0 || !cert_file || !key_file) {
		fputs("usage: garbage_server --cert FILE --key FILE [--seed N] [--first N] "
		      "[--count N] [--parallel N] CLIENT [ARG...]\n",
		    stderr);
		return 2;
	}
	run(first, count, parallel, client, n);
	return wrong > 0;
}
