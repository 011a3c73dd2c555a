/* SPDX-License-Identifier: MIT */
#include "server/service/sni.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <openssl/ssl.h>

#include "server/service/context.h"

static const char *copy_name(const unsigned char *bytes, size_t len, char name[SNI_NAME_MAX])
{
	if (len > 1 && bytes[len - 1] == '.')
		len--;
	if (len == 0 || len >= SNI_NAME_MAX || memchr(bytes, '\0', len))
		return NULL;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower(bytes[i]);
	name[len] = '\0';
	return name;
}

/*
 * struct { ServerName list<1..2^16-1> }, of which only host_name (0) was ever defined:
 * a list length, the type, the name's length, the name. A malformed extension counts as
 * no name here; the library rejects it later.
 */
static const char *read_name(SSL *ssl, char name[SNI_NAME_MAX])
{
	enum { HEAD = 5 };
	const unsigned char *p;
	size_t len;

	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &len) != 1 || len < HEAD ||
	    p[2] != TLSEXT_NAMETYPE_host_name || (size_t)(p[3] << 8 | p[4]) != len - HEAD)
		return NULL;
	return copy_name(p + HEAD, len - HEAD, name);
}

/*
 * The library does not compare names: it resumes any session with the same session id
 * context (RFC 6066 section 3 forbids a resumption for another name). FNV-1a: an
 * attacker who finds two names with one value only mixes up his own sessions.
 */
static bool keep_sessions_apart(SSL *ssl, const char *name)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
	return SSL_set_session_id_context(ssl, (const unsigned char *)&hash, sizeof hash) == 1;
}

static bool use_context(SSL *ssl, SSL_CTX *ctx)
{
#ifdef HELLO_QUIC
	/* SSL_set_SSL_CTX does nothing there. */
	if (SSL_is_quic(ssl))
		return server_context_lend(ctx, ssl);
#endif
	return SSL_set_SSL_CTX(ssl, ctx) != NULL;
}

/*
 * Runs before the library looks for a session; the servername callback would run after
 * that. A client that find rejects is passed on to that callback, because only then is
 * the name known to the code that reports the failure.
 */
static int on_hello(SSL *ssl, int *alert, void *arg)
{
	const struct sni *how = arg;
	char buf[SNI_NAME_MAX];
	const char *name = read_name(ssl, buf);
	SSL_CTX *ctx = how->find(how->table, name);

	if ((!ctx || use_context(ssl, ctx)) && (!name || keep_sessions_apart(ssl, name)))
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = SSL_AD_INTERNAL_ERROR;
	return SSL_CLIENT_HELLO_ERROR;
}

/* Because the callback exists and accepts, the library keeps the name in the session, too. */
static int on_name(SSL *ssl, int *alert, void *arg)
{
	const struct sni *how = arg;
	const char *asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	char buf[SNI_NAME_MAX];
	const char *name = NULL;

	if (asked)
		name = copy_name((const unsigned char *)asked, strlen(asked), buf);
	if (how->find(how->table, name))
		return SSL_TLSEXT_ERR_OK;
	/* RFC 8446 section 9.2; in TLS 1.2 the library sends handshake_failure for it. */
	*alert = asked ? SSL_AD_UNRECOGNIZED_NAME : SSL_AD_MISSING_EXTENSION;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void sni_use(SSL_CTX *ctx, const struct sni *how)
{
	/* The library's parameter is not const; the callback's is. */
	SSL_CTX_set_client_hello_cb(ctx, on_hello, (void *)how);
	SSL_CTX_set_tlsext_servername_callback(ctx, on_name);
	SSL_CTX_set_tlsext_servername_arg(ctx, (void *)how);
}
