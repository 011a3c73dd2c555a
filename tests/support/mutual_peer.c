/* SPDX-License-Identifier: MIT */
/*
 * A server with mutual TLS that refuses clients in a way of its own, to test hello-client
 * --client-zoo.
 *
 *	mutual_peer [--time SECONDS] --cert FILE --key FILE --ca FILE --crl FILE SERVICE WAY...
 *
 * Listens on a free port of 127.0.0.1 for each WAY; prints a line "WAY PORT" for each, then
 * "ready". Serves one connection after the other for 60 seconds. For each connection whose
 * handshake came far enough it prints "WAY accepted" or "WAY refused": what this server decided.
 *
 * SERVICE: hello, https, imaps, smtps, rediss, irc (ircs), postgres-direct, ldaps, tls (another
 * protocol, where the client speaks first). WAY, what happens to a bad client:
 *
 *	alert, slow-alert (400 ms late), close, late-close (400 ms), reset, silent,
 *	words (the service's own), rash-words (before the client asked), half (the beginning of a
 *	good answer), busy (an error that is about nobody, for postgres-direct and ldaps),
 *	nobody (words, to good clients as well), second (words, after a good first answer),
 *	second-close, banner (words, and all that is said begins with an empty line),
 *	tickets (10 of them, then words), no-tickets (none, then words),
 *	early (the first good answer before the certificate arrives, then an alert), early-whole
 *	(all that the client gets, and close_notify, before the certificate arrives),
 *	200 to 599 (this status, for https), nobody-200 to nobody-599 (the same to good clients),
 *	close-all (close, to good clients as well), every-third (resets each third connection),
 *	first-only (resets all but the first connection), mixed (asks each second connection for no
 *	certificate)
 */
#include <errno.h>
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

#include "support/listening.h"

struct words {
	const char *bytes;
	size_t len;
};

#define W(bytes) { bytes, sizeof(bytes) - 1 }

/* Without a bind: an entry of the root DSE without attributes, and the end of the search. */
#define LDAP_ENTRY "\x30\x09\2\1\2\x64\4\4\0\x30\0"
#define LDAP_END(code) "\x30\x0c\2\1\2\x65\7\x0a\1" code "\4\0\4\0"

static const struct service {
	const char *name;
	bool asked;           /* the client speaks first */
	struct words good[3]; /* the answers of the server */
	struct words bad;     /* in place of the first or the second of them */
	struct words busy;
} services[] = {
	{ "hello", false, { W("Hello world\n") }, W("You may not come in.\n"), W("") },
	{ "https", true, { W("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n") },
	    W("HTTP/1.1 400 Bad Request\r\nContent-Length: 24\r\n\r\nno required "
	      "certificate\n"),
	    W("") },
	{ "imaps", false, { W("* OK ready\r\n"), W("* BYE\r\nb OK bye\r\n") },
	    W("* BYE no certificate\r\n"), W("") },
	{ "smtps", false, { W("220 a.test\r\n"), W("250 a.test\r\n"), W("221 bye\r\n") },
	    W("421 no certificate\r\n"), W("") },
	{ "rediss", true, { W("+PONG\r\n") }, W("-ERR no certificate\r\n"), W("") },
	{ "irc", true, { W("ERROR :bye\r\n") }, W("ERROR :no certificate\r\n"), W("") },
	{ "postgres-direct", true, { W("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0") },
	    W("E\0\0\0\x23SFATAL\0C28000\0Mno certificate\0\0"),
	    W("E\0\0\0\x20SFATAL\0C57P03\0Mstarting up\0\0") },
	{ "ldaps", true, { W(LDAP_ENTRY LDAP_END("\0")) }, W(LDAP_END("\x08")),
	    W(LDAP_END("\x33")) },
	{ "tls", true, { W("yes") }, W("no certificate"), W("") },
	{ .name = NULL },
};

static const struct service *service;
static const char *way;
static unsigned long serial;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "mutual_peer: %s: %s\n", what, strerror(errno));
	ERR_print_errors_fp(stderr);
	exit(1);
}

