/* SPDX-License-Identifier: MIT */
#ifndef HELLO_SERVER_SERVICE_TICKET_H
#define HELLO_SERVER_SERVICE_TICKET_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/conn.h"

/*
 * The keys of stateless session tickets (RFC 5077 section 4, RFC 8446 section
 * 4.6.1). One key is 80 bytes, as SSL_CTX_set_tlsext_ticket_keys(3) and nginx
 * (ssl_session_ticket_key) have them: 16 that name it, 32 of HMAC-SHA256, 32 of
 * AES-256-CBC. Whoever has one can read the TLS 1.2 sessions that it protected,
 * so they are secrets, and have to be replaced.
 */
enum { TICKET_KEY_SIZE = 80, TICKET_KEYS_MAX = 16 };

/* The first one encrypts, all decrypt. Immutable once in use; inherited by fork. */
struct ticket_keys {
	unsigned char key[TICKET_KEYS_MAX][TICKET_KEY_SIZE];
	size_t count; /* 0: none yet */
};

/*
 * A new key at random, and behind it the newest of before, so that a ticket
 * outlives one renewal and no more. before may be NULL. Returns 0, or -1 with
 * OC_INTERNAL.
 */
int ticket_renew(struct ticket_keys *keys, const struct ticket_keys *before,
    struct outcome *oc);

/*
 * Read keys that stand one behind the other. Refused are a key cut short, none,
 * too many, and two of one name. Returns 0, or -1 with OC_FILE, whose text goes
 * on after the name of the file.
 */
int ticket_parse(struct ticket_keys *keys, const void *bytes, size_t len, struct outcome *oc);

/* The same from a file, which not everybody may read. Returns 0, or -1 with OC_FILE. */
int ticket_read(struct ticket_keys *keys, const char *path, struct outcome *oc);

/*
 * Let this context, and all connections made from it, protect tickets with
 * these, which must outlive them; one at least. A ticket of a key that is not the
 * first is taken and renewed, and with TLS 1.3 every ticket is: a client uses one
 * only once (RFC 8446 appendix C.4). Returns 0, or -1 with OC_INTERNAL.
 */
int ticket_use(SSL_CTX *ctx, const struct ticket_keys *keys, struct outcome *oc);

/*
 * After a server's handshake: a resumed TLS 1.3 session gets as many new tickets as a full
 * handshake gives, where the library alone would give one. Answers as tls_conn_handshake; IO_DONE
 * at once where there is nothing to add, as when it was called before.
 */
enum io ticket_complete(struct tls_conn *t, struct outcome *oc);

/* Forget them; idempotent. */
void ticket_wipe(struct ticket_keys *keys);

#endif
