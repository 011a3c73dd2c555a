/* SPDX-License-Identifier: MIT */
#include "tls/conn_parts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "tls/conn.h"
#include "tls/error.h"

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
	if (t)
		SSL_free(t->ssl);
	free(t);
	outcome_set(oc, OC_INTERNAL, "out of memory for a TLS connection");
	return NULL;
}

/* ---- what a connection tells about itself ---------------------------------------------------- */

bool tls_conn_is_broken(const struct tls_conn *t)
{
	return t->wire.recv_errno != 0 || t->wire.send_errno != 0;
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

bool tls_conn_is_tls13(const struct tls_conn *t)
{
	return t->transport || SSL_version(t->ssl) == TLS1_3_VERSION;
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
