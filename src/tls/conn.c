/* SPDX-License-Identifier: MIT */
#include "tls/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/addr.h"
#include "tls/first_bytes.h"
#include "tls/alert.h"
#include "tls/params.h"
#include "tls/buffer.h"

struct tls_conn {
	SSL *ssl;
	struct tls_buffer wire;
	void *owner;
	int alert;  /* the fatal one that the library made, or OUTCOME_NO_ALERT */
	bool over;  /* a fatal alert was made or received: no close_notify follows */
	bool asked; /* for a certificate of ours, by a server */
};

/* Messages of the handshake protocol after the handshake, such as KeyUpdate: two turns at most. */
enum { TURNS_MAX = 64 };

/* Before every call into the library, so that what it leaves is about that call. */
static void begin(void)
{
	ERR_clear_error();
	errno = 0;
}

/* A fatal alert waits to be sent. */
static void give_up(struct tls_conn *t, int alert)
{
	t->alert = alert;
	t->over = true;
}

/*
 * SSL_CTX_set_info_callback(3): the only way to learn which alert the library makes, and how many
 * messages it handles. A warning, such as close_notify, is not a failure.
 */
static void note_alert(const SSL *ssl, int where, int alert)
{
	struct tls_conn *t = SSL_get_app_data(ssl);

	if (where & SSL_CB_LOOP)
		tls_buffer_count_turn(&t->wire);
	if ((where & SSL_CB_WRITE_ALERT) != SSL_CB_WRITE_ALERT || alert >> 8 != SSL3_AL_FATAL)
		return;
	give_up(t, alert & 0xff);
}

static struct tls_conn *make(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc)
{
	struct tls_conn *t = calloc(1, sizeof *t);
	BIO *bio = NULL;

	begin();
	if (t) {
		t->owner = owner;
		t->alert = OUTCOME_NO_ALERT;
		tls_buffer_init(&t->wire, fd);
	}
	if (!t || !(t->ssl = SSL_new(ctx)) || SSL_set_app_data(t->ssl, t) != 1 ||
	    !(bio = tls_buffer_bio(&t->wire))) {
		tls_conn_free(t);
		outcome_set(oc, OC_INTERNAL, "out of memory for a TLS connection");
		return NULL;
	}
	SSL_set_info_callback(t->ssl, note_alert);
	SSL_set_bio(t->ssl, bio, bio);
	return t;
}

struct tls_conn *tls_conn_new_server(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc)
{
	struct tls_conn *t = make(ctx, fd, owner, oc);

	if (!t)
		return NULL;
	tls_buffer_bound(&t->wire, TLS_CONN_CLIENT_SENDS_MAX, TLS_CONN_HELLO_MAX);
	SSL_set_accept_state(t->ssl);
	return t;
}

/* SSL_set_cert_cb(3): a server asks for our certificate. */
static int note_request(SSL *ssl, void *asked)
{
	struct tls_conn *t = asked;

	(void)ssl;
	t->asked = true;
	return 1;
}

static int set_names(SSL *ssl, const char *sni, const char *verify_name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (sni && SSL_set_tlsext_host_name(ssl, sni) != 1)
		return -1;
	/* Names by SAN only (RFC 9525 section 2), and "*" stands for a whole label. */
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (addr_is_literal(verify_name))
		return X509_VERIFY_PARAM_set1_ip_asc(param, verify_name) == 1 ? 0 : -1;
	return X509_VERIFY_PARAM_set1_host(param, verify_name, 0) == 1 ? 0 : -1;
}

struct tls_conn *tls_conn_new_client(SSL_CTX *ctx, int fd, const char *sni, const char *verify_name,
    void *owner, struct outcome *oc)
{
	struct tls_conn *t = make(ctx, fd, owner, oc);

	if (!t)
		return NULL;
	if (set_names(t->ssl, sni, verify_name) != 0) {
		ERR_clear_error();
		tls_conn_free(t);
		outcome_set(oc, OC_USAGE, "\"%s\" cannot be asked for or verified as a name",
		    verify_name);
		return NULL;
	}
	tls_buffer_bound(&t->wire, TLS_CONN_SERVER_SENDS_MAX, 0);
	SSL_set_cert_cb(t->ssl, note_request, t);
	SSL_set_connect_state(t->ssl);
	return t;
}