static bool is(const char *name)
{
	return strcmp(way, name) == 0;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* ---- the verdict ------------------------------------------------------------------------- */

static bool fails_in_handshake(void)
{
	return is("alert") || is("slow-alert") || is("early");
}

/* The verdict of the library stays in SSL_get_verify_result. */
static int take(int ok, X509_STORE_CTX *store)
{
	if (!ok && X509_STORE_CTX_get_error_depth(store) == 0 && is("slow-alert"))
		pause_ms(400);
	return ok || !fails_in_handshake();
}

static bool is_good(SSL *ssl)
{
	return SSL_get0_peer_certificate(ssl) && SSL_get_verify_result(ssl) == X509_V_OK;
}

static void tell(bool good)
{
	printf("%s %s\n", way, good ? "accepted" : "refused");
	fflush(stdout);
}

/* ---- answers ----------------------------------------------------------------------------- */

static void say_words(SSL *ssl, const struct words *words)
{
	if (words->len > 0)
		(void)SSL_write(ssl, words->bytes, (int)words->len);
}

static void say(SSL *ssl, const char *text)
{
	say_words(ssl, &(struct words){ text, strlen(text) });
}

static bool listen_to(SSL *ssl)
{
	char request[4096];

	return SSL_read(ssl, request, sizeof request) > 0;
}

static void answer_status(SSL *ssl, const char *status)
{
	char words[256];

	snprintf(words, sizeof words,
	    "HTTP/1.1 %s Whatever\r\nContent-Length: 3\r\nLocation: https://a.test/\r\n\r\nhi\n",
	    status);
	say(ssl, words);
}

static bool serve_good(SSL *ssl, size_t from, size_t until)
{
	for (size_t i = from; i < until && service->good[i].bytes; i++) {
		if ((i > 0 || service->asked) && !listen_to(ssl))
			return false;
		say(ssl, is("banner") && i == 0 ? "\r\n" : "");
		say_words(ssl, &service->good[i]);
	}
	return true;
}

static void refuse_in_words(SSL *ssl, size_t after)
{
	bool asked = after > 0 || service->asked;

	if (!is("rash-words") && asked && strcmp(service->name, "tls") != 0 && !listen_to(ssl))
		return;
	say(ssl, is("banner") ? "\r\n" : "");
	if (way[0] >= '2' && way[0] <= '5')
		answer_status(ssl, way);
	else
		say_words(ssl, is("busy") ? &service->busy : &service->bad);
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Until the client leaves. */
static void wait_for_end(SSL *ssl)
{
	while (listen_to(ssl))
		continue;
}

static void refuse(SSL *ssl, int fd)
{
	if (is("reset")) {
		reset(fd);
	} else if (is("silent")) {
		wait_for_end(ssl);
	} else if (is("half")) {
		if (!service->asked || listen_to(ssl))
			(void)SSL_write(ssl, service->good[0].bytes, 4);
	} else if (is("second")) {
		if (serve_good(ssl, 0, 1))
			refuse_in_words(ssl, 1);
	} else if (is("second-close")) {
		serve_good(ssl, 0, 1);
	} else if (is("late-close")) {
		pause_ms(400);
	} else if (!is("close")) {
		refuse_in_words(ssl, 0);
		SSL_shutdown(ssl);
	}
}

static bool has_limit(void)
{
	return is("close-all") || (is("every-third") && serial % 3 == 2) ||
	    (is("first-only") && serial > 0);
}

static void speak(SSL *ssl, int fd, size_t said)
{
	bool good = is_good(ssl);

	if (has_limit()) {
		tell(false);
		if (!is("close-all"))
			reset(fd);
		return;
	}
	if (is("nobody")) {
		tell(false);
		refuse_in_words(ssl, 0);
		SSL_shutdown(ssl);
		return;
	}
	if (strncmp(way, "nobody-", 7) == 0) {
		tell(false);
		if (listen_to(ssl))
			answer_status(ssl, way + 7);
		return;
	}
	tell(good || SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE);
	if (!good && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE) {
		refuse(ssl, fd);
		return;
	}
	serve_good(ssl, said, 3);
	SSL_shutdown(ssl);
	wait_for_end(ssl);
}

/* ---- the handshake ----------------------------------------------------------------------- */

/* Data before the client's Finished (RFC 8446 section 2); false: the handshake is over. */
static bool speak_early(SSL *ssl)
{
	unsigned char unused[1];
	size_t len;

	while (
	    SSL_read_early_data(ssl, unused, sizeof unused, &len) != SSL_READ_EARLY_DATA_FINISH) {
		if (SSL_get_error(ssl, -1) != SSL_ERROR_WANT_READ)
			return false;
	}
	if (SSL_write_early_data(ssl, service->good[0].bytes, service->good[0].len, &len) != 1)
		return false;
	if (is("early-whole"))
		SSL_shutdown(ssl);
	return true;
}

static void serve(SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);
	bool early = strncmp(way, "early", 5) == 0;

	if (!ssl || SSL_set_fd(ssl, fd) != 1)
		die("no TLS connection");
	if (is("mixed") && serial % 2 == 1)
		SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	else
		SSL_set_verify(ssl,
		    SSL_VERIFY_PEER | (fails_in_handshake() ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
		    take);
	if (is("tickets") || is("no-tickets"))
		SSL_set_num_tickets(ssl, is("tickets") ? 10 : 0);
	if (early && !speak_early(ssl))
		tell(false);
	else if (SSL_accept(ssl) != 1)
		tell(false);
	else if (is("early-whole"))
		tell(is_good(ssl));
	else
		speak(ssl, fd, early ? 1 : 0);
	SSL_free(ssl);
	ERR_clear_error();
	close(fd);
}

/* ---- the program ------------------------------------------------------------------------- */

static SSL_CTX *make_ctx(const char *cert, const char *key, const char *ca, const char *crl)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	X509_STORE *store = ctx ? SSL_CTX_get_cert_store(ctx) : NULL;
	X509_LOOKUP *lookup = store ? X509_STORE_add_lookup(store, X509_LOOKUP_file()) : NULL;

	if (!ctx || SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
		die("cannot use --cert, --key and --ca");
	if (!lookup || X509_load_crl_file(lookup, crl, X509_FILETYPE_PEM) < 1)
		die("cannot use --crl");
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(ca));
	return ctx;
}

static int start_listening(void)
{
	unsigned port;
	int fd = listen_on_loopback(&port);

	if (fd < 0)
		die("cannot listen");
	printf("%s %u\n", way, port);
	return fd;
}

static void choose_service(const char *name)
{
	for (service = services; service->name; service++) {
		if (name && strcmp(service->name, name) == 0)
			return;
	}
	die("unknown service");
}

enum { WAYS_MAX = 64 };

static _Noreturn void serve_all(SSL_CTX *ctx, char *ways[], struct pollfd at[], nfds_t count)
{
	unsigned long serials[WAYS_MAX] = { 0 };

	for (;;) {
		if (poll(at, count, -1) < 0)
			die("poll");
		for (nfds_t i = 0; i < count; i++) {
			int fd = at[i].revents ? accept4(at[i].fd, NULL, NULL, SOCK_CLOEXEC) : -1;

			if (fd < 0)
				continue;
			way = ways[i];
			serial = serials[i]++;
			serve(ctx, fd);
		}
	}
}

int main(int argc, char *argv[])
{
	const char *cert = NULL, *key = NULL, *ca = NULL, *crl = NULL;
	struct pollfd at[WAYS_MAX];
	unsigned seconds = 60;
	nfds_t count = 0;
	int i;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--cert") == 0)
			cert = argv[i + 1];
		else if (strcmp(argv[i], "--key") == 0)
			key = argv[i + 1];
		else if (strcmp(argv[i], "--ca") == 0)
			ca = argv[i + 1];
		else if (strcmp(argv[i], "--crl") == 0)
			crl = argv[i + 1];
		else if (strcmp(argv[i], "--time") == 0)
			seconds = (unsigned)strtoul(argv[i + 1], NULL, 10);
	}
	choose_service(argv[i]);
	i++;
	if (!cert || !key || !ca || !crl || argc - i > WAYS_MAX)
		die("usage");
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	alarm(seconds);
	for (; i + (int)count < argc; count++) {
		way = argv[i + (int)count];
		at[count] = (struct pollfd){ .fd = start_listening(), .events = POLLIN };
	}
	puts("ready");
	fflush(stdout);
	serve_all(make_ctx(cert, key, ca, crl), argv + i, at, count);
}
