/* SPDX-License-Identifier: MIT */
#include "tls/quic.h"

#include <stdio.h>

#ifdef HELLO_QUIC

#include <stdlib.h>

#include <openssl/ssl.h>

#include "base/clock.h"
#include "tls/conn_parts.h"
#include "tls/error.h"
#include "tls/quic_failure.h"
#include "tls/quic_wire.h"

bool tls_quic_is_built(void)
{
	return true;
}

const struct ssl_method_st *tls_quic_method(void)
{
	return OSSL_QUIC_client_method();
}

void tls_quic_shape(struct tls_conn *t, unsigned datagram, bool unknown_version)
{
	quic_wire_shape(&t->quic->wire, datagram, unknown_version);
}

const char *tls_quic_versions(const struct tls_conn *t, char *buf, size_t size)
{
	char text[QUIC_PACKET_VERSIONS_TEXT_MAX];
	const struct quic_wire *d = &t->quic->wire;

	snprintf(buf, size, "%s",
	    d->negotiations > 0 ? quic_packet_versions_text(&d->versions, text) : "");
	return buf;
}

/* ---- operations ---------------------------------------------------------------------------- */

static enum io wait_or_fail(struct tls_conn *t, bool waits, bool open, struct outcome *oc)
{
	enum io io = IO_FAILED;

	if (waits && !tls_conn_errno(t))
		io = tls_buffer_want(&t->wire);
	else
		quic_failure_explain(t, open, oc);
	tls_error_clear();
	return io;
}

