/* SPDX-License-Identifier: MIT */
#include "tls/conn.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/addr.h"
#include "tls/conn_parts.h"
#include "tls/error.h"
#include "tls/tds.h"

/*
 * Post-handshake messages of the handshake protocol take three turns each at most. A client has
 * none to send but a few KeyUpdates; a server may send tickets, too.
 */
enum { CLIENT_MESSAGES_MAX = 32, SERVER_MESSAGES_MAX = 256, TURNS_PER_MESSAGE = 3 };

struct tls_conn *tls_conn_new_server(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc)
{
	struct tls_conn *t = tls_conn_make(ctx, fd, NULL, owner, oc);

	if (!t)
		return NULL;
	tls_buffer_bound(&t->wire, TLS_CONN_CLIENT_SENDS_MAX, TLS_CONN_HELLO_MAX);
	tls_conn_record_offers(t);
	SSL_set_accept_state(t->ssl);
	return t;
}

/* SSL_set_cert_cb(3): a server requests our certificate. */
static int record_request(SSL *ssl, void *asked)
{
	struct tls_conn *t = asked;

	(void)ssl;
	t->asked = true;
	return 1;
}

int tls_conn_require_name(X509_VERIFY_PARAM *param, const char *verify_name)
{
	/* Match names by SAN only (RFC 9525 section 2); "*" stands for a whole label. */
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (addr_is_literal(verify_name))
		return X509_VERIFY_PARAM_set1_ip_asc(param, verify_name) == 1 ? 0 : -1;
	return X509_VERIFY_PARAM_set1_host(param, verify_name, 0) == 1 ? 0 : -1;
}

static int set_names(SSL *ssl, const char *sni, const char *verify_name)
{
	if (sni && SSL_set_tlsext_host_name(ssl, sni) != 1)
		return -1;
	return verify_name ? tls_conn_require_name(SSL_get0_param(ssl), verify_name) : 0;
}

int tls_conn_make_client(struct tls_conn *t, const char *sni, const char *verify_name,
    struct outcome *oc)
{
	if (set_names(t->ssl, sni, verify_name) != 0) {
		tls_error_clear();
		return outcome_set(oc, OC_USAGE, "cannot request or verify the name \"%s\"",
		    verify_name ? verify_name : sni);
	}
	SSL_set_cert_cb(t->ssl, record_request, t);
	SSL_set_connect_state(t->ssl);
	return 0;
}

struct tls_conn *tls_conn_new_client(SSL_CTX *ctx, int fd, const char *sni, const char *verify_name,
    void *owner, struct outcome *oc)
{
	struct tls_conn *t = tls_conn_make(ctx, fd, NULL, owner, oc);

	if (!t || tls_conn_make_client(t, sni, verify_name, oc) != 0) {
		tls_conn_free(t);
		return NULL;
	}
	tls_buffer_bound(&t->wire, TLS_CONN_SERVER_SENDS_MAX, 0);
	return t;
}

int tls_conn_wrap_in_tds(struct tls_conn *t, struct outcome *oc)
{
	BIO *wire = tls_buffer_bio(&t->wire), *packets;

	t->tds = malloc(sizeof *t->tds);
	if (!t->tds || !wire || !(packets = tds_packets_bio(t->tds))) {
		BIO_free(wire);
		return outcome_set(oc, OC_INTERNAL, "out of memory for a TLS connection");
	}
	tds_packets_init(t->tds);
	BIO_push(packets, wire);
	SSL_set_bio(t->ssl, packets, packets);
	if (SSL_set_max_proto_version(t->ssl, TLS1_2_VERSION) == 1)
		return 0;
	tls_error_clear();
	return outcome_set(oc, OC_INTERNAL, "the TLS library rejects TLS 1.2");
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
	if (t->transport)
		t->transport->free(t);
	SSL_free(t->ssl);
	if (t->datagram)
		t->datagram->seen = NULL;
	tls_buffer_free(&t->wire);
	free(t->tds);
	free(t);
}

