/* SPDX-License-Identifier: MIT */
#include "client/session/resumption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "tls/error.h"

/* Without memory the session is dropped: it would look like one without a staple. */
static bool copy_staple(const struct tls_conn *t, const struct resumption *resumed,
    struct resumption *out)
{
	const unsigned char *der = NULL;
	/* The library only reads, but takes a non-const pointer. */
	long len = SSL_get_tlsext_status_ocsp_resp((SSL *)tls_conn_library(t), &der);

	if (resumed) {
		der = resumed->staple;
		len = (long)resumed->staple_len;
	}
	if (!der || len <= 0)
		return true;
	out->staple = malloc((size_t)len);
	if (!out->staple)
		return false;
	memcpy(out->staple, der, (size_t)len);
	out->staple_len = (size_t)len;
	return true;
}

void resumption_save(const struct tls_conn *t, const char *sni, const char *verify_name,
    const struct resumption *resumed, struct resumption *out)
{
	/* The library only adds a reference. */
	SSL_SESSION *session = SSL_get1_session((SSL *)tls_conn_library(t));

	memset(out, 0, sizeof *out);
	if (!session || SSL_SESSION_is_resumable(session) != 1 || !copy_staple(t, resumed, out)) {
		SSL_SESSION_free(session);
		return;
	}
	out->session = session;
	snprintf(out->sni, sizeof out->sni, "%s", sni);
	snprintf(out->verify_name, sizeof out->verify_name, "%s", verify_name);
}

void resumption_offer(struct tls_conn *t, const char *sni, const char *verify_name,
    const struct resumption *held)
{
	char reason[128];

	if (!held->session || strcmp(held->sni, sni) != 0 ||
	    strcmp(held->verify_name, verify_name) != 0)
		return;
	/* If the session does not fit, the handshake is a full one. */
	if (SSL_set_session((SSL *)tls_conn_library(t), held->session) != 1)
		tls_error_text(reason, sizeof reason);
}

void resumption_move(struct resumption *from, struct resumption *to)
{
	*to = *from;
	memset(from, 0, sizeof *from);
}

void resumption_free(struct resumption *held)
{
	SSL_SESSION_free(held->session);
	free(held->staple);
	memset(held, 0, sizeof *held);
}
