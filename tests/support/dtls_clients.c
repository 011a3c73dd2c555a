/* SPDX-License-Identifier: MIT */
/* dtls_clients - clients of a DTLS server, see datagram_clients.h. */
#include "support/datagram_clients.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/bio.h>
#include <openssl/x509_vfy.h>

static atomic_uint repeated;

/* Waits for the socket or the library's timer. */
static bool wait_for(SSL *ssl, int fd, long end_ms)
{
	struct timeval timer;

	if (!datagram_clients_sleep(fd, DTLSv1_get_timeout(ssl, &timer) == 1 ? &timer : NULL,
		end_ms))
		return false;
	if (DTLSv1_handle_timeout(ssl) > 0)
		repeated++;
	return true;
}

/* Says where, and why: 2 is a time-out, 5 an error of the socket, 6 a close_notify. */
static bool give_up(SSL *ssl, const char *where, int n)
{
	int error = errno;

	fprintf(stderr, "dtls_clients: %s: SSL_get_error %d, %s\n", where, SSL_get_error(ssl, n),
	    strerror(error));
	return false;
}

static bool greeted(SSL *ssl, int fd)
{
	long end = datagram_clients_now_ms() + DATAGRAM_CLIENTS_PATIENCE_MS;
	char got[256];
	int n;

	while ((n = SSL_connect(ssl)) != 1) {
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ || !wait_for(ssl, fd, end))
			return give_up(ssl, "handshake", n);
	}
	while ((n = SSL_read(ssl, got, sizeof got)) <= 0) {
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ || !wait_for(ssl, fd, end))
			return give_up(ssl, "greeting", n);
	}
	SSL_shutdown(ssl);
	return datagram_clients_is_greeting(got, (size_t)n);
}

static SSL *new_client(SSL_CTX *ctx, BIO *in, BIO *out)
{
	SSL *ssl = SSL_new(ctx);

	if (!ssl || !in || !out || SSL_set_min_proto_version(ssl, DTLS1_2_VERSION) != 1 ||
	    SSL_set_tlsext_host_name(ssl, "localhost") != 1 ||
	    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), "localhost", 0) != 1)
		datagram_clients_die("SSL_new");
	SSL_set_bio(ssl, in, out);
	return ssl;
}

static bool greet(SSL_CTX *ctx, int fd)
{
	BIO_ADDR *to = datagram_clients_peer(fd);
	BIO *bio = BIO_new_dgram(fd, BIO_NOCLOSE);
	SSL *ssl = new_client(ctx, bio, bio);
	bool is_greeted;

	BIO_ctrl_set_connected(bio, to);
	is_greeted = greeted(ssl, fd);
	SSL_free(ssl);
	BIO_ADDR_free(to);
	return is_greeted;
}

/* A client without a socket. */
static SSL *new_detached(SSL_CTX *ctx)
{
	BIO *in = BIO_new(BIO_s_mem());
	SSL *ssl = new_client(ctx, in, BIO_new(BIO_s_mem()));

	BIO_set_mem_eof_return(in, -1);
	SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
	SSL_set_mtu(ssl, 1200);
	return ssl;
}

/* What it sends next, given what it got. */
static size_t next_hello(SSL *ssl, const void *got, size_t got_len, unsigned char *hello)
{
	int n;

	if (got_len > 0 && BIO_write(SSL_get_rbio(ssl), got, (int)got_len) != (int)got_len)
		datagram_clients_die("BIO_write");
	SSL_connect(ssl);
	n = BIO_read(SSL_get_wbio(ssl), hello, DATAGRAM_CLIENTS_BYTES_MAX);
	if (n <= 0)
		datagram_clients_die("no ClientHello");
	return (size_t)n;
}

static size_t first(SSL_CTX *ctx, unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX])
{
	SSL *ssl = new_detached(ctx);
	size_t len = next_hello(ssl, NULL, 0, bytes);

	SSL_free(ssl);
	return len;
}

/* Returns its cookie. */
static bool stall(SSL_CTX *ctx, int fd)
{
	unsigned char bytes[DATAGRAM_CLIENTS_BYTES_MAX], answer[DATAGRAM_CLIENTS_BYTES_MAX];
	SSL *ssl = new_detached(ctx);
	size_t len = next_hello(ssl, NULL, 0, bytes), got;

	(void)send(fd, bytes, len, 0);
	got = datagram_clients_receive(fd, answer, 5000);
	if (got == 0)
		datagram_clients_die("no cookie");
	len = next_hello(ssl, answer, got, bytes);
	(void)send(fd, bytes, len, 0);
	SSL_free(ssl);
	return datagram_clients_receive(fd, answer, 5000) > 0;
}

int main(int argc, char *argv[])
{
	static const struct datagram_clients dtls = {
		.name = "dtls_clients",
		.method = DTLS_client_method,
		.greet = greet,
		.first = first,
		.stall = stall,
		.repeated = &repeated,
	};

	return datagram_clients_main(&dtls, argc, argv);
}
