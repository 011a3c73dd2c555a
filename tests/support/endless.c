/* SPDX-License-Identifier: MIT */
/*
 * A peer that sends without end, for tests/system/endless.sh:
 *
 *	endless [OPTION...] call STATE KIND PORT     a client of 127.0.0.1
 *	endless [OPTION...] serve STATE KIND         a server there; prints its port
 *
 * Follows the protocol up to STATE. Then it sends units of KIND, as fast as possible, until the
 * other end breaks the connection, and discards what arrives. A client prints "port N" (its own)
 * when it is connected, and "flows" when it begins to send them.
 *
 * Options: --pace MS (pause before each unit; 0), --units N (maximum number of units), --count N
 * (connections of one client; 1), --room BYTES (receive buffer), --unread (read nothing from the
 * other end), --cert FILE and --key FILE (of a server), --time SECONDS (then status 1; 60).
 *
 * Records after the handshake are made here, from the secrets that libssl logs, because libssl
 * cannot make most of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "support/endless_peer.h"
#include "support/floods.h"

static struct endless_options options = { .count = 1, .seconds = 60 };

static flood_kind *kind;
static struct flood flood;
static int fd;

/* ---- states: honest until then --------------------------------------------------- */

static void use_traffic(bool open)
{
	flood_begin(&flood, endless_secret(&options, open));
}

/* Returns false when the other end has left. */
static bool take(void)
{
	char bytes[16384];
	ssize_t n = recv(fd, bytes, sizeof bytes, 0);

	if (n > 0)
		BIO_write(SSL_get_rbio(flood.ssl), bytes, (int)n);
	return n > 0;
}

/* What the library has to say, or of it the first record only. */
static void say(bool first)
{
	unsigned char *bytes;
	long len = BIO_get_mem_data(SSL_get_wbio(flood.ssl), (char **)&bytes);

	if (first && len > 5)
		len = 5 + (bytes[3] << 8 | bytes[4]);
	if (len > 0 && send(fd, bytes, (size_t)len, MSG_NOSIGNAL) != len)
		exit(0);
	(void)BIO_reset(SSL_get_wbio(flood.ssl));
}

