/* SPDX-License-Identifier: MIT */
#include "client/session/resumption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

/* Without memory for it the session is not kept: it would be taken for one that had no staple. */
static bool copy_staple(const struct tlsio *t, const struct tlsresume *resumed,
    struct tlsresume *out)
{
	const unsigned char *der = NULL;
	/* The library only reads, and asks for what is not const. */
	long len = SSL_get_tlsext_status_ocsp_resp((SSL *)tlsio_library(t), &der);

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

void tlsresume_take(const struct tlsio *t, const char *sni, const char *verify_name,
    const struct tlsresume *resumed, struct tlsresume *out)
{
	/* Another reference is what it asks for, and no change. */
	SSL_SESSION *session = SSL_get1_session((SSL *)tlsio_library(t));

	memset(out, 0, sizeof *out);
	if (!session || SSL_SESSION_is_resumable(session) != 1 || !copy_staple(t, resumed, out)) {
		SSL_SESSION_free(session);
		return;
	}
	out->session = session;
	snprintf(out->sni, sizeof out->sni, "%s", sni);
	snprintf(out->verify_name, sizeof out->verify_name, "%s", verify_name);
}

void tlsresume_offer(struct tlsio *t, const char *sni, const char *verify_name,
    const struct tlsresume *held)
{
	char reason[128];

	if (!held->session || strcmp(held->sni, sni) != 0 ||
	    strcmp(held->verify_name, verify_name) != 0)
		return;
	/* A session that does not fit is none: the handshake is a full one. */
	if (SSL_set_session((SSL *)tlsio_library(t), held->session) != 1)
		tlsio_error_text(reason, sizeof reason);
}

void tlsresume_move(struct tlsresume *from, struct tlsresume *to)
{
	*to = *from;
	memset(from, 0, sizeof *from);
}

void tlsresume_free(struct tlsresume *held)
{
	SSL_SESSION_free(held->session);
	free(held->staple);
	memset(held, 0, sizeof *held);
}
