/* SPDX-License-Identifier: MIT */
/*
 * quic_clients - clients of a QUIC server, see datagram_clients.h (OpenSSL 3.5 or later). And:
 *
 *	quic_clients versions N PORT
 *			as hello, with another version of QUIC
 *	quic_clients late N PORT CA
 *			N good clients, which answer the Retry only when standard input ends; prints
 *			"ready" when all have a Retry
 *	quic_clients twins N PORT
 *			the same client N times over: all send the same first Initial packet, each
 *			from its own port, and return their tokens once all have a Retry
 */
#include "support/datagram_clients.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/x509_vfy.h>

#if OPENSSL_VERSION_NUMBER >= 0x30500000L && !defined(OPENSSL_NO_QUIC)

#include <openssl/quic.h>

enum { AT_ONCE_MAX = 64, TWINS_MAX = 500, TWIN_MAX_S = 60 };
enum { LATE_PATIENCE_MS = 5000, ANSWER_MS = 5000 };

static bool other_version;

static SSL *new_client(SSL_CTX *ctx, int fd)
{
	static const unsigned char alpn[] = "\7hello/1";
	SSL *ssl = SSL_new(ctx);
	BIO_ADDR *at = datagram_clients_peer(fd);

	if (!ssl || SSL_set_fd(ssl, fd) != 1 || SSL_set_blocking_mode(ssl, 0) != 1 ||
	    SSL_set1_initial_peer_addr(ssl, at) != 1 ||
	    SSL_set_alpn_protos(ssl, alpn, sizeof alpn - 1) != 0 ||
	    SSL_set_tlsext_host_name(ssl, "localhost") != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), "localhost", 0) != 1 ||
	    SSL_set_default_stream_mode(ssl, SSL_DEFAULT_STREAM_MODE_NONE) != 1 ||
	    SSL_set_incoming_stream_policy(ssl, SSL_INCOMING_STREAM_POLICY_ACCEPT, 0) != 1)
		datagram_clients_die("SSL_new");
	BIO_ADDR_free(at);
	return ssl;
}

/* ---- good clients ---------------------------------------------------------------------------- */

/* Waits for the socket or the library's timer; false: for too long. */
static bool wait_for(SSL *ssl, int fd, long end_ms)
{
	struct timeval left;
	int infinite = 1;

	if (SSL_get_event_timeout(ssl, &left, &infinite) != 1)
		infinite = 1;
	return datagram_clients_sleep(fd, infinite ? NULL : &left, end_ms) &&
	    SSL_handle_events(ssl) == 1;
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
	long end = datagram_clients_now_ms() + patience_ms;
	char got[64];
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
	return datagram_clients_is_greeting(got, have);
}

static bool greet(SSL_CTX *ctx, int fd)
{
	SSL *ssl = new_client(ctx, fd);
	bool is_greeted = greeted(ssl, fd, DATAGRAM_CLIENTS_PATIENCE_MS);

	SSL_free(ssl);
	return is_greeted;
}

static bool comes(int fd)
{
	return datagram_clients_sleep(fd, NULL, datagram_clients_now_ms() + ANSWER_MS) &&
	    recv(fd, &(char){ 0 }, 1, MSG_PEEK) >= 0;
}

static const struct datagram_clients quic;

/* Good ones that take their time. */
static void be_late(SSL_CTX *ctx, unsigned n)
{
	SSL *ssl[AT_ONCE_MAX];
	int fd[AT_ONCE_MAX];

	for (unsigned i = 0; i < n; i++) {
		fd[i] = datagram_clients_connect(NULL);
		ssl[i] = new_client(ctx, fd[i]);
		(void)SSL_connect(ssl[i]);
		if (!comes(fd[i]))
			datagram_clients_die("no Retry");
	}
	datagram_clients_hold();
	for (unsigned i = 0; i < n; i++) {
		bool is_greeted = greeted(ssl[i], fd[i], LATE_PATIENCE_MS);

		SSL_free(ssl[i]);
		datagram_clients_count(is_greeted, fd[i]);
	}
	datagram_clients_print(&quic);
}

/* ---- bad ones ------------------------------------------------------------------------------- */

