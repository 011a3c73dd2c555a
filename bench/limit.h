/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BENCH_LIMIT_H
#define HELLO_BENCH_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

/*
 * Handshakes between two ends in one process, through memory: the cost of a connection without
 * sockets. limit_pair.c makes them; limit.c times the server's calls.
 */

/* A handshake to be measured. */
struct scenario {
	const char *name;
	int version;
	const char *groups;
	bool resumed;
};

/* How the server is configured. */
enum variant {
	VARIANT_DEFAULT, /* the library's defaults: AES-256 and two tickets in TLS 1.3 */
	VARIANT_LEAN,    /* like hello-server: AES-128, tickets only for a resumption */
	VARIANTS
};

struct pair {
	const struct scenario *scenario;
	SSL_CTX *server_ctx, *client_ctx;
	SSL *server, *client;
	SSL_SESSION *session; /* the session that the client resumes; NULL at first */
	BIO_METHOD *wire;
	size_t sent; /* bytes that the server sent in the last handshake */
};

/*
 * Returns 0, or -1 if the library does not support the scenario's groups. Exits if a file cannot be
 * used.
 */
int pair_open(struct pair *p, const struct scenario *s, enum variant v, const char *cert,
    const char *key);

/*
 * The steps of one connection, in this order. Those of the client exit if the greeting or the
 * close_notify is wrong, or the session was not resumed.
 *
 * server_begin and server_finish are everything that a server does for a connection, from SSL_new
 * to SSL_free. callgrind finds them by their names.
 */
void client_begin(struct pair *p);
void server_begin(struct pair *p);
void client_answer(struct pair *p);
void server_finish(struct pair *p);
void client_finish(struct pair *p);

#endif