static struct tls_error_about describe(const struct tls_conn *t)
{
	struct tls_error_about about = { t->ssl, &t->wire, t->wire.head,
		t->transport ? 0 : t->wire.head_len, t->asked, &t->offers };

	if (t->tds) {
		about.first = t->tds->first;
		about.first_len = t->tds->first_len;
	}
	return about;
}

enum tls_alert_identity tls_conn_identity(const struct tls_conn *t)
{
	const struct tls_error_about about = describe(t);

	return tls_error_identity(&about);
}

/* Is a datagram that could not be sent only lost? */
static bool is_lossy(const struct tls_conn *t)
{
	return t->datagram && t->datagram->serves;
}

static enum io flush(struct tls_conn *t)
{
	if (!t->datagram)
		return tls_buffer_flush(&t->wire);
	tls_datagram_flush(t->datagram);
	return IO_DONE;
}

/*
 * SSL_MODE_RELEASE_BUFFERS does not release 16 KiB of a last flight or after an alert.
 * In DTLS the library expects its buffers to stay.
 */
static void release_buffers(struct tls_conn *t)
{
	if (!t->datagram)
		(void)SSL_free_buffers(t->ssl);
}

static enum io answer(struct tls_conn *t, int ret, bool open, struct outcome *oc)
{
	const struct tls_error_about about = describe(t);
	int error = SSL_get_error(t->ssl, ret);
	enum io io = IO_FAILED;

	if (error == SSL_ERROR_WANT_READ)
		io = flush(t) == IO_WANT_WRITE ? IO_WANT_WRITE : tls_buffer_want(&t->wire);
	else if (error == SSL_ERROR_WANT_WRITE)
		io = IO_WANT_WRITE;
	else if (error == SSL_ERROR_ZERO_RETURN && open)
		io = IO_EOF;
	else if (error == SSL_ERROR_ZERO_RETURN)
		outcome_set(oc, OC_HANDSHAKE_CLOSED,
		    "the peer sent close_notify during the handshake");
	else if (t->wire.refused > 0)
		tls_conn_give_up(t, tls_buffer_explain_refusal(&t->wire, oc));
	else if (t->tds && t->tds->fault != TDS_FAULT_NONE)
		tds_packets_explain(t->tds, oc);
	else
		t->over |= tls_error_explain(&about, error == SSL_ERROR_SYSCALL, open, oc);
	tls_error_clear();
	return io;
}

enum io tls_conn_read_hello(struct tls_conn *t, struct outcome *oc)
{
	unsigned char unused[1];
	size_t got;
	bool done;

	tls_error_clear();
	/*
	 * The first half of SSL_accept, which alone would not stop where the server may
	 * write early. max_early_data is 0, so this never returns data.
	 */
	done =
	    SSL_read_early_data(t->ssl, unused, sizeof unused, &got) == SSL_READ_EARLY_DATA_FINISH;
	/* No second ClientHello follows, and encrypted TLS 1.2 messages could look like one. */
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

	tls_error_clear();
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

	if (t->transport)
		return t->transport->handshake(t, oc);
	tls_error_clear();
	/* SSL_accept or SSL_connect, as tls_conn_new_server or tls_conn_new_client chose. */
	ret = SSL_do_handshake(t->ssl);
	if (ret != 1)
		return answer(t, ret, false, oc);
	if (t->tds)
		tds_packets_end(t->tds);
	return IO_DONE;
}

enum io tls_conn_read(struct tls_conn *t, void *buf, size_t max, size_t *got, struct outcome *oc)
{
	enum io io;
	int ret;

	if (t->transport)
		return t->transport->read(t, buf, max, got, oc);
	tls_error_clear();
	ret = SSL_read_ex(t->ssl, buf, max, got);
	if (ret == 1)
		return IO_DONE;
	io = answer(t, ret, true, oc);
	release_buffers(t);
	return io;
}

enum io tls_conn_read_unsent(struct tls_conn *t, void *buf, size_t max, size_t *got,
    struct outcome *oc)
{
	uint64_t before;
	int ret;