/* A client whose first datagram was caught by a socket of our own; *fd is the client's. */
static SSL *trap_first(SSL_CTX *ctx, int *fd, unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX],
    size_t *len)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t at_len = sizeof at;
	int trap = socket(AF_INET, SOCK_DGRAM, 0);
	SSL *ssl;

	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (trap < 0 || *fd < 0 || bind(trap, (struct sockaddr *)&at, sizeof at) != 0 ||
	    getsockname(trap, (struct sockaddr *)&at, &at_len) != 0 ||
	    connect(*fd, (struct sockaddr *)&at, sizeof at) != 0)
		datagram_clients_die("connect");
	/* One share only, so that the first flight is one datagram. */
	if (SSL_CTX_set1_groups_list(ctx, "X25519") != 1)
		datagram_clients_die("X25519");
	ssl = new_client(ctx, *fd);
	(void)SSL_connect(ssl);
	*len = datagram_clients_receive(trap, bytes, ANSWER_MS);
	if (*len < 1200)
		datagram_clients_die("no Initial packet");
	close(trap);
	return ssl;
}

static size_t first(SSL_CTX *ctx, unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX])
{
	size_t len;
	int fd;

	SSL_free(trap_first(ctx, &fd, bytes, &len));
	close(fd);
	if (other_version)
		memcpy(bytes + 1, "\x7a\x7a\x7a\x7a", 4);
	return len;
}

/* Answers the Retry, but not the server's flight. */
static bool stall(SSL_CTX *ctx, int fd)
{
	SSL *ssl = new_client(ctx, fd);

	(void)SSL_connect(ssl);
	if (!comes(fd))
		datagram_clients_die("no Retry");
	(void)SSL_handle_events(ssl);
	return comes(fd);
}

/* In a process of its own, which has the state of all the others. */
static _Noreturn void be_twin(SSL *ssl, int fd, const unsigned char *bytes, size_t len, int tell,
    int wait_fd)
{
	int own = datagram_clients_connect(NULL);
	char end;

	alarm(TWIN_MAX_S);
	if (dup2(own, fd) < 0 || send(fd, bytes, len, 0) != (ssize_t)len || !comes(fd) ||
	    write(tell, "r", 1) != 1)
		_exit(1);
	close(tell);
	while (read(wait_fd, &end, 1) > 0)
		;
	/* The answer to the token, if there is one, is not processed. */
	(void)SSL_handle_events(ssl);
	_exit(0);
}

static void be_twins(SSL_CTX *ctx, unsigned n)
{
	unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX];
	unsigned retries = 0;
	int fd, ready[2], go[2];
	size_t len;
	SSL *ssl = trap_first(ctx, &fd, bytes, &len);
	char one;

	if (pipe(ready) != 0 || pipe(go) != 0)
		datagram_clients_die("pipe");
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			datagram_clients_die("fork");
		if (pid == 0) {
			close(go[1]);
			be_twin(ssl, fd, bytes, len, ready[1], go[0]);
		}
	}
	close(ready[1]);
	while (retries < n && read(ready[0], &one, 1) == 1)
		retries++;
	close(go[1]);
	while (wait(NULL) > 0)
		;
	SSL_free(ssl);
	printf("retries=%u\n", retries);
}

static bool more(const char *command, SSL_CTX *ctx, unsigned n)
{
	if (strcmp(command, "late") == 0 && n <= AT_ONCE_MAX)
		be_late(ctx, n);
	else if (strcmp(command, "twins") == 0 && n <= TWINS_MAX)
		be_twins(ctx, n);
	else
		return false;
	return true;
}

static const struct datagram_clients quic = {
	.name = "quic_clients",
	.method = OSSL_QUIC_client_method,
	.greet = greet,
	.first = first,
	.stall = stall,
	.more = more,
};

int main(int argc, char *argv[])
{
	static char hello[] = "hello";

	other_version = argc > 1 && strcmp(argv[1], "versions") == 0;
	if (other_version)
		argv[1] = hello;
	return datagram_clients_main(&quic, argc, argv);
}

#else

int main(void)
{
	fputs("quic_clients: this TLS library has no QUIC\n", stderr);
	return 77;
}

#endif
