/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONN_H
#define HELLO_TLS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"

/*
 * One TLS connection on a non-blocking socket. These functions are the only
 * ones that read the TLS library's error queue; they leave it empty.
 *
 * An operation answers IO_DONE, or IO_WANT_READ / IO_WANT_WRITE: wait for the
 * socket, then call it again with the same arguments, or IO_FAILED with *oc
 * set; only tlsio_read answers IO_EOF. What an operation writes is gathered and
 * leaves when an operation has to wait for the peer, or with tlsio_flush: a
 * flight is one send(2).
 *
 * No operation takes more than 17 KiB from the socket before it answers: wait. And
 * once the peer has sent more than a handshake can need, or than tlsio_allow allows,
 * it answers IO_WANT_TIME: nothing more is read, wait for the deadline.
 */
struct tlsio;

/* A longer ClientHello is refused: HANDSHAKE_FAILED, before there is memory for it. */
enum { TLSIO_HELLO_MAX = 16 * 1024 };

/*
 * Bytes until the end of the handshake. A server has certificates to send, up to 100 KiB of them
 * in libssl, and names of CAs. A client's longest ClientHello fits in, also in records of one byte.
 */
enum { TLSIO_SERVER_SENDS_MAX = 512 * 1024, TLSIO_CLIENT_SENDS_MAX = 128 * 1024 };

/*
 * fd stays the caller's and must outlive the object. NULL with OC_INTERNAL.
 *
 * The client form asks for name by SNI unless sni is NULL, and verifies
 * verify_name, a DNS name or an IP literal, during the handshake: a peer that
 * does not prove it never gets past tlsio_handshake. owner, NULL or not, is what
 * tlsio_owner returns inside the library's callbacks; NULL too for a connection
 * that is none of ours.
 */
struct tlsio *tlsio_new_server(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc);
struct tlsio *tlsio_new_client(SSL_CTX *ctx, int fd, const char *sni, const char *verify_name,
    void *owner, struct outcome *oc);
void *tlsio_owner(const SSL *ssl);

/* Frees at once and says nothing to the peer. NULL is fine. */
void tlsio_free(struct tlsio *t);

/*
 * The server's first half of the handshake: take the ClientHello, and with TLS
 * 1.3 prepare everything up to our Finished. IO_DONE says that it is time to
 * ask tlsio_may_write_early; tlsio_handshake does the rest either way.
 * Failures as tlsio_handshake.
 */
enum io tlsio_read_hello(struct tlsio *t, struct outcome *oc);

/*
 * May the server speak before the client's Finished (0.5-RTT data, RFC 8446
 * section 2)? Only with TLS 1.3, and only once our own Finished is made: after
 * a HelloRetryRequest there are no keys yet, and OpenSSL would write in clear.
 */
bool tlsio_may_write_early(const struct tlsio *t);

/*
 * SSL_write_early_data of all len bytes, to a peer that has proved nothing yet.
 * tlsio_close_notify may follow at once.
 */
enum io tlsio_write_early(struct tlsio *t, const void *buf, size_t len, struct outcome *oc);

/*
 * Send what is gathered and wait for the peer, without asking the library: it
 * would take 28 KiB for the handshake's other half before the first byte of it
 * is here. IO_WANT_READ, IO_WANT_WRITE or IO_WANT_TIME; IO_DONE when the peer was faster.
 */
enum io tlsio_await(struct tlsio *t);

/*
 * SSL_do_handshake. Failures: NOT_TLS when the peer's first bytes are no TLS
 * record (PROXY_HEADER_BAD when a server sees a PROXY protocol header in them),
 * HANDSHAKE_*, CERT_INVALID when the verification refused the peer's
 * certificate, CLIENT_CERT_REQUIRED when it showed none; a client also learns
 * CLIENT_CERT_* from the server's alert, see tlsalert_explain. After a failure
 * an alert may be waiting in the wire: tlsio_flush sends it.
 */
enum io tlsio_handshake(struct tlsio *t, struct outcome *oc);

/*
 * SSL_read. IO_EOF: the peer said close_notify; that is a clean end. A peer
 * that vanished without it is GREETING_TRUNCATED, never IO_EOF (RFC 8446
 * section 6.1). A reset is GREETING_RESET, an alert as in tlsio_handshake: with
 * TLS 1.3 a server refuses a client after the client's handshake is done. Bytes
 * that are not valid TLS are RECORD_BAD in a server and GREETING_TRUNCATED in a
 * client: an alert may be waiting then, too.
 */
enum io tlsio_read(struct tlsio *t, void *buf, size_t max, size_t *got, struct outcome *oc);

/* SSL_write of all len bytes; the outcomes are those of tlsio_read. */
enum io tlsio_write(struct tlsio *t, const void *buf, size_t len, struct outcome *oc);

/*
 * SSL_shutdown, our half of it: says close_notify, does not wait for the peer's.
 * After a fatal alert in either direction it does nothing, because nothing may
 * follow (RFC 8446 section 6.2). Fails during a handshake.
 */
enum io tlsio_close_notify(struct tlsio *t, struct outcome *oc);

/* Send what is gathered. IO_DONE, IO_WANT_WRITE, or IO_FAILED with GREETING_RESET. */
enum io tlsio_flush(struct tlsio *t, struct outcome *oc);

/*
 * The handshake is done: how many bytes the peer may send from now on, in whatever
 * records. Of a server's peer, also: no more messages of the handshake protocol than a
 * client can need, because each KeyUpdate costs as much as kilobytes of data.
 */
void tlsio_allow(struct tlsio *t, size_t bytes);

/* The socket reported an error, so the peer can be told nothing. A FIN is not an error. */
bool tlsio_is_broken(const struct tlsio *t);

/* Has the peer sent anything at all, and bytes on the socket so far. */
bool tlsio_heard(const struct tlsio *t);
uint64_t tlsio_received(const struct tlsio *t);
uint64_t tlsio_sent(const struct tlsio *t);

/* Bytes sent until the first one came back: of a client, its ClientHello. */
uint64_t tlsio_opening(const struct tlsio *t);

/*
 * Let the first at bytes of all leave in a segment of their own. Between the two
 * the first operation answers IO_WANT_WRITE once, whatever the socket can take:
 * the time in between is the caller's.
 */
void tlsio_split(struct tlsio *t, size_t at);

/*
 * The deadline of the handshake has passed: NOT_TLS when the peer spoke
 * something else, else HANDSHAKE_TIMEOUT with how far the peer came. Returns -1.
 */
int tlsio_handshake_late(const struct tlsio *t, unsigned after_ms, struct outcome *oc);

/* Of a client: the server asked for a certificate, and none was sent. */
bool tlsio_shows_none(const struct tlsio *t);

/* The fatal alert that left for the peer, or OUTCOME_NO_ALERT: a gathered one does not count. */
int tlsio_sent_alert(const struct tlsio *t);

/* The library's own object, for tlsfacts. */
const SSL *tlsio_library(const struct tlsio *t);

/* The host name that the client asked for by SNI, for the caller to free; NULL: none. */
char *tlsio_dup_sni(const struct tlsio *t);

/* What was negotiated, see tlsfacts_get; valid as long as the context. "" where unknown. */
struct tlsio_facts {
	const char *protocol; /* "TLSv1.3" */
	const char *cipher;   /* "TLS_AES_128_GCM_SHA256" */
	const char *group;    /* "x25519" */
	bool resumed;
};

/*
 * Text of the first entry in the error queue, which is emptied; for the
 * functions of tlsctx. buf is returned.
 */
const char *tlsio_error_text(char *buf, size_t max);

#endif
