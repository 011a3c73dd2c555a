/* SPDX-License-Identifier: MIT */
#include "tls/facts.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/text.h"
#include "tls/error.h"

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

void tls_facts_get(const struct tls_conn *t, struct tls_conn_facts *out)
{
	/* The library only reads it, but its parameter is not const. */
	SSL *ssl = (SSL *)tls_conn_library(t);
	/* Without a session OpenSSL 3.0 dereferences NULL to find the group. */
	int group = SSL_get_session(ssl) ? (int)SSL_get_negotiated_group(ssl) : 0;

	out->protocol = or_empty(SSL_get_version(ssl));
	out->cipher = or_empty(SSL_get_cipher_name(ssl));
	out->group = group ? or_empty(SSL_group_to_name(ssl, group)) : "";
	out->resumed = SSL_session_reused(ssl) != 0;
}

bool tls_facts_is_http(const struct tls_conn *t)
{
	static const char name[] = "http/1.1";
	const unsigned char *selected;
	unsigned len;

	SSL_get0_alpn_selected(tls_conn_library(t), &selected, &len);
	return len == sizeof name - 1 && memcmp(selected, name, len) == 0;
}

const char *tls_facts_offers(const struct tls_conn *t, char buf[OFFERS_TEXT_MAX])
{
	/* The library only reads it, but its parameter is not const. */
	return offers_text(tls_conn_offers(t), (SSL *)tls_conn_library(t), buf);
}

bool tls_facts_is_within_record(const struct tls_conn *t)
{
	return SSL_has_pending(tls_conn_library(t)) == 1;
}

const char *tls_facts_alpn(const struct tls_conn *t, char buf[TLS_FACTS_ALPN_MAX])
{
	const unsigned char *name;
	struct text text;
	unsigned len;

	SSL_get0_alpn_selected(tls_conn_library(t), &name, &len);
	text_begin(&text, buf, TLS_FACTS_ALPN_MAX);
	text_add_bytes(&text, name, len, " ");
	return buf;
}

bool tls_facts_binding(const struct tls_conn *t, char hex[TLS_FACTS_BINDING_MAX])
{
	static const char label[] = "EXPORTER-Channel-Binding";
	/* The library only reads it, but its parameter is not const. */
	SSL *ssl = (SSL *)tls_conn_library(t);
	unsigned char key[32];
	char reason[128];

	if (!tls_conn_is_tls13(t) && SSL_get_extms_support(ssl) != 1)
		return false;
	if (SSL_export_keying_material(ssl, key, sizeof key, label, sizeof label - 1,
		(const unsigned char *)"", 0, 1) != 1) {
		tls_error_text(reason, sizeof reason);
		return false;
	}
	for (size_t i = 0; i < sizeof key; i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
	return true;
}

int tls_facts_verify_result(const struct tls_conn *t)
{
	return (int)SSL_get_verify_result(tls_conn_library(t));
}

X509 *tls_facts_peer_certificate(const struct tls_conn *t)
{
	return SSL_get1_peer_certificate(tls_conn_library(t));
}

const X509 *tls_facts_client(const struct tls_conn *t)
{
	const SSL *ssl = tls_conn_library(t);

	return SSL_get_verify_result(ssl) == X509_V_OK ? SSL_get0_peer_certificate(ssl) : NULL;
}

const X509 *tls_facts_served(const struct tls_conn *t)
{
	const SSL *ssl = tls_conn_library(t);

	return SSL_session_reused(ssl) ? NULL : SSL_get_certificate(ssl);
}
