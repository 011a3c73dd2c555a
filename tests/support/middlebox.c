/* SPDX-License-Identifier: MIT */
/*
 * What may be between client and server: proxies, and boxes that read the ClientHello and reject
 * something in it.
 *
 *	middlebox [--time SECONDS] [--clear | --transparent] KIND [PORT]
 *
 * Listens on a free port of 127.0.0.1, which it prints as its first line of output. A proxy that
 * accepts a request connects to the requested port of 127.0.0.1, whatever the host, and prints the
 * request; a box connects to PORT, with --clear at once, and passes on what is said before the
 * ClientHello. With --transparent a firewall redirects connections to it, in IPv4 and IPv6, and it
 * connects to where they went. Each connection has its own process; all end after the time
 * (60 seconds).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned server_port, number; /* of the connection, from 1 */
static bool clear_first, transparent;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "middlebox: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(int fd, const void *bytes, size_t len)
{
	ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

	(void)n;
}

static void say_text(int fd, const char *text)
{
	say(fd, text, strlen(text));
}

static void take(int fd, unsigned char *to, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, to, len, 0);

		if (n <= 0)
			exit(0);
		to += n;
		len -= (size_t)n;
	}
}

static _Noreturn void wait_for_end(int fd)
{
	char discarded[4096];

	while (recv(fd, discarded, sizeof discarded, 0) > 0)
		;
	exit(0);
}

static _Noreturn void finish(int fd)
{
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

static _Noreturn void reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
	exit(0);
}

static int connect_to(unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (server < 0 || connect(server, (struct sockaddr *)&at, sizeof at) != 0)
		die("no server");
	return server;
}

/* Netfilter remembers it: SO_ORIGINAL_DST, and IP6T_SO_ORIGINAL_DST, have the same number. */
static int connect_onward(int client)
{
	enum { ORIGINAL_DST = 80 };
	struct sockaddr_storage to;
	socklen_t len = sizeof to;
	int server;

	if (getsockopt(client, SOL_IP, ORIGINAL_DST, &to, &len) != 0) {
		len = sizeof to;
		if (getsockopt(client, SOL_IPV6, ORIGINAL_DST, &to, &len) != 0)
			die("no original destination");
	}
	server = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 || connect(server, (struct sockaddr *)&to, len) != 0)
		die("no server");
	return server;
}

