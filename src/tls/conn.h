/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_CONN_H
#define HELLO_TLS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/outcome.h"
#include "tls/alert.h"

/*
 * One TLS connection on a non-blocking socket. These functions leave the TLS library's
 * error queue empty, see tls/error.h. The socket is one of TCP; a client may have one of
 * UDP instead, see tls/quic.h for the differences.
 *
 * An operation returns IO_DONE; or IO_WANT_READ / IO_WANT_WRITE: wait for the socket,
 * then call it again with the same arguments; or IO_FAILED with *oc set. Only
 * tls_conn_read returns IO_EOF. What an operation writes is gathered, and sent when an
 * operation has to wait for the peer, or by tls_conn_flush: a flight is one send(2).
 *
 * No operation takes more than 17 KiB from the socket before it asks to wait. Once the
 * peer has sent more than a handshake can need, or than tls_conn_allow permits,
 * operations return IO_WANT_TIME: nothing more is read, so wait for the deadline.
 */
struct tls_conn;
struct hello_offers;

/* A longer ClientHello is rejected with HANDSHAKE_FAILED before memory is allocated for it. */
enum { TLS_CONN_HELLO_MAX = 16 * 1024 };

/*
 * Limits on received bytes until the end of the handshake. A server sends certificates,
 * up to 100 KiB of them in libssl, and names of CAs. A client's longest ClientHello
 * fits in, even in records of one byte.
 */
enum { TLS_CONN_SERVER_SENDS_MAX = 512 * 1024, TLS_CONN_CLIENT_SENDS_MAX = 128 * 1024 };

/*
 * fd stays the caller's and must outlive the object. NULL with OC_INTERNAL.
 *
 * The client form requests name by SNI unless sni is NULL, and verifies verify_name, a
 * DNS name or an IP literal, during the handshake: a peer that does not prove it never
 * gets past tls_conn_handshake. With NULL the context's callback must verify a name.
 * owner, which may be NULL, is what tls_conn_owner returns inside the library's
 * callbacks; it also returns NULL for connections that were not made here.
 */
struct tls_conn *tls_conn_new_server(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc);
struct tls_conn *tls_conn_new_client(SSL_CTX *ctx, int fd, const char *sni, const char *verify_name,
    void *owner, struct outcome *oc);
void *tls_conn_owner(const SSL *ssl);

/* What the client form does with an object of tls/conn_parts. Returns 0, or -1 with OC_USAGE. */
int tls_conn_make_client(struct tls_conn *t, const char *sni, const char *verify_name,
    struct outcome *oc);

/*
 * For a client, before anything is sent: the handshake travels inside TDS packets, with TLS 1.2 at
 * most, see tls/tds.h. Then tls_conn_handshake also fails with STARTTLS_FAILED, if the server sends
 * something else. Returns 0, or -1 with OC_INTERNAL.
 */
int tls_conn_wrap_in_tds(struct tls_conn *t, struct outcome *oc);

/* What tls_conn_new_client requires of the peer's names. Returns 0, or -1 for an invalid name. */
int tls_conn_require_name(X509_VERIFY_PARAM *param, const char *verify_name);

/* Frees it at once without sending anything. NULL is allowed. */
void tls_conn_free(struct tls_conn *t);

/*
 * First half of the server's handshake: reads the ClientHello and, in TLS 1.3, prepares
 * everything up to our Finished. IO_DONE: the caller may now ask
 * tls_conn_may_write_early; tls_conn_handshake does the rest in either case. Fails as
 * tls_conn_handshake.
 */
enum io tls_conn_read_hello(struct tls_conn *t, struct outcome *oc);

/*
 * May the server send data before the client's Finished (0.5-RTT data, RFC 8446 section
 * 2)? Only in TLS 1.3, and only once our own Finished is made: after a
 * HelloRetryRequest there are no keys yet, and OpenSSL would write in clear.
 */
bool tls_conn_may_write_early(const struct tls_conn *t);

/*
 * SSL_write_early_data of all len bytes, to a peer that has proved nothing yet.
 * tls_conn_close_notify may follow at once.
 */
enum io tls_conn_write_early(struct tls_conn *t, const void *buf, size_t len, struct outcome *oc);

/*
 * Sends the gathered bytes and waits for the peer without calling the library, which
 * would allocate 28 KiB for the other half of the handshake before its first byte
 * arrives. Returns IO_WANT_READ, IO_WANT_WRITE or IO_WANT_TIME; IO_DONE if bytes are
 * already there.
 */
enum io tls_conn_await(struct tls_conn *t);

/*
 * SSL_do_handshake: SSL_accept in a server, SSL_connect in a client. Failures:
 * NOT_TLS if the peer's first bytes are not a TLS record (PROXY_HEADER_BAD if
 * a server finds a PROXY protocol header in them), HANDSHAKE_*, CERT_INVALID if
 * verification rejected the peer's certificate, CLIENT_CERT_REQUIRED if the client sent
 * none; a client also gets CLIENT_CERT_* from the server's alert, see tls_alert_explain.
 * After a failure an alert may be waiting in the buffer: tls_conn_flush sends it.
 */
