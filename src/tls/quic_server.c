/* SPDX-License-Identifier: MIT */
#include "tls/quic_server.h"

#include <stdlib.h>

#include <openssl/quic.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "tls/conn_parts.h"
#include "tls/error.h"
#include "tls/quic_end.h"

/*
 * What counts as received beside the contents of datagrams. Headers of IP and UDP: without them,
 * empty datagrams would cost nothing. A stream: a client opens a hundred with one frame, and each
 * that is rejected is an answer of ten bytes and the permission to open another one.
 */
enum { HEADERS = 48, STREAM = 1024 };

/*
 * What a CRYPTO frame that comes too early costs beside its bytes: OpenSSL (seen: 3.5.9) keeps an
 * item of a list, and the buffer of its whole packet. A client needs some dozens of frames.
 */
enum { CRYPTO_FRAME = 0x06, FRAME_KEEPS = 512 };

struct tls_quic_server {
	SSL *stream; /* the one that we opened; NULL: none yet */
	bool concluded;
	bool offered;      /* the ClientHello was seen */
	uint64_t overhead; /* of what was received: headers, streams, what the library keeps */
};

struct tls_quic_listener {
	struct quic_feed feed;
	SSL *ssl;
};

const struct ssl_method_st *tls_quic_server_method(void)
{
	return OSSL_QUIC_server_method();
}

/* ---- a connection -------------------------------------------------------------------------- */

/*
 * The streams that the client opened, a few in each packet: more than fit in one are too much for
 * OpenSSL (seen: 3.5.9), which then gives up and cannot even send CONNECTION_CLOSE.
 */
static void reject_streams(struct tls_conn *t)
{
	enum { AT_ONCE = 16 };
	unsigned rejected = 0;
	SSL *stream;

	while ((stream = SSL_accept_stream(t->ssl, SSL_ACCEPT_STREAM_NO_BLOCK))) {
		SSL_free(stream);
		t->quic_server->overhead += STREAM;
		if (++rejected % AT_ONCE == 0)
			(void)SSL_handle_events(t->ssl);
	}
}

static enum io wait_or_fail(struct tls_conn *t, bool open, struct outcome *oc)
{
	enum io io = IO_FAILED;

	if (open)
		reject_streams(t);
	if (quic_end_is_closed(t->ssl))
		quic_end_explain(t, open, oc);
	else
		io = tls_buffer_want(&t->wire);
	tls_error_clear();
	return io;
}

static enum io server_handshake(struct tls_conn *t, struct outcome *oc)
{
	if (SSL_is_init_finished(t->ssl))
		return IO_DONE;
	return wait_or_fail(t, false, oc);
}

static enum io server_read(struct tls_conn *t, void *buf, size_t max, size_t *got,
    struct outcome *oc)
{
	(void)buf;
	(void)max;
	(void)got;
	return wait_or_fail(t, true, oc);
}

static enum io server_write(struct tls_conn *t, const void *buf, size_t len, struct outcome *oc)
{
	struct tls_quic_server *q = t->quic_server;
	size_t put;

	tls_error_clear();
	if (!q->stream)
		q->stream =
		    SSL_new_stream(t->ssl, SSL_STREAM_FLAG_UNI | SSL_STREAM_FLAG_NO_BLOCK);
	if (q->stream && SSL_write_ex(q->stream, buf, len, &put) == 1)
		return IO_DONE;
	return wait_or_fail(t, true, oc);
}

/* Without waiting: that would be for the client to acknowledge what was sent before. */
enum {
	CLOSE_NOW = SSL_SHUTDOWN_FLAG_RAPID | SSL_SHUTDOWN_FLAG_NO_STREAM_FLUSH |
	    SSL_SHUTDOWN_FLAG_NO_BLOCK
};

static enum io server_close(struct tls_conn *t)
{
	static const SSL_SHUTDOWN_EX_ARGS args = { .quic_error_code = 0 };

	tls_error_clear();
	/* The first call sends it; later ones tell whether it has settled. */
	(void)SSL_shutdown_ex(t->ssl, CLOSE_NOW, &args, sizeof args);
	tls_error_clear();
	return IO_DONE;
}

/*
 * The library answers STOP_SENDING with a reset, and drops what was not acknowledged. A client that
 * has acknowledged all before cannot cause that.
 */