/* Both ways until one end has enough. */
static _Noreturn void relay_both(int client, int server)
{
	struct pollfd polls[2] = { { .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };
	int open = 2;

	while (open > 0 && poll(polls, 2, -1) > 0) {
		for (int i = 0; i < 2; i++) {
			char buf[16384];
			ssize_t n;

			if (!polls[i].revents)
				continue;
			n = recv(polls[i].fd, buf, sizeof buf, 0);
			if (n > 0) {
				say(i == 0 ? server : client, buf, (size_t)n);
				continue;
			}
			if (n < 0)
				reset(client);
			shutdown(i == 0 ? server : client, SHUT_WR);
			polls[i].fd = -1;
			open--;
		}
	}
	exit(0);
}

/* The same; first goes to the server before all else. */
static _Noreturn void relay(int client, unsigned port, const void *first, size_t len)
{
	int server = transparent ? connect_onward(client) : connect_to(port);

	say(server, first, len);
	relay_both(client, server);
}

/* ---- HTTP proxies ---------------------------------------------------------- */

/* The port asked for. */
static unsigned take_request(int fd, char head[4096])
{
	size_t len = 0;
	char *colon;

	do {
		take(fd, (unsigned char *)head + len++, 1);
		head[len] = '\0';
	} while (len < 4000 && !strstr(head, "\r\n\r\n"));
	printf("%.*s\n", (int)strcspn(head, "\r"), head);
	fflush(stdout);
	colon = strstr(head, " HTTP/1.");
	while (colon && colon > head && *colon != ':')
		colon--;
	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

static void be_connect(int fd)
{
	char head[4096];
	unsigned port = take_request(fd, head);

	say_text(fd, "HTTP/1.1 200 Connection established\r\nVia: a\r\n");
	say_text(fd, "\r\n");
	relay(fd, port, "", 0);
}

static void be_connect_auth(int fd)
{
	char head[4096];
	unsigned port = take_request(fd, head);

	/* user:p@ss */
	if (!strstr(head, "\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n")) {
		say_text(fd,
		    "HTTP/1.1 407 Proxy Authentication Required\r\n"
		    "Proxy-Authenticate: Basic realm=\"a\"\r\n\r\n");
		finish(fd);
	}
	say_text(fd, "HTTP/1.0 200 OK\r\n\r\n");
	relay(fd, port, "", 0);
}

static void answer_request(int fd, const char *answer)
{
	char head[4096];

	take_request(fd, head);
	say_text(fd, answer);
	finish(fd);
}

static void be_connect_403(int fd)
{
	answer_request(fd, "HTTP/1.1 403 Forbidden\r\n\r\n");
}

static void be_connect_502(int fd)
{
	answer_request(fd, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
}

static void be_connect_garbage(int fd)
{
	answer_request(fd, "\001\002\003\000\377 what?\r\n\r\n");
}

static void be_connect_half(int fd)
{
	answer_request(fd, "HTTP/1.1 200 Conn");
}

static void be_connect_endless(int fd)
{
	static const char line[] = "X-Filler: 0123456789012345678901234567890123456789\r\n";

	say_text(fd, "HTTP/1.1 200 OK\r\n");
	while (send(fd, line, sizeof line - 1, MSG_NOSIGNAL) > 0)
		;
}

static void be_silent(int fd)
{
	wait_for_end(fd);
}

/* ---- SOCKS5 proxies --------------------------------------------------------- */

static void take_methods(int fd)
{
	unsigned char head[2], methods[255];

	take(fd, head, 2);
	take(fd, methods, head[1]);
}

/* The port asked for. */
static unsigned take_target(int fd)
{
	unsigned char head[5], rest[300];
	size_t len;

	take(fd, head, 5);
	len = head[3] == 1 ? 3 : head[3] == 4 ? 15 : head[4];
	take(fd, rest, len + 2);
	if (head[3] == 3)
		printf("name %.*s\n", (int)len, (const char *)rest);
	else
		printf("address of kind %d\n", head[3]);
	fflush(stdout);
	return (unsigned)(rest[len] << 8 | rest[len + 1]);
}

static void be_socks(int fd)
{
	/* Bound to a name, which is the longest way to say where. */
	static const unsigned char bound[] = { 5, 0, 0, 3, 6, 'a', '.', 't', 'e', 's', 't', 0, 80 };
	unsigned port;

	take_methods(fd);
	say(fd, "\005\000", 2);
	port = take_target(fd);
	say(fd, bound, sizeof bound);
	relay(fd, port, "", 0);
}

static void be_socks_auth(int fd)
{
	static const unsigned char bound[] = { 5, 0, 0, 1, 127, 0, 0, 1, 0, 80 };
	static const char expected[] = "\001\004user\004p@ss";
	unsigned char given[sizeof expected - 1];
	unsigned port;

	take_methods(fd);
	say(fd, "\005\002", 2);
	take(fd, given, sizeof given);
	if (memcmp(given, expected, sizeof given) != 0) {
		say(fd, "\001\001", 2);
		finish(fd);
	}
	say(fd, "\001\000", 2);
	port = take_target(fd);
	say(fd, bound, sizeof bound);
	relay(fd, port, "", 0);
}

static void be_socks_no_method(int fd)
{
	take_methods(fd);
	say(fd, "\005\377", 2);
	finish(fd);
}

static void refuse_target(int fd, unsigned char reply)
{
	const unsigned char answer[] = { 5, reply, 0, 1, 0, 0, 0, 0, 0, 0 };

	take_methods(fd);
	say(fd, "\005\000", 2);
	take_target(fd);
	say(fd, answer, sizeof answer);
	finish(fd);
}

static void be_socks_denied(int fd)
{
	refuse_target(fd, 2);
}

static void be_socks_refused(int fd)
{
	refuse_target(fd, 5);
}

/* ---- boxes that read the ClientHello ---------------------------------------- */

/* Records and segments may cut the ClientHello anywhere; all of it is known here. */
struct hello {
	unsigned char raw[32768], bytes[16384]; /* with the heads of records, and without */
	size_t raw_len, len;
	size_t record;     /* bytes in the first record */
	unsigned segments; /* received until then: those that carried it, without --clear */
	int server;    /* of --clear */
};

/* Lines, until the client begins with TLS. */
static int relay_clear(int client)
{
	int server = connect_to(server_port);
	struct pollfd polls[2] = { { .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };

	while (poll(polls, 2, -1) > 0) {
		for (int i = 0; i < 2; i++) {
			char buf[4096];
			ssize_t n;

			if (!polls[i].revents)
				continue;
			n = recv(polls[i].fd, buf, sizeof buf, MSG_PEEK);
			if (n <= 0)
				exit(0);
			if (i == 0 && buf[0] == 0x16)
				return server;
			take(polls[i].fd, (unsigned char *)buf, (size_t)n);
			say(polls[1 - i].fd, buf, (size_t)n);
		}
	}
	die("poll");
}

static void take_until(int fd, struct hello *h, size_t len)
{
	if (len > sizeof h->raw)
		exit(0);
	if (h->raw_len < len) {
		take(fd, h->raw + h->raw_len, len - h->raw_len);
		h->raw_len = len;
	}
}

/* Not the number of recv: a slow reader gets several segments at once. */
static unsigned count_segments(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof info;

	memset(&info, 0, sizeof info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 || info.tcpi_data_segs_in == 0)
		die("TCP_INFO does not count segments");
	return info.tcpi_data_segs_in;
}

static void take_hello(int fd, struct hello *h)
{
	size_t at = 0;
	ssize_t n;

	memset(h, 0, sizeof *h);
	h->server = clear_first ? relay_clear(fd) : -1;
	n = recv(fd, h->raw, sizeof h->raw, 0);
	if (n <= 0)
		exit(0);
	h->raw_len = (size_t)n;
	while (h->len < 4 ||
	    h->len < 4 + ((size_t)h->bytes[1] << 16 | (size_t)h->bytes[2] << 8 | h->bytes[3])) {
		size_t record;

		take_until(fd, h, at + 5);
		record = (size_t)h->raw[at + 3] << 8 | h->raw[at + 4];
		take_until(fd, h, at + 5 + record);
		if (h->len + record > sizeof h->bytes)
			exit(0);
		memcpy(h->bytes + h->len, h->raw + at + 5, record);
		h->len += record;
		if (at == 0)
			h->record = record;
		at += 5 + record;
	}
	h->segments = count_segments(fd);
}

static bool is_in(const unsigned char *where, size_t where_len, const char *bytes, size_t len)
{
	for (size_t i = 0; i + len <= where_len; i++) {
		if (memcmp(where + i, bytes, len) == 0)
			return true;
	}
	return false;
}

static bool holds(const struct hello *h, const char *bytes, size_t len)
{
	return is_in(h->bytes, h->len, bytes, len);
}

static void pass(int fd, const struct hello *h)
{
	if (h->server < 0)
		relay(fd, server_port, h->raw, h->raw_len);
	say(h->server, h->raw, h->raw_len);
	relay_both(fd, h->server);
}

static void be_sni_reset(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (holds(&h, "localhost", 9))
		reset(fd);
	pass(fd, &h);
}

static void be_sni_drop(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (holds(&h, "localhost", 9))
		wait_for_end(fd);
	pass(fd, &h);
}

/* supported_versions with TLS 1.3 in it: RFC 8446 section 4.2.1. */
static void be_no_13(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (holds(&h, "\000\053", 2) && holds(&h, "\003\004", 2))
		reset(fd);
	pass(fd, &h);
}

/* Reads one segment, and believes that to be all. */
static void be_no_split(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (h.segments > 1)
		reset(fd);
	pass(fd, &h);
}

/* The same of records. */
static void be_no_records(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (h.record < h.len)
		finish(fd);
	pass(fd, &h);
}

/* A filter for names that looks only into the first record. */
static void be_sni_record(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (is_in(h.bytes, h.record, "localhost", 9))
		reset(fd);
	pass(fd, &h);
}

static void be_no_big(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (h.len > 1000)
		wait_for_end(fd);
	pass(fd, &h);
}

static void be_no_alpn(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (holds(&h, "http/1.1", 8))
		reset(fd);
	pass(fd, &h);
}

/* The type of an extension and its length: that of --hello grease. */
static void be_no_grease(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (holds(&h, "\012\012\000\000", 4))
		reset(fd);
	pass(fd, &h);
}

/* That of ECH: OpenSSL's GREASE has one of four lengths, 186 to 282 bytes. */
static void be_no_ech(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (holds(&h, "\376\015\000", 3) || holds(&h, "\376\015\001", 3))
		reset(fd);
	pass(fd, &h);
}

static void be_pass(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	pass(fd, &h);
}

/* It accepts so many connections, and resets all later ones. */
enum { FEW = 10 };

static void be_few(int fd)
{
	struct hello h;

	take_hello(fd, &h);
	if (number > FEW)
		reset(fd);
	pass(fd, &h);
}

/* ---- the program ------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*serve)(int fd);
} kinds[] = {
	{ "connect", be_connect },
	{ "connect-auth", be_connect_auth },
	{ "connect-403", be_connect_403 },
	{ "connect-502", be_connect_502 },
	{ "connect-garbage", be_connect_garbage },
	{ "connect-half", be_connect_half },
	{ "connect-endless", be_connect_endless },
	{ "silent", be_silent },
	{ "socks", be_socks },
	{ "socks-auth", be_socks_auth },
	{ "socks-no-method", be_socks_no_method },
	{ "socks-denied", be_socks_denied },
	{ "socks-refused", be_socks_refused },
	{ "sni-reset", be_sni_reset },
	{ "sni-drop", be_sni_drop },
	{ "no-13", be_no_13 },
	{ "no-split", be_no_split },
	{ "no-big", be_no_big },
	{ "no-alpn", be_no_alpn },
	{ "no-records", be_no_records },
	{ "sni-record", be_sni_record },
	{ "no-grease", be_no_grease },
	{ "no-ech", be_no_ech },
	{ "few", be_few },
	{ "pass", be_pass },
};

static int start(void)
{
	struct sockaddr_in at4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 at6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
	struct sockaddr *at = transparent ? (struct sockaddr *)&at6 : (struct sockaddr *)&at4;
	socklen_t len = transparent ? sizeof at6 : sizeof at4;
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, at, len) != 0 || listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, at, &len) != 0)
		die("cannot listen");
	printf("%u\n", (unsigned)ntohs(transparent ? at6.sin6_port : at4.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char *argv[])
{
	const struct sigaction reap = { .sa_handler = SIG_IGN };
	unsigned seconds = 60;
	size_t kind = 0;
	int fd;

	if (argc > 2 && strcmp(argv[1], "--time") == 0) {
		seconds = (unsigned)strtoul(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	clear_first = argc > 1 && strcmp(argv[1], "--clear") == 0;
	transparent = argc > 1 && strcmp(argv[1], "--transparent") == 0;
	if (clear_first || transparent) {
		argv++;
		argc--;
	}
	while (argc > 1 && kind < sizeof kinds / sizeof kinds[0] &&
	    strcmp(argv[1], kinds[kind].name) != 0)
		kind++;
	if (argc < 2 || argc > 3 || kind == sizeof kinds / sizeof kinds[0]) {
		fputs("usage: middlebox [--time SECONDS] [--clear | --transparent] KIND [PORT]\n",
		    stderr);
		return 2;
	}
	server_port = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	sigaction(SIGCHLD, &reap, NULL);
	alarm(seconds);
	fd = start();
	for (;;) {
		int client = accept(fd, NULL, NULL);
		pid_t child;

		if (client < 0)
			die("accept");
		number++;
		child = fork();
		if (child < 0)
			die("fork");
		if (child == 0) {
			alarm(seconds);
			close(fd);
			kinds[kind].serve(client);
			finish(client);
		}
		close(client);
	}
}
