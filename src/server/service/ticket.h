/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_TICKET_H
#define HELLO_SERVER_SERVICE_TICKET_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/conn.h"

/*
 * The keys of stateless session tickets (RFC 5077 section 4, RFC 8446 section 4.6.1).
 * One key has 80 bytes, the format of SSL_CTX_set_tlsext_ticket_keys(3) and nginx
 * (ssl_session_ticket_key): 16 for its name, 32 for HMAC-SHA256, 32 for AES-256-CBC.
 * Whoever has a key can decrypt the TLS 1.2 sessions that it protected, so keys are
 * secrets, and must be replaced.
 */
enum { TICKET_KEY_SIZE = 80, TICKET_KEYS_MAX = 16 };

/* The first key encrypts, all keys decrypt. Immutable once in use; inherited by fork. */
struct ticket_keys {
	unsigned char key[TICKET_KEYS_MAX][TICKET_KEY_SIZE];
	size_t count; /* 0: none yet */
};

/*
 * A new random key, followed by the newest of before, so that a ticket survives one
 * renewal and no more. before may be NULL. Returns 0, or -1 with OC_INTERNAL.
 */
int ticket_renew(struct ticket_keys *keys, const struct ticket_keys *before,
    struct outcome *oc);

/*
 * Reads consecutive keys. Rejects an incomplete key, no key, too many keys, and two
 * keys of one name. Returns 0, or -1 with OC_FILE, whose text continues after the
 * file's name.
 */
int ticket_parse(struct ticket_keys *keys, const void *bytes, size_t len, struct outcome *oc);

/* The same from a file, which must not be world-readable. Returns 0, or -1 with OC_FILE. */
int ticket_read(struct ticket_keys *keys, const char *path, struct outcome *oc);

/*
 * Makes this context, and all connections created from it, protect tickets with these
 * keys, which must outlive them; at least one. A ticket of a key other than the first
 * is accepted and renewed, and in TLS 1.3 every ticket is renewed: a client uses one
 * only once (RFC 8446 appendix C.4). Returns 0, or -1 with OC_INTERNAL.
 */
int ticket_use(SSL_CTX *ctx, const struct ticket_keys *keys, struct outcome *oc);

/*
 * After a server's handshake: gives a resumed TLS 1.3 session as many new tickets as a
 * full handshake, where the library alone would give one. Returns the same as
 * tls_conn_handshake; IO_DONE at once if there is nothing to add, also in a second
 * call.
 */
enum io ticket_complete(struct tls_conn *t, struct outcome *oc);

/* Wipes them; idempotent. */
void ticket_wipe(struct ticket_keys *keys);

#endif