static bool is_waiting(SSL *ssl, int ret)
{
	int error = SSL_get_error(ssl, ret);

	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static enum io quic_handshake(struct tls_conn *t, struct outcome *oc)
{
	const struct quic_wire *d = &t->quic->wire;
	int ret;

	tls_error_clear();
	udp_wire_begin_turn(&t->quic->wire.udp, UDP_WIRE_PER_TURN);
	ret = SSL_do_handshake(t->ssl);
	/* Only the peer, or something before it, knows these bytes. */
	if ((d->udp.echoed || (d->unknown_version && d->negotiations > 0)) &&
	    quic_failure_is_foreign(t, oc)) {
		tls_error_clear();
		return IO_FAILED;
	}
	return ret == 1 ? IO_DONE : wait_or_fail(t, is_waiting(t->ssl, ret), false, oc);
}

int tls_quic_send(struct tls_conn *t, struct outcome *oc)
{
	int ret;

	tls_error_clear();
	udp_wire_begin_turn(&t->quic->wire.udp, 0);
	ret = SSL_do_handshake(t->ssl);
	if (ret == 1 || tls_conn_errno(t) || is_waiting(t->ssl, ret))
		ret = 0;
	else
		quic_failure_explain(t, false, oc);
	tls_error_clear();
	return ret;
}

static bool is_closed(const struct tls_conn *t)
{
	SSL_CONN_CLOSE_INFO info;

	return SSL_get_conn_close_info(t->ssl, &info, sizeof info) == 1;
}

/* The stream of the greeting ended without its end. */
static enum io explain_stream(struct tls_conn *t, struct outcome *oc)
{
	uint64_t code = 0;

	if (SSL_get_stream_read_state(t->quic->stream) != SSL_STREAM_STATE_RESET_REMOTE)
		return wait_or_fail(t, false, true, oc);
	(void)SSL_get_stream_read_error_code(t->quic->stream, &code);
	outcome_set(oc, OC_GREETING_RESET, "the peer reset its stream, with the code %llu",
	    (unsigned long long)code);
	tls_error_clear();
	return IO_FAILED;
}

static enum io quic_read(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc)
{
	struct tls_quic *q = t->quic;

	tls_error_clear();
	udp_wire_begin_turn(&q->wire.udp, UDP_WIRE_PER_TURN);
	(void)SSL_handle_events(t->ssl);
	if (!q->stream)
		q->stream = SSL_accept_stream(t->ssl, SSL_ACCEPT_STREAM_NO_BLOCK);
	if (!q->stream)
		return wait_or_fail(t, !is_closed(t), true, oc);
	tls_error_clear();
	if (SSL_read_ex(q->stream, buf, max, got) == 1) {
		q->heard = true;
		return IO_DONE;
	}
	if (SSL_get_error(q->stream, 0) == SSL_ERROR_ZERO_RETURN)
		return IO_EOF;
	if (is_waiting(q->stream, 0))
		return wait_or_fail(t, !is_closed(t), true, oc);
	return explain_stream(t, oc);
}

static enum io quic_close(struct tls_conn *t)
{
	const SSL_SHUTDOWN_EX_ARGS args = { .quic_error_code = 0 };

	if (t->quic->closed)
		return IO_DONE;
	t->quic->closed = true;
	tls_error_clear();
	udp_wire_begin_turn(&t->quic->wire.udp, UDP_WIRE_PER_TURN);
	/* The first call sends it; more calls would wait for three timeouts of the path. */
	(void)SSL_shutdown_ex(t->ssl, SSL_SHUTDOWN_FLAG_RAPID | SSL_SHUTDOWN_FLAG_NO_BLOCK, &args,
	    sizeof args);
	tls_error_clear();
	return IO_DONE;
}

static void quic_allow(struct tls_conn *t, size_t bytes)
{
	udp_wire_allow(&t->quic->wire.udp, bytes);
}

static uint64_t quic_timer(const struct tls_conn *t)
{
	struct timeval left;
	int infinite = 1;

	if (SSL_get_event_timeout(t->ssl, &left, &infinite) != 1 || infinite)
		return UINT64_MAX;
	return clock_ms_after(&left);
}

static void quic_free(struct tls_conn *t)
{
	SSL_free(t->quic->stream);
	free(t->quic);
}

/* ---- a new connection ---------------------------------------------------------------------- */

static const struct tls_conn_transport transport = {
	.handshake = quic_handshake,
	.read = quic_read,
	.close_notify = quic_close,
	.allow = quic_allow,
	.timer = quic_timer,
	.is_foreign = quic_failure_is_foreign,
	.free = quic_free,
};

static int set_peer(SSL *ssl, const struct addr *peer)
{
	const bool v4 = peer->ss.any.sa_family == AF_INET;
	const void *where = v4 ? (const void *)&peer->ss.v4.sin_addr
			       : (const void *)&peer->ss.v6.sin6_addr;
	const size_t len = v4 ? sizeof peer->ss.v4.sin_addr : sizeof peer->ss.v6.sin6_addr;
	BIO_ADDR *to = BIO_ADDR_new();
	int ok = to && BIO_ADDR_rawmake(to, peer->ss.any.sa_family, where, len,
			   v4 ? peer->ss.v4.sin_port : peer->ss.v6.sin6_port) == 1 &&
	    SSL_set1_initial_peer_addr(ssl, to) == 1;

	BIO_ADDR_free(to);
	return ok ? 0 : -1;
}

/* A day, after the handshake: the deadlines of the steps end it before. */
enum { IDLE_MS = 24 * 60 * 60 * 1000 };

/* Returns 0, or -1 with OC_INTERNAL. */
static int use_datagrams(struct tls_conn *t, const struct addr *peer, struct outcome *oc)
{
	BIO *bio = NULL;

	t->quic = calloc(1, sizeof *t->quic);
	if (t->quic) {
		t->transport = &transport;
		quic_wire_init(&t->quic->wire, &t->wire);
		bio = quic_wire_bio(&t->quic->wire);
	}
	if (!bio)
		return outcome_set(oc, OC_INTERNAL, "out of memory for a QUIC connection");
	udp_wire_allow(&t->quic->wire.udp, TLS_CONN_SERVER_SENDS_MAX);
	SSL_set_bio(t->ssl, bio, bio);
	/* Without any, the library would not keep that of the peer from ending the connection. */
	if (SSL_set_blocking_mode(t->ssl, 0) == 1 && set_peer(t->ssl, peer) == 0 &&
	    SSL_set_feature_request_uint(t->ssl, SSL_VALUE_QUIC_IDLE_TIMEOUT, IDLE_MS) == 1 &&
	    SSL_set_default_stream_mode(t->ssl, SSL_DEFAULT_STREAM_MODE_NONE) == 1 &&
	    SSL_set_incoming_stream_policy(t->ssl, SSL_INCOMING_STREAM_POLICY_ACCEPT, 0) == 1)
		return 0;
	return outcome_set(oc, OC_INTERNAL, "the TLS library rejects a QUIC connection");
}

struct tls_conn *tls_quic_new_client(SSL_CTX *ctx, int fd, const struct addr *peer,
    const char *sni, const char *verify_name, void *owner, struct outcome *oc)
{
	struct tls_conn *t = tls_conn_parts_make(ctx, fd, owner, oc);

	if (!t || use_datagrams(t, peer, oc) != 0 ||
	    tls_conn_make_client(t, sni, verify_name, oc) != 0) {
		tls_error_clear();
		tls_conn_free(t);
		return NULL;
	}
	return t;
}

#else

bool tls_quic_is_built(void)
{
	return false;
}

const struct ssl_method_st *tls_quic_method(void)
{
	return NULL;
}

struct tls_conn *tls_quic_new_client(SSL_CTX *ctx, int fd, const struct addr *peer,
    const char *sni, const char *verify_name, void *owner, struct outcome *oc)
{
	(void)ctx;
	(void)fd;
	(void)peer;
	(void)sni;
	(void)verify_name;
	(void)owner;
	outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
	return NULL;
}

int tls_quic_send(struct tls_conn *t, struct outcome *oc)
{
	(void)t;
	return outcome_set(oc, OC_INTERNAL, "this build has no QUIC");
}

void tls_quic_shape(struct tls_conn *t, unsigned datagram, bool unknown_version)
{
	(void)t;
	(void)datagram;
	(void)unknown_version;
}

const char *tls_quic_versions(const struct tls_conn *t, char *buf, size_t size)
{
	(void)t;
	snprintf(buf, size, "%s", "");
	return buf;
}

#endif
