/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_TLS_PEER_CLIENT_H
#define HELLO_TESTS_TLS_PEER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

/*
 * A TLS client for tests that uses libssl directly, so that client code of the project does not
 * judge its server code. It verifies nothing by default, reads to the end, and takes one step at a
 * time on a non-blocking socket.
 */
struct peer_client {
	SSL_CTX *ctx;
	SSL *ssl;
	const char *sends_first; /* application data after the handshake, or NULL */
	size_t split;            /* of these, so many go in a record of their own */
	size_t got;              /* bytes of greeting */
	char text[1024];         /* as many of them as there is room for, and a terminator */
	bool done, got_close_notify;
};

enum peer_version { PEER_TLS12, PEER_TLS13 };

/* fd stays the caller's. What goes wrong in setting up ends the test by abort(). */
void peer_client_init(struct peer_client *c, int fd, enum peer_version version,
    const char *sends_first);
void peer_client_use_groups(struct peer_client *c, const char *groups);

/* Offer one protocol by ALPN. */
void peer_client_offer(struct peer_client *c, const char *protocol);

/* Verify, with no CA at all: every server is refused with unknown_ca. */
void peer_client_trust_nobody(struct peer_client *c);

void peer_client_step(struct peer_client *c);
bool peer_client_is_done(const struct peer_client *c);
/* The binding of RFC 9266, in hex. */
void peer_client_export(struct peer_client *c, char hex[65]);

void peer_client_free(struct peer_client *c);

#endif
