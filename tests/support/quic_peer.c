/* SPDX-License-Identifier: MIT */
/*
 * A QUIC server for the outcomes of hello-client, from the library's own (OpenSSL 3.5 or later):
 *
 *	quic_peer [--listen ADDRESS] [--time SECONDS] [--alpn NAME] [--ca FILE] [--kind KIND]
 *	          {--cert FILE --key FILE | --zoo FOLDER}
 *
 * Prints its port, and serves until its time is over (600 seconds; a signal). With a folder of
 * `hello-certs zoo` the certificate is that of the first label of the requested name. With --ca it
 * requires a client certificate. Each kind is wrong in exactly one way:
 *
 *	greet     sends the greeting on a stream that it opens (the default)
 *	mute      finishes the handshake, and opens no stream
 *	half      sends half of a greeting, and never the rest
 *	cut       the same, then closes the connection
 *	reset     the same, then resets the stream
 *	nothing   ends its stream without a byte
 *	leave     closes the connection after the handshake, without a stream
 *	endless   sends a greeting without end
 *	streams   opens a hundred streams, a byte each, none of which ends
 *	stall     answers the first datagram with a Retry, and nothing after it
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#if OPENSSL_VERSION_NUMBER >= 0x30500000L && !defined(OPENSSL_NO_QUIC)

#include <openssl/quic.h>

#include "support/listening.h"

static const char greeting[] = "Hello world\n";

enum { CONNS_MAX = 64, STREAMS_MAX = 100, STAPLE_MAX = 16384 };

enum kind { GREET, MUTE, HALF, CUT, RESET, NOTHING, LEAVE, ENDLESS, STREAMS, STALL };

static const char *const kinds[] = { "greet", "mute", "half", "cut", "reset", "nothing", "leave",
	"endless", "streams", "stall" };

static enum kind kind;
static const char *zoo;
static unsigned char protocols[64] = "\7hello/1";

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "quic_peer: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* ---- certificates ---------------------------------------------------------------------------- */

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *unused)
{
	unsigned char *found;

	(void)ssl;
	(void)unused;
	if (SSL_select_next_proto(&found, out_len, protocols, 1 + (unsigned)protocols[0], in,
		in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = found;
	return SSL_TLSEXT_ERR_OK;
}

/* The path of a file in the folder of the animal that the client asks for. */
static bool find(SSL *ssl, const char *file, char path[1024])
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	size_t len = name ? strcspn(name, ".") : 0;

	return len > 0 && len < 64 && !memchr(name, '/', len) &&
	    snprintf(path, 1024, "%s/%.*s/%s", zoo, (int)len, name, file) < 1024;
}

static int show_animal(SSL *ssl, void *unused)
{
	char chain[1024], key[1024];

	(void)unused;
	return find(ssl, "chain.pem", chain) && find(ssl, "key.pem", key) &&
	    SSL_use_certificate_chain_file(ssl, chain) == 1 &&
	    SSL_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1;
}

static int staple(SSL *ssl, void *unused)
{
	unsigned char *der = OPENSSL_malloc(STAPLE_MAX);
	char path[1024];
	FILE *file = find(ssl, "ocsp.der", path) ? fopen(path, "rb") : NULL;
	size_t len = file && der ? fread(der, 1, STAPLE_MAX, file) : 0;

	(void)unused;
	if (file)
		fclose(file);
	if (len == 0 || SSL_set_tlsext_status_ocsp_resp(ssl, der, (long)len) != 1) {
		OPENSSL_free(der);
		return SSL_TLSEXT_ERR_NOACK;
	}
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_context(const char *cert, const char *key, const char *ca)
{
	SSL_CTX *ctx = SSL_CTX_new(OSSL_QUIC_server_method());

	if (!ctx)
		die("no context");
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_alpn_select_cb(ctx, select_protocol, NULL);
	if (ca) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		if (SSL_CTX_load_verify_file(ctx, ca) != 1)
			die(ca);
	}
	if (zoo) {
		SSL_CTX_set_cert_cb(ctx, show_animal, NULL);
		SSL_CTX_set_tlsext_status_cb(ctx, staple);
	} else if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1) {
		die("cannot use --cert and --key");
	}
	return ctx;
}

/* ---- one connection -------------------------------------------------------------------------- */

struct conn {
	SSL *ssl; /* NULL: a free place */
	SSL *streams[STREAMS_MAX];
	size_t count;
	bool done;
};

static SSL *open_stream(struct conn *c)
{
	SSL *stream = SSL_new_stream(c->ssl, SSL_STREAM_FLAG_UNI | SSL_STREAM_FLAG_NO_BLOCK);

	if (stream)
		c->streams[c->count++] = stream;
	return stream;
}

static void write_some(SSL *stream, const char *words, size_t len)
{
	size_t put;

	(void)SSL_write_ex(stream, words, len, &put);
}

static void leave(struct conn *c)
{
	const SSL_SHUTDOWN_EX_ARGS args = { .quic_error_code = 7, .quic_reason = "as \"agreed\"" };

	(void)SSL_shutdown_ex(c->ssl, SSL_SHUTDOWN_FLAG_RAPID | SSL_SHUTDOWN_FLAG_NO_BLOCK |
		SSL_SHUTDOWN_FLAG_NO_STREAM_FLUSH, &args, sizeof args);
}

static const char page[4096];

