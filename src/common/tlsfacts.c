/* SPDX-License-Identifier: MIT */
#include "common/tlsfacts.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "common/text.h"

bool tlsfacts_is_http(const struct tlsio *t)
{
	static const char name[] = "http/1.1";
	const unsigned char *selected;
	unsigned len;

	SSL_get0_alpn_selected(tlsio_library(t), &selected, &len);
	return len == sizeof name - 1 && memcmp(selected, name, len) == 0;
}

const char *tlsfacts_alpn(const struct tlsio *t, char buf[TLSFACTS_ALPN_MAX])
{
	const unsigned char *name;
	struct text text;
	unsigned len;

	SSL_get0_alpn_selected(tlsio_library(t), &name, &len);
	text_begin(&text, buf, TLSFACTS_ALPN_MAX);
	text_add_bytes(&text, name, len, " ");
	return buf;
}

bool tlsfacts_binding(const struct tlsio *t, char hex[TLSFACTS_BINDING_MAX])
{
	static const char label[] = "EXPORTER-Channel-Binding";
	/* The library only reads, and asks for what is not const. */
	SSL *ssl = (SSL *)tlsio_library(t);
	unsigned char key[32];
	char reason[128];

	if (SSL_version(ssl) < TLS1_3_VERSION && SSL_get_extms_support(ssl) != 1)
		return false;
	if (SSL_export_keying_material(ssl, key, sizeof key, label, sizeof label - 1,
		(const unsigned char *)"", 0, 1) != 1) {
		tlsio_error_text(reason, sizeof reason);
		return false;
	}
	for (size_t i = 0; i < sizeof key; i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
	return true;
}

const X509 *tlsfacts_client(const struct tlsio *t)
{
	const SSL *ssl = tlsio_library(t);

	return SSL_get_verify_result(ssl) == X509_V_OK ? SSL_get0_peer_certificate(ssl) : NULL;
}

const X509 *tlsfacts_served(const struct tlsio *t)
{
	const SSL *ssl = tlsio_library(t);

	return SSL_session_reused(ssl) ? NULL : SSL_get_certificate(ssl);
}
