/* SPDX-License-Identifier: MIT */
#ifndef HELLO_BENCH_LIMIT_H
#define HELLO_BENCH_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

/*
 * Handshakes between two ends in one process, through plain memory: what a
 * connection costs a server when there are no sockets. limit_pair.c makes them;
 * limit.c times the server's calls.
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
	VARIANT_DEFAULT, /* as the library comes: AES-256 and two tickets in TLS 1.3 */
	VARIANT_LEAN,    /* as hello-server is: AES-128, no ticket that nobody asked for */
	VARIANTS
};

struct pair {
	const struct scenario *scenario;
	SSL_CTX *server_ctx, *client_ctx;
	SSL *server, *client;
	SSL_SESSION *session; /* what the client resumes, once it has one */
	BIO_METHOD *wire;
	size_t sent; /* bytes of the server in the last handshake */
};

/*
 * Returns 0, or -1 when the library does not have the scenario's groups. Exits
 * when a file cannot be used.
 */
int pair_open(struct pair *p, const struct scenario *s, enum variant v, const char *cert,
    const char *key);

/*
 * The steps of one connection, in this order. The client's ones exit when
 * anything is not as it should be: the greeting, the close_notify, a session
 * that was not resumed.
 *
 * server_begin and server_finish are all that a server does for a connection,
 * from SSL_new to SSL_free. callgrind finds them by these names.
 */
void client_begin(struct pair *p);
void server_begin(struct pair *p);
void client_answer(struct pair *p);
void server_finish(struct pair *p);
void client_finish(struct pair *p);

#endif