void *tls_conn_owner(const SSL *ssl)
{
	const struct tls_conn *t = SSL_get_app_data(ssl);

	return t ? t->owner : NULL;
}

void tls_conn_free(struct tls_conn *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	tls_buffer_free(&t->wire);
	free(t);
}

static int not_tls(const struct tls_conn *t, struct outcome *oc)
{
	return first_bytes_explain(t->wire.head, t->wire.head_len, SSL_is_server(t->ssl), oc);
}

/* Whether we were asked for a certificate, and have shown one. Servers are not asked. */
static enum tls_alert_identity shown_identity(const struct tls_conn *t)
{
	int digest;

	if (!t->asked)
		return TLS_ALERT_NOT_ASKED;
	/* One that fits nothing that the server can read is not sent, so see whether we signed. */
	return SSL_get_signature_nid(t->ssl, &digest) == 1 ? TLS_ALERT_SENT_OURS
							   : TLS_ALERT_SENT_NONE;
}

bool tls_conn_shows_none(const struct tls_conn *t)
{
	return shown_identity(t) == TLS_ALERT_SENT_NONE;
}

/* Bytes of a ClientHello, the first one, have come, but not its end. */
static bool is_half_hello(const struct tls_conn *t)
{
	OSSL_HANDSHAKE_STATE state = SSL_get_state(t->ssl);

	return SSL_is_server(t->ssl) && t->wire.head_len > 0 && t->wire.sent == 0 &&
	    (state == TLS_ST_BEFORE || state == TLS_ST_SR_CLNT_HELLO);
}

static int vanished(const struct tls_conn *t, bool open, struct outcome *oc)
{
	const struct tls_buffer *w = &t->wire;
	int error = w->recv_errno ? w->recv_errno : w->send_errno;
	const char *when = open ? "after the handshake" : "in the handshake";

	if (error) {
		errno = error;
		return outcome_set_errno(oc, open ? OC_GREETING_RESET : OC_HANDSHAKE_RESET,
		    "the connection broke %s", when);
	}
	if (open)
		return outcome_set(oc, OC_GREETING_TRUNCATED,
		    "the peer closed the connection without close_notify");
	if (is_half_hello(t))
		return outcome_set(oc, OC_HANDSHAKE_CLOSED,
		    "the client sent only part of its ClientHello and closed the connection");
	return outcome_set(oc, OC_HANDSHAKE_CLOSED, "the peer closed the connection %s", when);
}

/* What other parts of the library than libssl complain of while it takes in the certificates. */
static bool is_unreadable(const struct tls_conn *t, unsigned long first)
{
	return ERR_reason_error_string(first) && ERR_GET_LIB(first) != ERR_LIB_SSL &&
	    !SSL_is_server(t->ssl) && SSL_get_state(t->ssl) == TLS_ST_CR_CERT;
}

/* The one place where the library's answer is translated; open: the handshake is done. */
static enum io answer(struct tls_conn *t, int ret, bool open, struct outcome *oc)
{
	int error = SSL_get_error(t->ssl, ret);
	unsigned long first = ERR_peek_error();
	/* Each of the library's parts counts its reasons from the same number on. */
	int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;
	const char *words = first ? ERR_reason_error_string(first) : NULL;
	bool told = reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;
	enum io io = IO_FAILED;

