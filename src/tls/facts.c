/* SPDX-License-Identifier: MIT */
#include "tls/facts.h"

#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "tls/cert_info.h"
#include "base/text.h"

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

void tlsfacts_get(const struct tlsio *t, struct tlsio_facts *out)
{
	/* The library only reads, and asks for what is not const. */
	SSL *ssl = (SSL *)tlsio_library(t);
	/* Without a session OpenSSL 3.0 looks for the group behind a NULL. */
	int group = SSL_get_session(ssl) ? (int)SSL_get_negotiated_group(ssl) : 0;

	out->protocol = or_empty(SSL_get_version(ssl));
	out->cipher = or_empty(SSL_get_cipher_name(ssl));
	out->group = group ? or_empty(SSL_group_to_name(ssl, group)) : "";
	out->resumed = SSL_session_reused(ssl) != 0;
}

bool tlsfacts_is_http(const struct tlsio *t)
{
	static const char name[] = "http/1.1";
	const unsigned char *selected;
	unsigned len;

	SSL_get0_alpn_selected(tlsio_library(t), &selected, &len);
	return len == sizeof name - 1 && memcmp(selected, name, len) == 0;
}

bool tlsfacts_is_within_record(const struct tlsio *t)
{
	return SSL_has_pending(tlsio_library(t)) == 1;
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

const char *tlsfacts_wanted_cas(const struct tlsio *t, char buf[TLSFACTS_CAS_MAX])
{
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(tlsio_library(t));
	int count = sk_X509_NAME_num(names), i;
	char one[CERTINFO_NAME_MAX];
	size_t at = 0;

	buf[0] = '\0';
	for (i = 0; i < count && i < 2; i++) {
		size_t room = TLSFACTS_CAS_MAX - at;

		certinfo_name(sk_X509_NAME_value(names, i), one);
		/* "and N more" has to fit, too. */
		if (strlen(one) + 32 > room)
			break;
		at += (size_t)snprintf(buf + at, room, "%s\"%s\"", at > 0 ? ", " : "", one);
	}
	if (i < count && at > 0)
		snprintf(buf + at, TLSFACTS_CAS_MAX - at, " and %d more", count - i);
	return buf;
}

int tlsfacts_verify_result(const struct tlsio *t)
{
	return (int)SSL_get_verify_result(tlsio_library(t));
}

X509 *tlsfacts_peer_certificate(const struct tlsio *t)
{
	return SSL_get1_peer_certificate(tlsio_library(t));
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