static bool is_refused(SSL *stream, struct outcome *oc)
{
	uint64_t code = 0;

	if (SSL_get_stream_write_state(stream) != SSL_STREAM_STATE_RESET_LOCAL)
		return false;
	(void)SSL_get_stream_write_error_code(stream, &code);
	tls_error_clear();
	outcome_set(oc, OC_GREETING_RESET,
	    "the client refused the stream of the greeting before it acknowledged all of it "
	    "(STOP_SENDING, code 0x%llx)",
	    (unsigned long long)code);
	return true;
}

enum io tls_quic_finish(struct tls_conn *t, struct outcome *oc)
{
	struct tls_quic_server *q = t->quic_server;
	uint64_t left = 0;

	tls_error_clear();
	if (!q->concluded)
		q->concluded = SSL_stream_conclude(q->stream, 0) == 1;
	if (is_refused(q->stream, oc)) {
		server_close(t);
		return IO_FAILED;
	}
	/* What was sent and is not acknowledged counts as used. */
	if (q->concluded && SSL_get_stream_write_buf_used(q->stream, &left) == 1 && left == 0)
		return IO_DONE;
	if (q->concluded && quic_end_is_clean(t->ssl))
		return IO_DONE;
	return wait_or_fail(t, true, oc);
}

bool tls_quic_is_sated(const struct tls_conn *t)
{
	return t->wire.sated;
}

bool tls_quic_is_over(struct tls_conn *t)
{
	bool over;

	reject_streams(t);
	tls_error_clear();
	if (!quic_end_is_closed(t->ssl))
		return false;
	tls_error_clear();
	over = !quic_end_is_own(t->ssl) || SSL_shutdown_ex(t->ssl, CLOSE_NOW, NULL, 0) != 0;
	tls_error_clear();
	return over;
}

static void server_allow(struct tls_conn *t, size_t bytes)
{
	t->wire.ceiling = t->wire.received + bytes;
}

static uint64_t server_timer(const struct tls_conn *t)
{
	(void)t;
	return UINT64_MAX;
}

static bool server_is_foreign(const struct tls_conn *t, struct outcome *oc)
{
	(void)t;
	(void)oc;
	return false;
}

static void server_free(struct tls_conn *t)
{
	SSL_free(t->quic_server->stream);
	free(t->quic_server);
}

static const struct tls_conn_transport transport = {
	.handshake = server_handshake,
	.read = server_read,
	.write = server_write,
	.close_notify = server_close,
	.allow = server_allow,
	.timer = server_timer,
	.is_foreign = server_is_foreign,
	.free = server_free,
};

void tls_quic_set_owner(struct tls_conn *t, void *owner)
{
	t->owner = owner;
}

void tls_quic_count_sent(struct tls_conn *t, size_t len, int send_errno)
{
	t->wire.sent += len;
	if (send_errno && !t->wire.send_errno)
		t->wire.send_errno = send_errno;
}

/* ---- new connections ------------------------------------------------------------------------ */

static struct tls_conn *make(SSL *ssl)
{
	struct tls_conn *t = tls_conn_parts_wrap(ssl);

	if (!t)
		return NULL;
	t->quic_server = calloc(1, sizeof *t->quic_server);
	if (!t->quic_server) {
		t->ssl = NULL;
		tls_conn_free(t);
		return NULL;
	}
	t->transport = &transport;
	t->wire.ceiling = TLS_CONN_CLIENT_SENDS_MAX;
	return t;
}

/*
 * Before the library processes the ClientHello, so that callbacks find the object. A failure must
 * not be reported here, because OpenSSL 3.5 does not survive it.
 */
static int on_pending(SSL_CTX *ctx, SSL *ssl, void *unused)
{
	struct tls_conn *t = make(ssl);

	(void)ctx;
	(void)unused;
	if (t)
		SSL_set_app_data(ssl, t);
	return 1;
}

static bool is_crypto_frame(int type, const void *bytes, size_t len)
{
	return type == SSL3_RT_QUIC_FRAME_HEADER && len > 0 &&
	    *(const unsigned char *)bytes == CRYPTO_FRAME;
}

/*
 * As the callback of conn.c, for all connections of the context, because QUIC has no object to set
 * it on yet. adopt sets it on the connection as well, for frames of QUIC.
 */
static void look_at(int written, int version, int type, const void *bytes, size_t len, SSL *ssl,
    void *unused)
{
	/* Packets of QUIC also come here, some without a connection. */
	struct tls_conn *t = written || !ssl ? NULL : SSL_get_app_data(ssl);

	(void)version;
	(void)unused;
	if (!t)
		return;
	if (is_crypto_frame(type, bytes, len))
		t->quic_server->overhead += FRAME_KEEPS;
	if (type != SSL3_RT_HANDSHAKE || t->quic_server->offered)
		return;
	t->quic_server->offered = true;
	hello_offers_read(&t->offers, bytes, len);
}