	t->over |= told;
	if (error == SSL_ERROR_WANT_READ)
		io = tls_buffer_flush(&t->wire) == IO_WANT_WRITE ? IO_WANT_WRITE
							      : tls_buffer_want(&t->wire);
	else if (error == SSL_ERROR_WANT_WRITE)
		io = IO_WANT_WRITE;
	else if (error == SSL_ERROR_ZERO_RETURN && open)
		io = IO_EOF;
	else if (error == SSL_ERROR_ZERO_RETURN)
		outcome_set(oc, OC_HANDSHAKE_CLOSED, "the peer said close_notify in the handshake");
	else if (t->wire.refused > 0)
		give_up(t, tls_buffer_explain_refusal(&t->wire, oc));
	else if (!open && !first_bytes_are_tls(t->wire.head, t->wire.head_len))
		not_tls(t, oc);
	else if (told)
		tls_alert_explain(reason - SSL_AD_REASON_OFFSET, shown_identity(t), open, oc);
	else if (error == SSL_ERROR_SYSCALL || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		vanished(t, open, oc);
	else if (open)
		outcome_set(oc, SSL_is_server(t->ssl) ? OC_RECORD_BAD : OC_GREETING_TRUNCATED,
		    "the peer sent invalid TLS after the handshake: %s",
		    words ? words : "no reason given");
	else if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		outcome_set(oc, OC_CLIENT_CERT_REQUIRED, "the client sent no certificate");
	else if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
		outcome_set(oc, OC_CERT_INVALID, "%s",
		    X509_verify_cert_error_string(SSL_get_verify_result(t->ssl)));
	else if (reason == SSL_R_CALLBACK_FAILED)
		tls_params_explain_name(t->ssl, oc);
	else if (tls_params_are(reason))
		tls_params_explain(t->ssl, reason, words, oc);
	else if (is_unreadable(t, first))
		outcome_set(oc, OC_CERT_INVALID, "a certificate of the peer cannot be read: %s",
		    words);
	else
		tls_params_explain_other(t->ssl, reason, words, oc);
	ERR_clear_error();
	return io;
}

enum io tls_conn_read_hello(struct tls_conn *t, struct outcome *oc)
{
	unsigned char unused[1];
	size_t got;
	bool done;

	begin();
	/* max_early_data is 0, so this never returns data: it stops where early data could be. */
	done =
	    SSL_read_early_data(t->ssl, unused, sizeof unused, &got) == SSL_READ_EARLY_DATA_FINISH;
	/* No second ClientHello follows, and what TLS 1.2 encrypts looks as if it were one. */
	if (done || SSL_version(t->ssl) != TLS1_3_VERSION)
		t->wire.hello_max = 0;
	return done ? IO_DONE : answer(t, -1, false, oc);
}

bool tls_conn_may_write_early(const struct tls_conn *t)
{
	unsigned char finished[1];

	return SSL_version(t->ssl) == TLS1_3_VERSION &&
	    SSL_get_finished(t->ssl, finished, sizeof finished) > 0;
}

enum io tls_conn_write_early(struct tls_conn *t, const void *buf, size_t len, struct outcome *oc)
{
	size_t put;
	int ret;

	begin();
	ret = SSL_write_early_data(t->ssl, buf, len, &put);
	return ret == 1 ? IO_DONE : answer(t, ret, true, oc);
}

enum io tls_conn_await(struct tls_conn *t)
{
	return tls_buffer_await(&t->wire);
}

enum io tls_conn_handshake(struct tls_conn *t, struct outcome *oc)
{
	int ret;

	begin();
	ret = SSL_do_handshake(t->ssl);
	return ret == 1 ? IO_DONE : answer(t, ret, false, oc);
}

enum io tls_conn_read(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc)
{
	enum io io;
	int ret;

	begin();
	ret = SSL_read_ex(t->ssl, buf, max, got);
	if (ret == 1)
		return IO_DONE;
	io = answer(t, ret, true, oc);
	/* 16 KiB, of the handshake's last flight, that SSL_MODE_RELEASE_BUFFERS forgets. */
	(void)SSL_free_buffers(t->ssl);
	return io;
}

enum io tls_conn_write(struct tls_conn *t, const void *buf, size_t len, struct outcome *oc)
{
	size_t put;
	int ret;

