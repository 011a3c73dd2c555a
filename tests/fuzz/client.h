/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FUZZ_CLIENT_H
#define HELLO_TESTS_FUZZ_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "tls/conn.h"

/* Of a client that trusts fuzz_ca alone and has no certificate; made at the first call. */
SSL_CTX *fuzz_client_context(void);
/* The same over DTLS. */
SSL_CTX *fuzz_dtls_client_context(void);

/*
 * The client's handshake, while peer, the other end of its socket pair, sends these bytes, piece
 * bytes at a time, and then a FIN. Returns what the last call of tls_conn_handshake did.
 */
enum io fuzz_client_play(struct tls_conn *client, int peer, const uint8_t *data, size_t size,
    size_t piece, struct outcome *oc);

#endif