/* Once, after the handshake. */
static void speak(struct conn *c)
{
	const SSL_STREAM_RESET_ARGS code = { .quic_error_code = 9 };
	const size_t len = sizeof greeting - 1;
	SSL *stream = kind == MUTE || kind == LEAVE ? NULL : open_stream(c);

	if (stream && kind != NOTHING)
		write_some(stream, greeting, kind == GREET || kind == ENDLESS ? len : len / 2);
	if (stream && (kind == GREET || kind == NOTHING))
		(void)SSL_stream_conclude(stream, 0);
	while (kind == STREAMS && c->count < STREAMS_MAX && (stream = open_stream(c)))
		write_some(stream, "x", 1);
	if (kind == RESET && stream)
		(void)SSL_stream_reset(stream, &code, sizeof code);
	if (kind == LEAVE)
		leave(c);
}

static void end(struct conn *c)
{
	for (size_t i = 0; i < c->count; i++)
		SSL_free(c->streams[i]);
	SSL_free(c->ssl);
	*c = (struct conn){ .ssl = NULL };
}

static void step(struct conn *c)
{
	SSL_CONN_CLOSE_INFO info;

	ERR_clear_error();
	/* By now the half is on its way. */
	if (c->done && kind == CUT)
		leave(c);
	if (!c->done && SSL_is_init_finished(c->ssl)) {
		c->done = true;
		speak(c);
	}
	if (kind == ENDLESS && c->count > 0)
		write_some(c->streams[0], page, sizeof page);
	if (SSL_get_conn_close_info(c->ssl, &info, sizeof info) == 1)
		end(c);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int start_listening(const char *address)
{
	unsigned port;
	int fd = bind_udp(address, SOCK_NONBLOCK, &port);

	if (fd < 0)
		die(address);
	printf("%u\n", port);
	fflush(stdout);
	return fd;
}

static SSL *make_listener(SSL_CTX *ctx, int fd)
{
	SSL *listener = SSL_new_listener(ctx, 0);
	BIO *bio = BIO_new_dgram(fd, BIO_NOCLOSE);

	if (!listener || !bio)
		die("no listener");
	SSL_set_bio(listener, bio, bio);
	if (SSL_set_blocking_mode(listener, 0) != 1 || SSL_listen(listener) != 1)
		die("SSL_listen");
	return listener;
}

static int sooner(SSL *ssl, int ms)
{
	struct timeval left;
	int infinite = 1;
	long event;

	if (SSL_get_event_timeout(ssl, &left, &infinite) != 1 || infinite)
		return ms;
	event = left.tv_sec * 1000 + (left.tv_usec + 999) / 1000;
	return event < ms ? (int)event : ms;
}

static void wait_for_event(SSL *listener, int fd, const struct conn conns[], bool for_ever)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ms = sooner(listener, kind == ENDLESS ? 1 : 1000);

	for (size_t i = 0; i < CONNS_MAX; i++)
		ms = conns[i].ssl ? sooner(conns[i].ssl, ms) : ms;
	(void)poll(&p, 1, for_ever ? -1 : ms);
}

static void admit(struct conn conns[], SSL *ssl)
{
	size_t i = 0;

	while (i < CONNS_MAX && conns[i].ssl)
		i++;
	if (i == CONNS_MAX) {
		SSL_free(ssl);
		return;
	}
	SSL_set_blocking_mode(ssl, 0);
	SSL_set_default_stream_mode(ssl, SSL_DEFAULT_STREAM_MODE_NONE);
	SSL_set_incoming_stream_policy(ssl, SSL_INCOMING_STREAM_POLICY_ACCEPT, 0);
	conns[i].ssl = ssl;
}

static _Noreturn void serve(SSL *listener, int fd)
{
	static struct conn conns[CONNS_MAX];

	for (;;) {
		SSL *ssl;

		wait_for_event(listener, fd, conns, kind == STALL);
		ERR_clear_error();
		(void)SSL_handle_events(listener);
		while (kind == STALL)
			pause();
		while ((ssl = SSL_accept_connection(listener, SSL_ACCEPT_CONNECTION_NO_BLOCK)))
			admit(conns, ssl);
		for (size_t i = 0; i < CONNS_MAX; i++) {
			if (conns[i].ssl)
				step(&conns[i]);
		}
	}
}

static bool choose_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i], name) == 0) {
			kind = (enum kind)i;
			return true;
		}
	}
	return false;
}

int main(int argc, char *argv[])
{
	const char *address = "127.0.0.1", *alpn = NULL, *ca = NULL, *cert = NULL, *key = NULL;
	unsigned seconds = 600;
	bool good = true;
	int fd, i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--listen") == 0)
			address = argv[i + 1];
		else if (strcmp(argv[i], "--time") == 0)
			seconds = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--alpn") == 0)
			alpn = argv[i + 1];
		else if (strcmp(argv[i], "--ca") == 0)
			ca = argv[i + 1];
		else if (strcmp(argv[i], "--cert") == 0)
			cert = argv[i + 1];
		else if (strcmp(argv[i], "--key") == 0)
			key = argv[i + 1];
		else if (strcmp(argv[i], "--zoo") == 0)
			zoo = argv[i + 1];
		else
			good = strcmp(argv[i], "--kind") == 0 && choose_kind(argv[i + 1]);
		if (!good)
			break;
	}
	if (!good || i != argc || (!zoo && (!cert || !key))) {
		fputs("usage: quic_peer [OPTION VALUE]... {--cert FILE --key FILE | --zoo DIR}\n",
		    stderr);
		return 2;
	}
	if (alpn && strlen(alpn) < sizeof protocols) {
		protocols[0] = (unsigned char)strlen(alpn);
		memcpy(protocols + 1, alpn, strlen(alpn));
	}
	/* The signal ends the program. */
	alarm(seconds);
	fd = start_listening(address);
	serve(make_listener(make_context(cert, key, ca), fd), fd);
}

#else

int main(void)
{
	fputs("quic_peer: this TLS library has no QUIC server\n", stderr);
	return 77;
}

#endif
