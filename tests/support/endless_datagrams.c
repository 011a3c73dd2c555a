/* SPDX-License-Identifier: MIT */
/*
 * A peer that sends datagrams of DTLS without end, for tests/system/endless.sh:
 *
 *	endless_datagrams [OPTION...] call STATE KIND PORT     a client of 127.0.0.1
 *	endless_datagrams [OPTION...] serve STATE KIND         a server there; prints its port
 *
 * Follows the protocol up to STATE. Then it sends datagrams of KIND (datagram_floods.c), ten at a
 * time, until the port of the other end is closed, and discards what arrives. A client
 * prints "port N" (its own) when it has one.
 *
 * STATE:
 *	raw        nothing was said
 *	asked      of a server: a ClientHello came
 *	cookie     of a server: a ClientHello with its cookie came
 *	handshake  of a client: a ServerHello came; of a server: a ServerHello was sent
 *	keyed      all of the last flight was sent but Finished
 *	open       the handshake is over
 *
 * Options: --pace MS (pause after each ten; 1), --units N (maximum number of datagrams), --cert
 * FILE and --key FILE (of a server), --time SECONDS (then a signal ends it; 60).
 */
#include <arpa/inet.h>
#include <errno.h>
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

#include <openssl/ssl.h>

#include "support/datagram_floods.h"
#include "support/listening.h"

enum { BURST = 10, REPEAT_US = 100000, PAYLOAD = 1200, TURN_MS = 20 };
enum { HANDSHAKE = 22, SERVER_HELLO = 2, RECORD_HEADER = 13 };
/* Beyond those that libssl has sent in clear. */
enum { FIRST_NUMBER = 100 };

enum state { RAW, ASKED, COOKIE, SHAKING, KEYED, OPEN, STATES };
static const char *const state_names[STATES] = { "raw", "asked", "cookie", "handshake", "keyed",
	"open" };

/* The number of the message that is due (RFC 6347: message_seq), of a client and of a server. */
static const unsigned due[STATES][2] = { { 0, 0 }, { 0, 0 }, { 0, 1 }, { 2, 2 }, { 3, 5 },
	{ 4, 6 } };

static struct options {
	enum state state;
	const char *cert, *key;
	datagram_flood_kind *kind;
	unsigned pace_ms, units, seconds, port;
} options = { .pace_ms = 1, .seconds = 60 };

static struct datagram_flood flood;
static int fd;
static SSL *ssl;
static bool reached;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "endless_datagrams: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* A port that is closed is the end. Any other failure is a loss on the way. */
static void send_datagram(const void *bytes, size_t len)
{
	if (send(fd, bytes, len, 0) < 0 && errno == ECONNREFUSED)
		exit(0);
}

static ssize_t receive(void *bytes, size_t max)
{
	ssize_t n = recv(fd, bytes, max, MSG_DONTWAIT);

	if (n < 0 && errno == ECONNREFUSED)
		exit(0);
	return n;
}

/* ---- states: honest until then --------------------------------------------------- */

static bool is_server_hello(const unsigned char *record, size_t len)
{
	return len > RECORD_HEADER && record[0] == HANDSHAKE &&
	    record[RECORD_HEADER] == SERVER_HELLO;
}

/* Returns whether it is to be sent. */
static bool judge_record(const unsigned char *record, size_t len)
{
	bool sealed = record[4] > 0;

	if (!flood.server && flood.hello_len == 0) {
		memcpy(flood.hello, record, len);
		flood.hello_len = len;
	}
	if (reached)
		return false;
	reached = (options.state <= SHAKING && is_server_hello(record, len)) ||
	    (options.state == KEYED && sealed);
	return !reached || options.state == SHAKING;
}

/* What the library has to say, each record in a datagram. */
static void say(void)
{
	unsigned char *bytes;
	long len = BIO_get_mem_data(SSL_get_wbio(ssl), (char **)&bytes);

	while (len > RECORD_HEADER) {
		size_t record = RECORD_HEADER + (size_t)(bytes[11] << 8 | bytes[12]);

		if (judge_record(bytes, record))
			send_datagram(bytes, record);
		bytes += record;
		len -= (long)record;
	}
	(void)BIO_reset(SSL_get_wbio(ssl));
}

/* The next datagram, or the timer of the library. */
static void take(void)
{
	unsigned char bytes[4096];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, TURN_MS) > 0 ? receive(bytes, sizeof bytes) : -1;

	if (n <= 0) {
		DTLSv1_handle_timeout(ssl);
		return;
	}
	if (!flood.server && options.state == SHAKING && is_server_hello(bytes, (size_t)n))
		reached = true;
	else if (BIO_write(SSL_get_rbio(ssl), bytes, (int)n) != n)
		die("BIO_write");
}

