/* SPDX-License-Identifier: MIT */
#include "tls/conn_parts.h"

#include <stdlib.h>

#include <openssl/ssl.h>

#include "tls/error.h"

static struct tls_conn *destroy(struct tls_conn *t, struct outcome *oc)
{
	if (t)
		SSL_free(t->ssl);
	free(t);
	outcome_set(oc, OC_INTERNAL, "out of memory for a TLS connection");
	return NULL;
}

struct tls_conn *tls_conn_parts_make(SSL_CTX *ctx, int fd, void *owner, struct outcome *oc)
{
	struct tls_conn *t = calloc(1, sizeof *t);

	tls_error_clear();
	if (t) {
		t->owner = owner;
		t->alert = OUTCOME_NO_ALERT;
		tls_buffer_init(&t->wire, fd);
	}
	if (t && (t->ssl = SSL_new(ctx)) && SSL_set_app_data(t->ssl, t) == 1)
		return t;
	return destroy(t, oc);
}

void tls_conn_give_up(struct tls_conn *t, int alert)
{
	t->alert = alert;
	t->over = true;
}

/*
 * SSL_CTX_set_msg_callback(3): gets a ClientHello before the library judges it. The first
 * one is enough: a second one repeats what it offers (RFC 8446 section 4.1.2). From then
 * on, this callback costs nothing.
 */
static void record_hello(int written, int version, int type, const void *message, size_t len,
    SSL *ssl, void *tls_conn)
{
	struct tls_conn *t = tls_conn;

	(void)version;
	if (written || type != SSL3_RT_HANDSHAKE)
		return;
	if (t->datagram)
		hello_offers_read_dtls(&t->offers, message, len);
	else
		hello_offers_read(&t->offers, message, len);
	SSL_set_msg_callback(ssl, NULL);
}

void tls_conn_record_offers(struct tls_conn *t)
{
	SSL_set_msg_callback(t->ssl, record_hello);
	SSL_set_msg_callback_arg(t->ssl, t);
}

/*
 * SSL_CTX_set_info_callback(3): the only way to learn which alert the library makes,
 * and how many messages it handles. A warning, such as close_notify, is not a failure.
 */
static void record_alert(const SSL *ssl, int where, int alert)
{
	struct tls_conn *t = SSL_get_app_data(ssl);

	if (where & SSL_CB_LOOP)
		tls_buffer_count_turn(&t->wire);
	if ((where & SSL_CB_WRITE_ALERT) != SSL_CB_WRITE_ALERT || alert >> 8 != SSL3_AL_FATAL)
		return;
	tls_conn_give_up(t, alert & 0xff);
}

struct tls_conn *tls_conn_make(SSL_CTX *ctx, int fd, struct tls_datagram *datagram, void *owner,
    struct outcome *oc)
{
	struct tls_conn *t = tls_conn_parts_make(ctx, fd, owner, oc);
	BIO *bio;

	if (!t)
		return NULL;
	bio = datagram ? tls_datagram_bio(datagram, &t->wire) : tls_buffer_bio(&t->wire);
	if (!bio)
		return destroy(t, oc);
	t->datagram = datagram;
	SSL_set_info_callback(t->ssl, record_alert);
	SSL_set_bio(t->ssl, bio, bio);
	return t;
}
