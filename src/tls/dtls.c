/* SPDX-License-Identifier: MIT */
#include "tls/dtls.h"

#include <string.h>

#include <openssl/ssl.h>

#include "tls/conn.h"
#include "tls/conn_parts.h"
#include "tls/error.h"

/* RFC 6347 section 4.1: type, version, epoch, sequence number, length. */
enum { RECORD_HEADER = 13, EPOCH_AT = 3 };

/* Behind it (section 4.2.2): type, length, number, offset and length of the fragment; version. */
enum { FRAGMENT_AT = RECORD_HEADER + 6, RANDOM_AT = RECORD_HEADER + 12 + 2 };

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, CLIENT_HELLO = 1 };

struct tls_conn *tls_dtls_new_server(SSL_CTX *ctx, struct tls_datagram *datagram,
    struct outcome *oc)
{
	struct tls_conn *t = tls_conn_make(ctx, -1, datagram, NULL, oc);

	if (!t)
		return NULL;
	tls_datagram_serve(datagram);
	tls_buffer_bound(&t->wire, TLS_CONN_CLIENT_SENDS_MAX, 0);
	SSL_set_accept_state(t->ssl);
	return t;
}

/* What another peer sent does not count for this one. */
static void forget_others(struct tls_conn *t)
{
	t->wire.received = t->datagram->in_len;
	t->wire.sent = 0;
	t->wire.send_errno = 0;
	tls_datagram_serve(t->datagram);
}

enum io tls_dtls_listen(struct tls_conn *t)
{
	BIO_ADDR *unused = BIO_ADDR_new();
	int ret;

	forget_others(t);
	tls_error_clear();
	/* The address comes from the BIO, and ours has none: the cookie covers the path. */
	ret = unused ? DTLSv1_listen(t->ssl, unused) : -1;
	BIO_ADDR_free(unused);
	tls_error_clear();
	tls_datagram_flush(t->datagram);
	tls_datagram_drop(t->datagram);
	return ret > 0 ? IO_DONE : ret == 0 ? IO_WANT_READ : IO_FAILED;
}

/*
 * Not before: tls_dtls_listen sees a ClientHello of anybody, and it may be part of one. The
 * library reads the accepted one again.
 */
void tls_dtls_set_owner(struct tls_conn *t, void *owner)
{
	t->owner = owner;
	tls_conn_record_offers(t);
}

const void *tls_dtls_path(const SSL *ssl)
{
	const struct tls_conn *t = SSL_get_app_data(ssl);

	return t && t->datagram ? t->datagram->path : NULL;
}

int tls_dtls_retransmit(struct tls_conn *t)
{
	long ret;

	tls_error_clear();
	ret = DTLSv1_handle_timeout(t->ssl);
	tls_datagram_flush(t->datagram);
	tls_error_clear();
	return ret < 0 ? -1 : 0;
}

size_t tls_dtls_room(const struct tls_conn *t)
{
	return DTLS_get_data_mtu(t->ssl);
}

static bool is_record(const unsigned char *bytes, size_t len, unsigned char type)
{
	return len >= RECORD_HEADER && bytes[0] == type && bytes[1] == 0xfe;
}

bool tls_dtls_is_handshake(const unsigned char *bytes, size_t len)
{
	return is_record(bytes, len, HANDSHAKE) || is_record(bytes, len, CHANGE_CIPHER_SPEC);
}

bool tls_dtls_is_alert(const unsigned char *bytes, size_t len)
{
	return is_record(bytes, len, ALERT);
}

bool tls_dtls_is_hello(const unsigned char *bytes, size_t len)
{
	return is_record(bytes, len, HANDSHAKE) && len > RECORD_HEADER && bytes[EPOCH_AT] == 0 &&
	    bytes[EPOCH_AT + 1] == 0 && bytes[RECORD_HEADER] == CLIENT_HELLO;
}

const unsigned char *tls_dtls_random(const unsigned char *bytes, size_t len)
{
	static const unsigned char at_the_beginning[3];

	if (!tls_dtls_is_hello(bytes, len) || len < RANDOM_AT + TLS_DTLS_RANDOM ||
	    memcmp(bytes + FRAGMENT_AT, at_the_beginning, sizeof at_the_beginning) != 0)
		return NULL;
	return bytes + RANDOM_AT;
}