static unsigned repeat_soon(SSL *unused, unsigned us)
{
	(void)unused;
	(void)us;
	return REPEAT_US;
}

static int make_cookie(SSL *unused, unsigned char *cookie, unsigned *len)
{
	(void)unused;
	memcpy(cookie, "cookie", *len = 6);
	return 1;
}

static int accept_cookie(SSL *unused, const unsigned char *cookie, unsigned len)
{
	(void)unused;
	(void)cookie;
	return len == 6;
}

static void make_ssl(void)
{
	SSL_CTX *ctx = SSL_CTX_new(flood.server ? DTLS_server_method() : DTLS_client_method());
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (!ctx || !in || !out ||
	    SSL_CTX_set_cipher_list(ctx,
		"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") != 1)
		die("no context");
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_COOKIE_EXCHANGE | SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_cookie_generate_cb(ctx, make_cookie);
	SSL_CTX_set_cookie_verify_cb(ctx, accept_cookie);
	if (options.cert &&
	    (SSL_CTX_use_certificate_chain_file(ctx, options.cert) != 1 ||
		SSL_CTX_use_PrivateKey_file(ctx, options.key, SSL_FILETYPE_PEM) != 1))
		die(options.cert);
	BIO_set_mem_eof_return(in, -1);
	if (!(ssl = SSL_new(ctx)))
		die("SSL_new");
	SSL_set_bio(ssl, in, out);
	SSL_set_mtu(ssl, PAYLOAD);
	DTLS_set_timer_cb(ssl, repeat_soon);
	if (flood.server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
}

static void enter(void)
{
	bool open = false;

	make_ssl();
	reached = options.state == RAW || options.state == ASKED;
	SSL_do_handshake(ssl);
	say();
	while (!reached && !(open && options.state == OPEN)) {
		take();
		open = SSL_do_handshake(ssl) == 1;
		say();
	}
	flood.message = due[options.state][flood.server];
	flood.number = FIRST_NUMBER;
	/* Finished was number 0 where it was sent. */
	if (options.state >= KEYED)
		datagram_flood_seal(&flood, ssl, options.state == OPEN);
}

/* ---- without end -------------------------------------------------------------------- */

static void pause_ms(unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static _Noreturn void flow(void)
{
	unsigned char unread[4096];

	for (;;) {
		for (int i = 0; i < BURST; i++) {
			if (options.units > 0 && flood.made >= options.units)
				break;
			datagram_flood_make(&flood, options.kind);
			send_datagram(flood.bytes, flood.len);
		}
		while (receive(unread, sizeof unread) >= 0)
			;
		if (options.pace_ms > 0)
			pause_ms(options.pace_ms);
	}
}

static void call(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	unsigned port;

	at.sin_port = htons((in_port_t)options.port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = bind_udp("127.0.0.1", 0, &port);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		die("socket");
	printf("port %u\n", port);
	fflush(stdout);
}

/* The first client is the only one. Its ClientHello stays in the socket. */
static void serve(void)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;
	unsigned port;
	char first;

	fd = bind_udp("127.0.0.1", 0, &port);
	if (fd < 0)
		die("socket");
	printf("%u\n", port);
	fflush(stdout);
	if (recvfrom(fd, &first, 1, MSG_PEEK, (struct sockaddr *)&at, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&at, len) != 0)
		die("no client");
}

static const struct {
	const char *name;
	unsigned *value;
} numbers[] = {
	{ "--pace", &options.pace_ms },
	{ "--units", &options.units },
	{ "--time", &options.seconds },
};

/* Returns whether it is an option, with its value. */
static bool take_option(char *argv[])
{
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (strcmp(argv[0], numbers[i].name) == 0) {
			*numbers[i].value = (unsigned)strtoul(argv[1], NULL, 10);
			return true;
		}
	}
	if (strcmp(argv[0], "--cert") == 0)
		options.cert = argv[1];
	else if (strcmp(argv[0], "--key") == 0)
		options.key = argv[1];
	else
		return false;
	return true;
}

static enum state find_state(const char *name)
{
	for (enum state s = 0; s < STATES; s++) {
		if (strcmp(state_names[s], name) == 0)
			return s;
	}
	die(name);
}

int main(int argc, char *argv[])
{
	int i = 1;

	while (i + 1 < argc && take_option(argv + i))
		i += 2;
	if (argc - i < 3 || !(options.kind = datagram_flood_find(argv[i + 2])))
		die("which kind?");
	flood.server = strcmp(argv[i], "serve") == 0;
	options.state = find_state(argv[i + 1]);
	options.port = argc - i > 3 ? (unsigned)strtoul(argv[i + 3], NULL, 10) : 0;
	/* Nobody is left behind, not even by a test that was killed. */
	alarm(options.seconds);
	if (flood.server)
		serve();
	else
		call();
	enter();
	flow();
}