	tls_error_clear();
	do {
		before = t->wire.received;
		t->wire.drained = false;
		ret = SSL_read_ex(t->ssl, buf, max, got);
	} while (ret != 1 && SSL_get_error(t->ssl, ret) == SSL_ERROR_WANT_READ &&
	    t->wire.received > before);
	if (ret == 1)
		return IO_DONE;
	return SSL_get_error(t->ssl, ret) == SSL_ERROR_WANT_READ ? IO_WANT_READ
								 : answer(t, ret, true, oc);
}

enum io tls_conn_write(struct tls_conn *t, const void *buf, size_t len, struct outcome *oc)
{
	size_t put;
	int ret;

	if (t->transport)
		return t->transport->write(t, buf, len, oc);
	tls_error_clear();
	/* Without SSL_MODE_ENABLE_PARTIAL_WRITE, success means that all was written. */
	ret = SSL_write_ex(t->ssl, buf, len, &put);
	return ret == 1 ? IO_DONE : answer(t, ret, true, oc);
}

enum io tls_conn_close_notify(struct tls_conn *t, struct outcome *oc)
{
	int ret;

	if (t->transport)
		return t->transport->close_notify(t);
	/* A second SSL_shutdown would wait for the peer's close_notify. */
	if (t->over || SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)
		return IO_DONE;
	/* A half-written close_notify could not be told from a complete one. */
	if (tls_buffer_flush_if_full(&t->wire) == IO_WANT_WRITE)
		return IO_WANT_WRITE;
	tls_error_clear();
	/* 0: ours is sent and the peer's has not arrived, which is all we need. */
	ret = SSL_shutdown(t->ssl);
	if (ret < 0)
		return answer(t, ret, true, oc);
	release_buffers(t);
	return IO_DONE;
}

enum io tls_conn_flush(struct tls_conn *t, struct outcome *oc)
{
	const struct tls_error_about about = describe(t);

	if (flush(t) == IO_WANT_WRITE)
		return IO_WANT_WRITE;
	if (!t->wire.send_errno || is_lossy(t))
		return IO_DONE;
	tls_error_vanished(&about, true, oc);
	return IO_FAILED;
}

enum io tls_conn_flush_last(struct tls_conn *t, struct outcome *oc)
{
	tls_buffer_end(&t->wire);
	return tls_conn_flush(t, oc);
}

bool tls_conn_has_unsent(const struct tls_conn *t)
{
	return tls_buffer_pending(&t->wire);
}

void tls_conn_allow(struct tls_conn *t, size_t bytes)
{
	unsigned messages = SSL_is_server(t->ssl) ? CLIENT_MESSAGES_MAX : SERVER_MESSAGES_MAX;

	if (t->transport)
		t->transport->allow(t, bytes);
	else
		tls_buffer_allow(&t->wire, bytes, messages * TURNS_PER_MESSAGE);
}

int tls_conn_errno(const struct tls_conn *t)
{
	return t->wire.recv_errno ? t->wire.recv_errno : t->wire.send_errno;
}

bool tls_conn_is_broken(const struct tls_conn *t)
{
	return t->wire.recv_errno != 0 || (t->wire.send_errno != 0 && !is_lossy(t));
}

bool tls_conn_heard(const struct tls_conn *t)
{
	return t->wire.received > 0;
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

int tls_conn_handshake_late(const struct tls_conn *t, unsigned after_ms, struct outcome *oc)
{
	const struct tls_error_about about = describe(t);

	return t->transport && t->transport->is_foreign(t, oc)
	    ? -1 : tls_error_late(&about, after_ms, oc);
}

uint64_t tls_conn_timer(const struct tls_conn *t)
{
	return t->transport ? t->transport->timer(t) : UINT64_MAX;
}

bool tls_conn_is_tls13(const struct tls_conn *t)
{
	return t->quic || t->quic_server || SSL_version(t->ssl) == TLS1_3_VERSION;
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

const struct hello_offers *tls_conn_offers(const struct tls_conn *t)
{
	return &t->offers;
}

char *tls_conn_dup_sni(const struct tls_conn *t)
{
	const char *name = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);

	return name ? strdup(name) : NULL;
}
