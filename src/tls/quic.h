/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_QUIC_H
#define HELLO_TLS_QUIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "net/addr.h"
#include "tls/conn.h"

/*
 * QUIC (RFC 9000) in place of TCP, for clients. The library does it from OpenSSL 3.5 on; a build
 * with an older one has none, and then only tls_quic_is_built may be called.
 */
bool tls_quic_is_built(void);

/* For tls_context_new_quic_client. */
const struct ssl_method_st *tls_quic_method(void);

/*
 * As tls_conn_new_client, on a UDP socket that is connected to peer. The first tls_conn_handshake
 * sends the first packet. Differences to a connection over TCP:
 * - An operation may have to be called again without any event, see tls_conn_timer.
 * - The peer's alerts are errors of QUIC (RFC 9001 section 4.8), with the same outcomes; other
 *   errors are HANDSHAKE_FAILED, HANDSHAKE_CLOSED or GREETING_*. A peer without this version
 *   is HANDSHAKE_PARAMETERS.
 * - tls_conn_read reads the first stream that the server opens; IO_EOF is the end of that stream.
 *   GREETING_EMPTY: the server closed the connection and sent nothing.
 * - tls_conn_write does not exist.
 * - Before the end of the handshake, the library gives up after 30 seconds without an answer:
 *   HANDSHAKE_TIMEOUT.
 */
struct tls_conn *tls_quic_new_client(SSL_CTX *ctx, int fd, const struct addr *peer,
    const char *sni, const char *verify_name, void *owner, struct outcome *oc);

/*
 * Sends what is due before the first answer, and reads nothing: an answer stays in the socket for
 * tls_conn_handshake. Returns 0, or -1 with an outcome: HANDSHAKE_TIMEOUT, if no
 * answer came for too long.
 */
int tls_quic_send(struct tls_conn *t, struct outcome *oc);

/*
 * Before the first packet: the datagrams up to the end of the handshake have at least this many
 * bytes (zeros behind the packets, which every server ignores: RFC 9000 section 12.2), at most
 * QUIC_WIRE_DATAGRAM_MAX; 0: as the library makes them. unknown_version: they have a reserved
 * version, so a server can only list those that it has (section 6.1), and tls_conn_handshake fails
 * with HANDSHAKE_PARAMETERS.
 */
void tls_quic_shape(struct tls_conn *t, unsigned datagram, bool unknown_version);

/* The versions that the server listed, as by quic_packet_versions_text; "": it listed none. */
const char *tls_quic_versions(const struct tls_conn *t, char *buf, size_t size);

#endif
