/* SPDX-License-Identifier: MIT */
#include "common/tlsresume.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

void tlsresume_take(const struct tlsio *t, const char *sni, const char *verify_name,
    struct tlsresume *out)
{
	/* Another reference is what it asks for, and no change. */
	SSL_SESSION *session = SSL_get1_session((SSL *)tlsio_library(t));

	memset(out, 0, sizeof *out);
	if (!session || SSL_SESSION_is_resumable(session) != 1) {
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

void tlsresume_free(struct tlsresume *held)
{
	SSL_SESSION_free(held->session);
	held->session = NULL;
}