enum io tls_conn_handshake(struct tls_conn *t, struct outcome *oc);

/*
 * SSL_read. IO_EOF: the peer sent close_notify, a clean end. If the stream ends without
 * it, the outcome is GREETING_TRUNCATED, never IO_EOF (RFC 8446 section 6.1). A reset
 * is GREETING_RESET, an alert as in tls_conn_handshake: in TLS 1.3 a server rejects a
 * client after the client's handshake is done. Invalid TLS is RECORD_BAD in a server
 * and GREETING_TRUNCATED in a client; an alert may be waiting then, too.
 */
enum io tls_conn_read(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc);

/*
 * The same, but gathered bytes stay where they are, see tls_conn_has_unsent. It does not say how to
 * wait: IO_WANT_READ means that there is nothing more now.
 */
enum io tls_conn_read_unsent(struct tls_conn *t, void *buf, size_t max, size_t *got,
    struct outcome *oc);

/* SSL_write of all len bytes; the outcomes are those of tls_conn_read. */
enum io tls_conn_write(struct tls_conn *t, const void *buf, size_t len, struct outcome *oc);

/*
 * SSL_shutdown, our half of it: sends close_notify and does not wait for the peer's.
 * After a fatal alert in either direction it does nothing, because nothing may follow
 * (RFC 8446 section 6.2). Fails during a handshake.
 */
enum io tls_conn_close_notify(struct tls_conn *t, struct outcome *oc);

/* Sends the gathered bytes. IO_DONE, IO_WANT_WRITE, or IO_FAILED with GREETING_RESET. */
enum io tls_conn_flush(struct tls_conn *t, struct outcome *oc);

/* The same, if a FIN follows at once: see tls_buffer_end. */
enum io tls_conn_flush_last(struct tls_conn *t, struct outcome *oc);

/*
 * Gathered bytes are not sent yet. After a client's handshake in TLS 1.3 these are its last flight,
 * with its certificate: what is read until then, the server sent before it saw that.
 */
bool tls_conn_has_unsent(const struct tls_conn *t);

/*
 * After the handshake: limits how many bytes the peer may send from now on, in any
 * records, and how many handshake messages: to more than a client (32) or a server
 * (256) can need, because each KeyUpdate costs as much as kilobytes of data.
 */
void tls_conn_allow(struct tls_conn *t, size_t bytes);

/* The socket reported an error, so nothing can be sent to the peer. A FIN is not an error. */
bool tls_conn_is_broken(const struct tls_conn *t);

/* Whether the peer has sent anything at all, and the bytes on the socket so far. */
bool tls_conn_heard(const struct tls_conn *t);
uint64_t tls_conn_received(const struct tls_conn *t);
uint64_t tls_conn_sent(const struct tls_conn *t);

/* Bytes sent before the first one was received: for a client, its ClientHello. */
uint64_t tls_conn_opening(const struct tls_conn *t);

/*
 * Sends the first at bytes in a segment of their own. Before the rest, the operation
 * returns IO_WANT_WRITE once, even if the socket has room: the caller chooses the
 * delay.
 */
void tls_conn_split(struct tls_conn *t, size_t at);

/*
 * The deadline of the handshake has passed: NOT_TLS if the peer sent something else,
 * else HANDSHAKE_TIMEOUT with the progress that the peer made. Returns -1.
 */
int tls_conn_handshake_late(const struct tls_conn *t, unsigned after_ms, struct outcome *oc);

/*
 * When to call the waiting operation again even if nothing arrives, in clock_ms() time:
 * QUIC repeats what is lost. UINT64_MAX: never.
 */
uint64_t tls_conn_timer(const struct tls_conn *t);

/* Is it TLS 1.3? QUIC has no other version. Valid from the ServerHello on. */
bool tls_conn_is_tls13(const struct tls_conn *t);

/* For a client: whether the server requested a certificate, and whether one was sent. */
enum tls_alert_identity tls_conn_identity(const struct tls_conn *t);

/* The fatal alert that was sent to the peer, or OUTCOME_NO_ALERT; a gathered one does not count. */
int tls_conn_sent_alert(const struct tls_conn *t);

/* The library's own object, for tls_facts. */
const SSL *tls_conn_library(const struct tls_conn *t);

/*
 * For a server: what the client's first ClientHello offers, see tls/hello_offers.h. Not
 * known until all of it has arrived, nor in the format of SSL 2.
 */
const struct hello_offers *tls_conn_offers(const struct tls_conn *t);

/* The host name that the client requested by SNI; the caller frees it. NULL: none. */
char *tls_conn_dup_sni(const struct tls_conn *t);

/* What was negotiated, see tls_facts_get; valid as long as the context. "" if unknown. */
struct tls_conn_facts {
	const char *protocol; /* "TLSv1.3" */
	const char *cipher;   /* "TLS_AES_128_GCM_SHA256" */
	const char *group;    /* "x25519" */
	bool resumed;
};

#endif
