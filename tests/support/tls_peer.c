/* SPDX-License-Identifier: MIT */
/*
 * A server that misbehaves on purpose, each KIND in exactly one way, for the outcomes of
 * hello-client.
 *
 *	tls_peer [--listen ADDRESS] [--count N] [--time SECONDS] [--cert FILE --key FILE]
 *	         [--to PORT] KIND
 *
 * Listens on a free port, which it prints as its only line of output, and serves one connection
 * after the other. Exits after N of them (1), or with status 1 after its time (60 seconds), so that
 * no test leaves it behind. The kind that ends TLS forwards the data of the server at PORT of
 * 127.0.0.1.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

static const char greeting[] = "Hello world\n";

/* Between the bytes of what drips: shorter than any deadline of a single read. */
enum { DRIP_MS = 50 };

/* Of the connection that is served. */
static unsigned serial;

/* Whose words the kind that ends TLS brings. */
static unsigned origin_port;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void on_alarm(int number)
{
	static const char text[] = "peer: the time is over\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);

	(void)number;
	(void)n;
	_exit(1);
}

static void set_signals(unsigned seconds)
{
	const struct sigaction late = { .sa_handler = on_alarm };
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	const struct sigaction no_zombies = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };

	sigaction(SIGALRM, &late, NULL);
	sigaction(SIGPIPE, &ignored, NULL);
	sigaction(SIGCHLD, &no_zombies, NULL);
	alarm(seconds);
}

/* ---- misbehave of the TCP level ---------------------------------------------- */

/* A peer that has left is no failure here: the client may do as it likes. */
static void send_bytes(int fd, const void *bytes, size_t len)
{
	ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

	(void)n;
}

static bool read_exactly(int fd, unsigned char *to, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, to, len, 0);

		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

/* To the last byte: a close() with unread input would be a reset. */
static void read_client_hello(int fd)
{
	unsigned char record[5 + 65535];

	if (read_exactly(fd, record, 5))
		read_exactly(fd, record + 5, (size_t)(record[3] << 8 | record[4]));
}

static void wait_for_end(int fd)
{
	char discarded[4096];

	while (recv(fd, discarded, sizeof discarded, 0) > 0)
		;
}

/* Returns false when the client has left. */
static bool wait_between_drops(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, DRIP_MS) == 0;
}

