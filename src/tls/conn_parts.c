/* SPDX-License-Identifier: MIT */
#include "tls/conn_parts.h"

#include <stdlib.h>

#include <openssl/ssl.h>

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