static SSL_CTX *make_context(void)
{
	static const unsigned char http[] = "\x08http/1.1";
	bool tls12 = strcmp(options.state, "open12") == 0;
	SSL_CTX *ctx = SSL_CTX_new(options.server ? TLS_server_method() : TLS_client_method());

	if (!ctx ||
	    SSL_CTX_set_min_proto_version(ctx, tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256") != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1)
		endless_die("no context");
	endless_note_secrets(ctx);
	endless_use_files(&options, ctx);
	if (strcmp(options.state, "request") == 0)
		SSL_CTX_set_alpn_protos(ctx, http, sizeof http - 1);
	return ctx;
}

static void begin_tls(void)
{
	static SSL_CTX *ctx;

	if (!ctx)
		ctx = make_context();
	flood.ssl = SSL_new(ctx);
	if (!flood.ssl)
		endless_die("SSL_new");
	SSL_set_bio(flood.ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	if (options.server)
		SSL_set_accept_state(flood.ssl);
	else
		SSL_set_connect_state(flood.ssl);
}

/* Up to the first flight of the server; as the server, only its first record is sent. */
static void enter_handshake(void)
{
	begin_tls();
	SSL_do_handshake(flood.ssl);
	say(false);
	do {
		if (!take())
			exit(0);
		SSL_do_handshake(flood.ssl);
	} while (options.server ? BIO_ctrl_pending(SSL_get_wbio(flood.ssl)) == 0
				: !endless_secret(&options, false));
	if (options.server)
		say(true);
	use_traffic(false);
}

static void enter_open(void)
{
	begin_tls();
	while (SSL_do_handshake(flood.ssl) != 1) {
		say(false);
		if (!take())
			exit(0);
	}
	say(false);
	if (SSL_version(flood.ssl) == TLS1_3_VERSION)
		use_traffic(true);
}

/* The other end speaks first, and in one piece. */
static void enter_asked(void)
{
	char bytes[16384];

	if (recv(fd, bytes, sizeof bytes, 0) <= 0)
		exit(0);
}

static void enter_socks(void)
{
	enter_asked();
	if (send(fd, "\5\0", 2, MSG_NOSIGNAL) != 2)
		exit(0);
	enter_asked();
	/* As long a name as there can be is what it is bound to. */
	if (send(fd, "\5\0\0\3\377", 5, MSG_NOSIGNAL) != 5)
		exit(0);
}

static void enter_raw(void)
{
}

static const struct state {
	const char *name;
	void (*enter)(void);
} states[] = {
	{ "raw", enter_raw },
	{ "asked", enter_asked },
	{ "socks", enter_socks },
	{ "handshake", enter_handshake },
	{ "open", enter_open },
	{ "open12", enter_open },
	{ "request", enter_open },
};

/* ---- without end -------------------------------------------------------------------- */

/* As many units as there is room for; one, where there is a pause between them. */
static bool refill(void)
{
	do {
		if (options.units > 0 && flood.made >= options.units)
			break;
		flood_make(&flood, kind);
	} while (options.pace_ms == 0 && sizeof flood.block - flood.len >= FLOOD_UNIT_MAX);
	return flood.len > 0;
}

/* Until the other end breaks it: that it half-closes is no reason to stop. */
static void flow(void)
{
	static char unread[65536];
	struct pollfd p = { .fd = fd };
	bool ended = options.unread, more = true;
	size_t at = 0;

	for (;;) {
		ssize_t n;

		if (more && at == flood.len) {
			at = flood.len = 0;
			if (flood.made > 0)
				endless_pause(options.pace_ms);
			more = refill();
		}
		p.events = (short)((ended ? 0 : POLLIN) | (more ? POLLOUT : 0));
		if (poll(&p, 1, -1) < 0)
			endless_die("poll");
		if (p.revents & (POLLIN | POLLERR | POLLHUP)) {
			n = recv(fd, unread, sizeof unread, MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN)
				return;
			ended = ended || n == 0;
		}
		if (p.revents & POLLOUT) {
			n = send(fd, flood.block + at, flood.len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN)
				return;
			at += n > 0 ? (size_t)n : 0;
		}
		if ((ended && !more && !options.unread) || (p.revents & POLLHUP))
			return;
	}
}

static void play(void)
{
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		if (strcmp(states[i].name, options.state) == 0) {
			states[i].enter();
			endless_begin(&options);
			flow();
			return;
		}
	}
	endless_die(options.state);
}

static void place(struct sockaddr_in *at, unsigned port)
{
	memset(at, 0, sizeof *at);
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at->sin_port = htons((uint16_t)port);
}

static void make_socket(void)
{
	int room = (int)options.room;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || (room > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0))
		endless_die("socket");
}

static void print_port(const char *before)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		endless_die("getsockname");
	printf("%s%u\n", before, ntohs(at.sin_port));
	fflush(stdout);
}

/* Each in a process of its own. */
static void call(void)
{
	struct sockaddr_in at;

	for (unsigned i = 0; i < options.count; i++) {
		make_socket();
		place(&at, options.port);
		if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
			endless_die("connect");
		print_port("port ");
		if (options.count == 1 || fork() == 0) {
			alarm(options.seconds);
			play();
			exit(0);
		}
		close(fd);
	}
	while (wait(NULL) > 0)
		;
}

static void serve(void)
{
	struct sockaddr_in at;
	int listener;

	make_socket();
	place(&at, 0);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, SOMAXCONN) != 0)
		endless_die("listen");
	print_port("");
	listener = fd;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			alarm(options.seconds);
			play();
			exit(0);
		}
		close(fd);
	}
	endless_die("accept");
}

int main(int argc, char *argv[])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	endless_read_options(&options, argc, argv);
	if (!(kind = flood_find(options.kind)))
		endless_die(options.kind);
	flood.server = options.server;
	sigaction(SIGPIPE, &ignore, NULL);
	if (options.server)
		serve();
	call();
	return 0;
}