	begin();
	/* Without SSL_MODE_ENABLE_PARTIAL_WRITE success means all of it. */
	ret = SSL_write_ex(t->ssl, buf, len, &put);
	return ret == 1 ? IO_DONE : answer(t, ret, true, oc);
}

enum io tls_conn_close_notify(struct tls_conn *t, struct outcome *oc)
{
	int ret;

	/* A second SSL_shutdown would wait for the peer's close_notify. */
	if (t->over || SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)
		return IO_DONE;
	/* A close_notify half written could not be told from one that is out. */
	if (tls_buffer_flush_if_full(&t->wire) == IO_WANT_WRITE)
		return IO_WANT_WRITE;
	begin();
	/* 0: ours is said and the peer's has not come, which is all we want. */
	ret = SSL_shutdown(t->ssl);
	if (ret < 0)
		return answer(t, ret, true, oc);
	/* 16 KiB that SSL_MODE_RELEASE_BUFFERS forgets after an alert, as close_notify is one. */
	(void)SSL_free_buffers(t->ssl);
	return IO_DONE;
}

enum io tls_conn_flush(struct tls_conn *t, struct outcome *oc)
{
	if (tls_buffer_flush(&t->wire) == IO_WANT_WRITE)
		return IO_WANT_WRITE;
	if (!t->wire.send_errno)
		return IO_DONE;
	vanished(t, true, oc);
	return IO_FAILED;
}

void tls_conn_allow(struct tls_conn *t, size_t bytes)
{
	tls_buffer_allow(&t->wire, bytes, SSL_is_server(t->ssl) ? TURNS_MAX : 0);
}

bool tls_conn_is_broken(const struct tls_conn *t)
{
	return t->wire.recv_errno != 0 || t->wire.send_errno != 0;
}

bool tls_conn_heard(const struct tls_conn *t)
{
	return t->wire.head_len > 0;
}

uint64_t tls_conn_received(const struct tls_conn *t)
{
	return t->wire.received;
}

uint64_t tls_conn_sent(const struct tls_conn *t)
{
	return t->wire.sent;
}

uint64_t tls_conn_opening(const struct tls_conn *t)
{
	return tls_conn_heard(t) ? t->wire.opening : t->wire.sent;
}

void tls_conn_split(struct tls_conn *t, size_t at)
{
	tls_buffer_split(&t->wire, at);
}

static const char *how_far(const struct tls_conn *t)
{
	if (t->wire.sated)
		return "the peer sent more than a handshake needs";
	if (!SSL_is_server(t->ssl))
		return tls_conn_heard(t) ? "the peer had begun to answer" : "the peer said nothing";
	if (!tls_conn_heard(t))
		return "the client sent nothing";
	return is_half_hello(t) ? "the client sent only part of its ClientHello"
				: "the client did not finish it";
}

int tls_conn_handshake_late(const struct tls_conn *t, unsigned after_ms, struct outcome *oc)
{
	if (!first_bytes_are_tls(t->wire.head, t->wire.head_len))
		return not_tls(t, oc);
	return outcome_set(oc, OC_HANDSHAKE_TIMEOUT, "the handshake was not done after %u ms; %s",
	    after_ms, how_far(t));
}

const SSL *tls_conn_library(const struct tls_conn *t)
{
	return t->ssl;
}

int tls_conn_sent_alert(const struct tls_conn *t)
{
	bool left = !tls_buffer_pending(&t->wire) && !t->wire.send_errno;

	return left ? t->alert : OUTCOME_NO_ALERT;
}

char *tls_conn_dup_sni(const struct tls_conn *t)
{
	const char *name = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);

	return name ? strdup(name) : NULL;
}

const char *tls_conn_error_text(char *buf, size_t max)
{
	unsigned long first = ERR_peek_error();
	const char *reason = ERR_reason_error_string(first);

	snprintf(buf, max, "%s", reason ? reason : "the TLS library gives no reason");
	ERR_clear_error();
	return buf;
}
