/* SPDX-License-Identifier: MIT */
/* What the caller asks about a connection: the part of tls/conn.h that does no I/O. */
#include "tls/conn_parts.h"

#include <string.h>

#include <openssl/ssl.h>

#include "tls/quic.h"

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

int tls_conn_handshake_late(const struct tls_conn *t, unsigned after_ms, struct outcome *oc)
{
	const struct tls_error_about about = tls_conn_describe(t);

	if (t->quic && tls_quic_is_foreign(t, oc))
		return -1;
	return tls_error_late(&about, after_ms, oc);
}

uint64_t tls_conn_timer(const struct tls_conn *t)
{
	return t->quic ? tls_quic_timer(t) : UINT64_MAX;
}

bool tls_conn_is_tls13(const struct tls_conn *t)
{
	return t->quic || SSL_version(t->ssl) == TLS1_3_VERSION;
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
