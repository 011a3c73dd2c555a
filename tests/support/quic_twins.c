/* SPDX-License-Identifier: MIT */
/*
 * quic_twins N PORT - a QUIC client N times over, to hello-server on 127.0.0.1 (OpenSSL 3.5 or
 * later): all send the same first Initial packet, each from its own port. Once each has a Retry,
 * each returns its token, and says nothing more.
 *
 * Prints retries=N. Status 1: it could not be done.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#if OPENSSL_VERSION_NUMBER >= 0x30500000L && !defined(OPENSSL_NO_QUIC)

#include <openssl/quic.h>

enum { DATAGRAM_MAX = 4096, PATIENCE_MS = 5000, TWINS_MAX = 500, ALL_MAX_S = 60 };

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static int udp(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof *at;

	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)at, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)at, &len) != 0)
		die("bind");
	return fd;
}

static bool comes(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) == 1;
}

static SSL *new_client(int fd, const struct sockaddr_in *to)
{
	static const unsigned char alpn[] = "\7hello/1";
	SSL_CTX *context = SSL_CTX_new(OSSL_QUIC_client_method());
	BIO_ADDR *peer = BIO_ADDR_new();
	SSL *ssl;

	/* One share only, so that the first flight is one datagram. */
	if (!context || !peer || SSL_CTX_set1_groups_list(context, "X25519") != 1 ||
	    !(ssl = SSL_new(context)) || SSL_set_fd(ssl, fd) != 1 ||
	    SSL_set_blocking_mode(ssl, 0) != 1 ||
	    BIO_ADDR_rawmake(peer, AF_INET, &to->sin_addr, sizeof to->sin_addr, to->sin_port) !=
		1 ||
	    SSL_set1_initial_peer_addr(ssl, peer) != 1 ||
	    SSL_set_alpn_protos(ssl, alpn, sizeof alpn - 1) != 0 ||
	    SSL_set_tlsext_host_name(ssl, "localhost") != 1)
		die("SSL_new");
	BIO_ADDR_free(peer);
	SSL_CTX_free(context);
	return ssl;
}

/* In a process of its own, which has the state of all the others. */
static _Noreturn void be_twin(SSL *ssl, int fd, const unsigned char *first, size_t len,
    const struct sockaddr_in *server, int tell, int wait_fd)
{
	struct sockaddr_in at = { .sin_port = 0 };
	int own = udp(&at);
	char end;

	alarm(ALL_MAX_S);
	if (connect(own, (const struct sockaddr *)server, sizeof *server) != 0 ||
	    dup2(own, fd) < 0 || send(fd, first, len, 0) != (ssize_t)len || !comes(fd) ||
	    write(tell, "r", 1) != 1)
		_exit(1);
	close(tell);
	while (read(wait_fd, &end, 1) > 0)
		;
	/* The answer to the token, if there is one, is not processed. */
	(void)SSL_handle_events(ssl);
	_exit(0);
}

static unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n == 0 || n > max) {
		fputs("usage: quic_twins N PORT\n", stderr);
		exit(1);
	}
	return (unsigned)n;
}

int main(int argc, char *argv[])
{
	struct sockaddr_in server = { .sin_family = AF_INET }, trap_at = { .sin_port = 0 };
	unsigned char first[DATAGRAM_MAX];
	unsigned twins = number(argc == 3 ? argv[1] : "", TWINS_MAX), retries = 0;
	int trap = udp(&trap_at), fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int ready[2], go[2];
	ssize_t len;
	SSL *ssl;
	char one;

	alarm(ALL_MAX_S);
	if (fd < 0 || pipe(ready) != 0 || pipe(go) != 0)
		die("pipe");
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons((in_port_t)number(argv[2], 65535));
	if (connect(fd, (struct sockaddr *)&trap_at, sizeof trap_at) != 0)
		die("connect");
	ssl = new_client(fd, &trap_at);
	(void)SSL_connect(ssl);
	if (!comes(trap) || (len = recv(trap, first, sizeof first, 0)) < 1200)
		die("no Initial packet");
	for (unsigned i = 0; i < twins; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			close(go[1]);
			be_twin(ssl, fd, first, (size_t)len, &server, ready[1], go[0]);
		}
	}
	close(ready[1]);
	while (retries < twins && read(ready[0], &one, 1) == 1)
		retries++;
	close(go[1]);
	while (wait(NULL) > 0)
		;
	SSL_free(ssl);
	printf("retries=%u\n", retries);
	return 0;
}

#else

int main(void)
{
	fputs("quic_twins: this TLS library has no QUIC\n", stderr);
	return 77;
}

#endif
