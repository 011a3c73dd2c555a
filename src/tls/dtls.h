/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_DTLS_H
#define HELLO_TLS_DTLS_H

#include <stddef.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/conn.h"
#include "tls/datagram.h"

/*
 * DTLS 1.2 (RFC 6347): what a tls_conn on datagrams adds to one on a stream. All
 * operations of tls/conn.h except those of early data work on it; IO_WANT_READ means:
 * give the next datagram to its tls_datagram, then call the operation again.
 */

/*
 * A server for one peer who is not known yet. datagram stays the caller's, must outlive
 * the object and not move. NULL with OC_INTERNAL.
 */
struct tls_conn *tls_dtls_new_server(SSL_CTX *ctx, struct tls_datagram *datagram,
    struct outcome *oc);

/*
 * Judges the datagram without keeping anything of it. A ClientHello without a valid
 * cookie is answered with a cookie, in fewer bytes than it has. Returns IO_DONE: the
 * ClientHello has a valid cookie, so the peer receives what is sent to its address, and
 * tls_conn_handshake comes next. IO_WANT_READ: answered, or ignored; the object can be
 * used for another peer. IO_FAILED: free it.
 */
enum io tls_dtls_listen(struct tls_conn *t);

/* Then the owner is known, see tls_conn_owner, and tls_conn_offers will be. */
void tls_dtls_set_owner(struct tls_conn *t, void *owner);

/* The path of the datagram of this connection. For callbacks of the library. */
const void *tls_dtls_path(const SSL *ssl);

/*
 * Sends the flight again if its timer has expired: after 1, 2, 4... seconds. Returns 0,
 * or -1 if the library gives up.
 */
int tls_dtls_retransmit(struct tls_conn *t);

/* Bytes of data in one record that fills a datagram. */
size_t tls_dtls_room(const struct tls_conn *t);

/*
 * As tls_conn_new_client, on a UDP socket that is connected to the peer. Differences to a
 * connection over TCP:
 * - tls_dtls_send sends the ClientHello, and an operation may have to be called again without any
 *   event, see tls_conn_timer: the library sends its flight again after 1, 2, 4... seconds.
 * - Data is never sent again, and may come without the close_notify that ends it. tls_conn_read
 *   fails with GREETING_TRUNCATED if a record was lost or comes late, before another that arrived,
 *   unless it may have been one of the handshake: see tls_dtls_is_whole.
 * - A peer that sends no record of DTLS is NOT_TLS at the deadline. One that asks for a cookie
 *   again and again is HANDSHAKE_FAILED.
 */
struct tls_conn *tls_dtls_new_client(SSL_CTX *ctx, int fd, const char *sni, const char *verify_name,
    void *owner, struct outcome *oc);

/*
 * Sends what is due before the first answer, and reads nothing: an answer stays in the socket for
 * tls_conn_handshake. Returns 0, or -1 with an outcome; tls_conn_errno may be set in either case.
 */
int tls_dtls_send(struct tls_conn *t, struct outcome *oc);

/*
 * For a client: has everything arrived that the server sent between its Finished and the last
 * data or close_notify? False also if nobody knows: a server that repeated its last flight leaves
 * a gap in the numbers of its records, and some may have come before their keys, or before its
 * Finished.
 */
bool tls_dtls_is_whole(const struct tls_conn *t);

/* What a client saw until now. */
struct tls_dtls_progress {
	unsigned received; /* datagrams */
	size_t longest;    /* of them, in bytes */
	unsigned cookies;  /* of them, those that ask for a cookie (HelloVerifyRequest) */
	unsigned hellos;   /* ClientHellos that were sent with a cookie */
};
void tls_dtls_get_progress(const struct tls_conn *t, struct tls_dtls_progress *out);

/*
 * Does a datagram begin with a handshake message or ChangeCipherSpec: the peer has not
 * finished its handshake? Does it begin with an alert, such as close_notify? Is it the
 * first message of a new connection? Pure.
 */
bool tls_dtls_is_handshake(const unsigned char *bytes, size_t len);
bool tls_dtls_is_alert(const unsigned char *bytes, size_t len);
bool tls_dtls_is_hello(const unsigned char *bytes, size_t len);

/*
 * The random of a ClientHello, a pointer into bytes: its repetitions have the same one, and
 * no other ClientHello has it. NULL if this is no ClientHello, or not its beginning. Pure.
 */
enum { TLS_DTLS_RANDOM = 32 };
const unsigned char *tls_dtls_random(const unsigned char *bytes, size_t len);

#endif