static void finish(int fd)
{
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* ---- kinds that speak no TLS ------------------------------------------------ */

static void say_and_finish(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
	finish(fd);
}

static void be_plain(int fd)
{
	say_and_finish(fd, "Hello world\n");
}

static void be_ssh(int fd)
{
	say_and_finish(fd, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
}

static void be_smtp(int fd)
{
	say_and_finish(fd, "220 mx.test ESMTP\r\n");
}

static void be_http(int fd)
{
	read_client_hello(fd);
	say_and_finish(fd, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
}

/* What a terminal would obey and a log would split. */
static void be_hostile(int fd)
{
	say_and_finish(fd, "\033[2J\r\n\"\\\177\377 a=b");
}

static void be_silent(int fd)
{
	wait_for_end(fd);
}

static void be_reset(int fd)
{
	read_client_hello(fd);
	reset(fd);
}

static void be_close(int fd)
{
	read_client_hello(fd);
}

/* Alerts as RFC 8446 section 6 writes them: level fatal, then the description. */
static void send_alert(int fd, unsigned char description)
{
	const unsigned char record[] = { 21, 3, 3, 0, 2, 2, description };

	read_client_hello(fd);
	send_bytes(fd, record, sizeof record);
	finish(fd);
}

static void be_alert(int fd)
{
	send_alert(fd, SSL_AD_HANDSHAKE_FAILURE);
}

/* The answer of a server that knows nothing newer than TLS 1.1. */
static void be_old(int fd)
{
	send_alert(fd, SSL_AD_PROTOCOL_VERSION);
}

/* The answer of one that does not even notice: a ServerHello that chooses TLS 1.0. */
static void be_ancient(int fd)
{
	unsigned char hello[] = { 22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
		32, 0, 0, 0x2f, 0 };

	read_client_hello(fd);
	send_bytes(fd, hello, sizeof hello);
	finish(fd);
}

/* A ServerHello whose session id is longer than the message. */
static void be_garbled(int fd)
{
	unsigned char hello[5 + 44] = { 22, 3, 3, 0, 44, 2, 0, 0, 40, 3, 3 };

	hello[5 + 38] = 255;
	read_client_hello(fd);
	send_bytes(fd, hello, sizeof hello);
	finish(fd);
}

/* TLS 1.2, and a certificate whose issuer has a name that is no UTF-8. */
static void be_unreadable(int fd)
{
	static const unsigned char flight[] = { 22, 3, 3, 0, 49, 2, 0, 0, 45, 3, 3, 1, 2, 3, 4, 5,
		6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
		28, 29, 30, 31, 32, 0, 0xc0, 0x2b, 0, 0, 5, 0xff, 1, 0, 1, 0,
		/* Certificate */
		22, 3, 3, 0, 53, 11, 0, 0, 49, 0, 0, 46, 0, 0, 43,
		/* version 3, serial number 1, ecdsa-with-SHA256, CN=\xff */
		0x30, 41, 0x30, 39, 0xa0, 3, 2, 1, 2, 2, 1, 1, 0x30, 10, 6, 8, 0x2a, 0x86, 0x48,
		0xce, 0x3d, 4, 3, 2, 0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 12, 1, 0xff,
		0x30, 3, 0x17, 1, '2' };

	read_client_hello(fd);
	send_bytes(fd, flight, sizeof flight);
	finish(fd);
}

static void be_half(int fd)
{
	read_client_hello(fd);
	send_bytes(fd, "\026\003\003", 3);
	wait_for_end(fd);
}

/* A record that never ends, a byte at a time: no single read is ever late. */
static void be_drip(int fd)
{
	static const char header[] = { 22, 3, 3, 0x3f, 0 };

	for (size_t i = 0; wait_between_drops(fd); i++)
		send_bytes(fd, i < sizeof header ? &header[i] : "", 1);
}

/* ---- kinds that are bad after a good handshake ------------------------------- */

static void write_some(SSL *ssl, size_t len)
{
	if (SSL_write(ssl, greeting, (int)len) <= 0)
		ERR_clear_error();
}

static void be_truncate(SSL *ssl, int fd)
{
	write_some(ssl, sizeof greeting - 1);
	finish(fd);
}

static void be_cut(SSL *ssl, int fd)
{
	(void)ssl;
	finish(fd);
}

static void be_empty(SSL *ssl, int fd)
{
	SSL_shutdown(ssl);
	finish(fd);
}

static void be_long(SSL *ssl, int fd)
{
	char much[4096];

	(void)fd;
	memset(much, 'a', sizeof much);
	while (SSL_write(ssl, much, sizeof much) > 0)
		;
}

static void be_mute(SSL *ssl, int fd)
{
	(void)ssl;
	wait_for_end(fd);
}

static void be_stall(SSL *ssl, int fd)
{
	write_some(ssl, sizeof greeting / 2);
	wait_for_end(fd);
}

static void be_drip_greeting(SSL *ssl, int fd)
{
	while (wait_between_drops(fd) && SSL_write(ssl, "a", 1) == 1)
		;
}

/* Every tenth greeting comes late; see serve_apart. */
static void be_hiccup(SSL *ssl, int fd)
{
	struct timespec pause = { .tv_nsec = 200000000 };

	if (serial % 10 == 9)
		nanosleep(&pause, NULL);
	write_some(ssl, sizeof greeting - 1);
	SSL_shutdown(ssl);
	finish(fd);
}

static void be_reset_after(SSL *ssl, int fd)
{
	write_some(ssl, sizeof greeting / 2);
	reset(fd);
}

static int connect_to_origin(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)origin_port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
		die("cannot connect to the server behind");
	return fd;
}

/* As a balancer does: two connections, and the words of one go into the other. */
static void be_terminate(SSL *ssl, int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *origin = ctx ? SSL_new(ctx) : NULL;
	int origin_fd = connect_to_origin(), n;
	char words[4096];

	if (!origin || SSL_set_fd(origin, origin_fd) != 1 || SSL_connect(origin) != 1)
		die("no TLS to the server behind");
	while ((n = SSL_read(origin, words, sizeof words)) > 0) {
		if (SSL_write(ssl, words, n) <= 0)
			break;
	}
	SSL_free(origin);
	SSL_CTX_free(ctx);
	close(origin_fd);
	SSL_shutdown(ssl);
	finish(fd);
}

/* ---- the program -------------------------------------------------------------- */

/* One of the two functions, or neither for those that never accept. */
static const struct kind {
	const char *name;
	void (*raw)(int fd);
	void (*tls)(SSL *ssl, int fd);
} kinds[] = {
	{ "plain", be_plain, NULL },
	{ "ssh", be_ssh, NULL },
	{ "smtp", be_smtp, NULL },
	{ "http", be_http, NULL },
	{ "hostile", be_hostile, NULL },
	{ "silent", be_silent, NULL },
	{ "reset", be_reset, NULL },
	{ "close", be_close, NULL },
	{ "alert", be_alert, NULL },
	{ "old", be_old, NULL },
	{ "ancient", be_ancient, NULL },
	{ "garbled", be_garbled, NULL },
	{ "unreadable", be_unreadable, NULL },
	{ "half", be_half, NULL },
	{ "drip", be_drip, NULL },
	{ "full", NULL, NULL },   /* its queue is: what comes is dropped, as by a firewall */
	{ "closed", NULL, NULL }, /* it has the port, but does not listen */
	{ "truncate", NULL, be_truncate },
	{ "cut", NULL, be_cut },
	{ "empty", NULL, be_empty },
	{ "long", NULL, be_long },
	{ "mute", NULL, be_mute },
	{ "stall", NULL, be_stall },
	{ "drip-greeting", NULL, be_drip_greeting },
	{ "hiccup", NULL, be_hiccup },
	{ "reset-after", NULL, be_reset_after },
	{ "terminate", NULL, be_terminate },
};

struct options {
	const struct kind *kind;
	const char *listen, *cert, *key;
	unsigned count, seconds;
};

static unsigned number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n < 1 || n > 100000) {
		fprintf(stderr, "peer: a number from 1 to 100000, not \"%s\"\n", text);
		exit(2);
	}
	return (unsigned)n;
}