static int set_up(struct tls_quic_listener *l, SSL_CTX *ctx)
{
	BIO *bio;

	/* One thread, so the library needs neither locks nor a descriptor to wake it up. */
	if (SSL_CTX_set_domain_flags(ctx, SSL_DOMAIN_FLAG_SINGLE_THREAD) != 1)
		return -1;
	SSL_CTX_set_new_pending_conn_cb(ctx, on_pending, NULL);
	SSL_CTX_set_msg_callback(ctx, look_at);
	l->ssl = SSL_new_listener(ctx, 0);
	bio = l->ssl ? quic_feed_bio(&l->feed) : NULL;
	if (!bio)
		return -1;
	SSL_set_bio(l->ssl, bio, bio);
	return SSL_set_blocking_mode(l->ssl, 0) == 1 && SSL_listen(l->ssl) == 1 ? 0 : -1;
}

struct tls_quic_listener *tls_quic_listener_new(SSL_CTX *ctx, quic_feed_send *send, void *owner,
    struct outcome *oc)
{
	struct tls_quic_listener *l = calloc(1, sizeof *l);
	char text[128];

	tls_error_clear();
	if (l) {
		l->feed.send = send;
		l->feed.owner = owner;
	}
	if (l && set_up(l, ctx) == 0)
		return l;
	outcome_set(oc, OC_INTERNAL, "cannot create a QUIC listener: %s",
	    tls_error_text(text, sizeof text));
	tls_quic_listener_free(l);
	return NULL;
}

void tls_quic_listener_free(struct tls_quic_listener *l)
{
	if (!l)
		return;
	SSL_free(l->ssl);
	free(l);
}

static struct tls_conn *adopt(SSL *ssl)
{
	struct tls_conn *t = SSL_get_app_data(ssl);

	if (!t) {
		SSL_free(ssl);
		return NULL;
	}
	/* They are rejected by reject_streams. */
	if (SSL_set_blocking_mode(ssl, 0) != 1 ||
	    SSL_set_default_stream_mode(ssl, SSL_DEFAULT_STREAM_MODE_NONE) != 1 ||
	    SSL_set_incoming_stream_policy(ssl, SSL_INCOMING_STREAM_POLICY_ACCEPT, 0) != 1) {
		tls_conn_free(t);
		return NULL;
	}
	/* For frames of QUIC. In on_pending this would crash OpenSSL (seen: 3.5.9). */
	SSL_set_msg_callback(ssl, look_at);
	return t;
}

static bool count_received(struct tls_conn *t, size_t len)
{
	if (t->wire.received + t->quic_server->overhead >= t->wire.ceiling) {
		t->wire.sated = true;
		return false;
	}
	t->wire.received += len;
	t->quic_server->overhead += HEADERS;
	return true;
}

struct tls_conn *tls_quic_listener_take(struct tls_quic_listener *l, struct tls_conn *of,
    const struct addr *peer, const void *bytes, size_t len)
{
	struct tls_conn *t = NULL;
	SSL *ssl;

	if (of && !count_received(of, len))
		return NULL;
	tls_error_clear();
	l->feed.in = bytes;
	l->feed.in_len = len;
	l->feed.peer = *peer;
	(void)SSL_handle_events(l->ssl);
	l->feed.in = NULL;
	/* A datagram begins one connection at most. */
	if (SSL_get_accept_connection_queue_len(l->ssl) > 0) {
		ssl = SSL_accept_connection(l->ssl, SSL_ACCEPT_CONNECTION_NO_BLOCK);
		t = ssl ? adopt(ssl) : NULL;
	}
	if (t)
		t->wire.received = len;
	tls_error_clear();
	return t;
}

void tls_quic_listener_tick(struct tls_quic_listener *l)
{
	tls_error_clear();
	(void)SSL_handle_events(l->ssl);
	tls_error_clear();
}

uint64_t tls_quic_listener_timer(const struct tls_quic_listener *l)
{
	struct timeval left;
	int infinite = 1;

	if (SSL_get_event_timeout(l->ssl, &left, &infinite) != 1 || infinite)
		return UINT64_MAX;
	return clock_ms_after(&left);
}
