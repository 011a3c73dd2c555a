/* SPDX-License-Identifier: MIT */
#include "support/endless_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "support/listening.h"
#include "support/sealing.h"

enum { BURST = 10 };
/* The status of a socket that is not connected, in /proc/net/udp. */
enum { UNCONNECTED = 7 };

_Noreturn void endless_die(const char *what)
{
	fprintf(stderr, "endless: %s: %s\n", what, strerror(errno));
	exit(2);
}

void endless_pause(unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- the command line -------------------------------------------------------------- */

/* Returns the number of words taken; 0: it is no option. */
static int take_option(struct endless_options *o, char *argv[])
{
	const struct {
		const char *name;
		unsigned *number;
		const char **text;
	} all[] = {
		{ "--pace", &o->pace_ms, NULL },
		{ "--units", &o->units, NULL },
		{ "--count", &o->count, NULL },
		{ "--room", &o->room, NULL },
		{ "--time", &o->seconds, NULL },
		{ "--cert", NULL, &o->cert },
		{ "--key", NULL, &o->key },
		{ "--ca", NULL, &o->ca },
	};

	if (strcmp(argv[0], "--unread") == 0) {
		o->unread = true;
		return 1;
	}
	for (size_t i = 0; argv[1] && i < sizeof all / sizeof all[0]; i++) {
		if (strcmp(argv[0], all[i].name) != 0)
			continue;
		if (all[i].number)
			*all[i].number = (unsigned)strtoul(argv[1], NULL, 10);
		else
			*all[i].text = argv[1];
		return 2;
	}
	return 0;
}

void endless_read_options(struct endless_options *o, int argc, char *argv[])
{
	int i = 1, n;

	while (i < argc && (n = take_option(o, argv + i)) > 0)
		i += n;
	o->server = i < argc && strcmp(argv[i], "serve") == 0;
	if (argc - i != (o->server ? 3 : 4) || (!o->server && strcmp(argv[i], "call") != 0))
		endless_die("usage: [OPTION...] {call STATE KIND PORT | serve STATE KIND}");
	o->state = argv[i + 1];
	o->kind = argv[i + 2];
	o->port = o->server ? 0 : (unsigned)strtoul(argv[i + 3], NULL, 10);
	alarm(o->seconds);
}

void endless_begin(const struct endless_options *o)
{
	if (o->server)
		return;
	puts("flows");
	fflush(stdout);
}

/* ---- TLS ------------------------------------------------------------------------------ */

void endless_use_files(const struct endless_options *o, SSL_CTX *ctx)
{
	if (o->cert &&
	    (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1 ||
		SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1))
		endless_die(o->cert);
	if (!o->ca)
		return;
	if (SSL_CTX_load_verify_file(ctx, o->ca) != 1)
		endless_die(o->ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

static struct secret {
	const char *label; /* in the lines that SSL_CTX_set_keylog_callback(3) is given */
	unsigned char bytes[SEALING_SECRET];
	bool known;
} secrets[] = {
	{ .label = "CLIENT_HANDSHAKE_TRAFFIC_SECRET" },
	{ .label = "SERVER_HANDSHAKE_TRAFFIC_SECRET" },
	{ .label = "CLIENT_TRAFFIC_SECRET_0" },
	{ .label = "SERVER_TRAFFIC_SECRET_0" },
};

static void note_secret(const SSL *unused, const char *line)
{
	const char *hex = strrchr(line, ' ');

	(void)unused;
	for (size_t i = 0; hex && i < sizeof secrets / sizeof secrets[0]; i++) {
		size_t len = strlen(secrets[i].label);

		if (strncmp(line, secrets[i].label, len) != 0 || line[len] != ' ')
			continue;
		for (size_t at = 0; at < sizeof secrets[i].bytes; at++)
			sscanf(hex + 1 + 2 * at, "%2hhx", &secrets[i].bytes[at]);
		secrets[i].known = true;
	}
}

void endless_note_secrets(SSL_CTX *ctx)
{
	SSL_CTX_set_keylog_callback(ctx, note_secret);
}

const unsigned char *endless_secret(const struct endless_options *o, bool open)
{
	const struct secret *s = &secrets[2 * open + o->server];

	return s->known ? s->bytes : NULL;
}

/* ---- over UDP ------------------------------------------------------------------------- */

/* Each in a process of its own, this one included; see alarm(2). */
static void multiply(const struct endless_options *o)
{
	for (unsigned i = 1; i < o->count; i++) {
		if (fork() == 0) {
			alarm(o->seconds);
			return;
		}
	}
}

int endless_udp_open(const struct endless_options *o)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;
	unsigned port;
	int fd;

	multiply(o);
	fd = bind_udp("127.0.0.1", 0, &port);
	if (fd < 0)
		endless_die("socket");
	printf("%s%u\n", o->server ? "" : "port ", port);
	fflush(stdout);
	at.sin_port = htons((in_port_t)o->port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((o->server &&
		recvfrom(fd, &(char){ 0 }, 1, MSG_PEEK, (struct sockaddr *)&at, &len) < 0) ||
	    connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		endless_die("no other end");
	return fd;
}

void endless_udp_send(int fd, const void *bytes, size_t len)
{
	if (send(fd, bytes, len, 0) < 0 && errno == ECONNREFUSED)
		exit(0);
}

ssize_t endless_udp_receive(int fd, void *bytes, size_t max, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (ms > 0 && poll(&p, 1, ms) <= 0)
		return -1;
	n = recv(fd, bytes, max, MSG_DONTWAIT);
	if (n < 0 && errno == ECONNREFUSED)
		exit(0);
	return n;
}

/* What waits in the unconnected socket of this port, in bytes of the kernel; see proc_net(5). */
static unsigned long waiting_at(unsigned port)
{
	FILE *table = fopen("/proc/net/udp", "r");
	char line[256];
	unsigned at, status;
	unsigned long waiting = 0, bytes;
	bool found = false;

	while (table && !found && fgets(line, sizeof line, table)) {
		found = sscanf(line, " %*u: %*8x:%4x %*8x:%*4x %2x %*8x:%8lx", &at, &status,
			    &bytes) == 3 &&
		    at == port && status == UNCONNECTED;
		if (found)
			waiting = bytes;
	}
	if (!table)
		endless_die("/proc/net/udp");
	fclose(table);
	return waiting;
}

/* A server sets no size, so its buffer is as large as ours. */
static void wait_for_half(int fd, unsigned port)
{
	int size;
	socklen_t len = sizeof size;

	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len) != 0)
		endless_die("SO_RCVBUF");
	while (waiting_at(port) > (unsigned long)size / 2)
		endless_pause(1);
}

_Noreturn void endless_udp_flow(int fd, const struct endless_options *o, endless_make *make)
{
	unsigned char unread[BYTES_SIZE];
	unsigned made = 0;

	endless_begin(o);
	for (;;) {
		if (!o->server)
			wait_for_half(fd, o->port);
		for (int i = 0; i < BURST && (o->units == 0 || made < o->units); i++) {
			const struct bytes *datagram = make();

			made++;
			endless_udp_send(fd, datagram->at, datagram->len);
		}
		while (endless_udp_receive(fd, unread, sizeof unread, 0) >= 0)
			;
		if (o->pace_ms > 0)
			endless_pause(o->pace_ms);
	}
}