static _Noreturn void usage(void)
{
	fputs("usage: tls_peer [--listen ADDRESS] [--count N] [--time SECONDS] "
	      "[--cert FILE --key FILE] [--to PORT] KIND\nKIND:",
	    stderr);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		fprintf(stderr, " %s", kinds[i].name);
	fputc('\n', stderr);
	exit(2);
}

static void parse(struct options *o, int argc, char *argv[])
{
	*o = (struct options){ .listen = "127.0.0.1", .count = 1, .seconds = 60 };
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
			if (strcmp(argv[i], kinds[k].name) == 0)
				o->kind = &kinds[k];
		}
		if (argv[i][0] != '-')
			continue;
		if (strcmp(argv[i], "--listen") == 0)
			o->listen = value;
		else if (strcmp(argv[i], "--count") == 0)
			o->count = number(value);
		else if (strcmp(argv[i], "--time") == 0)
			o->seconds = number(value);
		else if (strcmp(argv[i], "--to") == 0)
			origin_port = number(value);
		else if (strcmp(argv[i], "--cert") == 0)
			o->cert = value;
		else if (strcmp(argv[i], "--key") == 0)
			o->key = value;
		else
			usage();
		i++;
	}
	if (!o->kind || (o->kind->tls && !(o->cert && o->key)))
		usage();
}

static SSL_CTX *make_ctx(const struct options *o)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	/* A bad server minds no key, however short. */
	if (ctx)
		SSL_CTX_set_security_level(ctx, 0);
	/* TLS 1.3: only there is the client's handshake surely done before what we do next. */
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1)
		die("cannot use --cert and --key");
	SSL_CTX_set_num_tickets(ctx, 0);
	return ctx;
}

static struct addrinfo *listen_address(const char *text)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;

	if (getaddrinfo(text, "0", &hints, &ai) != 0)
		die("--listen wants an address");
	return ai;
}

static int start_listening(const struct options *o, struct sockaddr_storage *at, socklen_t *len)
{
	struct addrinfo *ai = listen_address(o->listen);
	int backlog = strcmp(o->kind->name, "full") == 0 ? 0 : SOMAXCONN;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*len = sizeof *at;
	if (fd < 0 || bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, len) != 0)
		die("cannot bind");
	if (strcmp(o->kind->name, "closed") != 0 && listen(fd, backlog) != 0)
		die("cannot listen");
	freeaddrinfo(ai);
	return fd;
}

static void fill_queue(const struct sockaddr_storage *at, socklen_t len)
{
	enum { MORE_THAN_ENOUGH = 4 };

	for (int i = 0; i < MORE_THAN_ENOUGH; i++) {
		int fd = socket(at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0 ||
		    (connect(fd, (const struct sockaddr *)at, len) != 0 && errno != EINPROGRESS))
			die("cannot fill the queue");
	}
}

static void print_port(const struct sockaddr_storage *at, socklen_t len)
{
	char port[16];

	if (getnameinfo((const struct sockaddr *)at, len, NULL, 0, port, sizeof port,
		NI_NUMERICSERV) != 0)
		die("no port");
	puts(port);
	fflush(stdout);
}

static void serve(const struct kind *kind, SSL_CTX *ctx, int fd)
{
	SSL *ssl = NULL;

	if (kind->raw) {
		kind->raw(fd);
	} else {
		ssl = SSL_new(ctx);
		if (!ssl || SSL_set_fd(ssl, fd) != 1)
			die("no TLS connection");
		/* A client that refuses our certificate leaves here. */
		if (SSL_accept(ssl) == 1)
			kind->tls(ssl, fd);
		ERR_clear_error();
	}
	SSL_free(ssl);
	close(fd);
}

/* Each in a process of its own, so that none waits for another. */
static void serve_apart(const struct kind *kind, SSL_CTX *ctx, int fd)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		serve(kind, ctx, fd);
		_exit(0);
	}
	close(fd);
}

int main(int argc, char *argv[])
{
	struct sockaddr_storage at;
	struct options o;
	SSL_CTX *ctx = NULL;
	socklen_t len;
	int fd;

	parse(&o, argc, argv);
	set_signals(o.seconds);
	if (o.kind->tls)
		ctx = make_ctx(&o);
	fd = start_listening(&o, &at, &len);
	if (strcmp(o.kind->name, "full") == 0)
		fill_queue(&at, len);
	print_port(&at, len);
	while (!o.kind->tls && !o.kind->raw)
		pause();
	for (unsigned i = 0; i < o.count; i++) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			die("accept");
		serial = i;
		if (o.kind->tls == be_hiccup)
			serve_apart(o.kind, ctx, client);
		else
			serve(o.kind, ctx, client);
	}
	SSL_CTX_free(ctx);
	return 0;
}
