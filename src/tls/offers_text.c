/* SPDX-License-Identifier: MIT */
#include "tls/offers_text.h"

#include <stdio.h>

#include <openssl/ssl.h>

#include "base/text.h"
#include "tls/iana.h"

enum { NUMBER_MAX = 16, DTLS_1_3 = 0xfefc };

static const char *cipher_name(SSL *ssl, unsigned number)
{
	const unsigned char bytes[] = { (unsigned char)(number >> 8), (unsigned char)number };
	const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, bytes);

	return cipher ? SSL_CIPHER_standard_name(cipher) : iana_old_cipher(number);
}

static const char *name_of(enum hello_list list, SSL *ssl, unsigned number)
{
	if (iana_is_grease(number))
		return "GREASE";
	switch (list) {
	case HELLO_VERSIONS:
		return iana_version(number);
	case HELLO_GROUPS:
		return iana_group(number);
	case HELLO_CIPHERS:
		return cipher_name(ssl, number);
	default:
		return iana_signature(number);
	}
}

static void add_name(struct text *t, enum hello_list list, SSL *ssl, unsigned number)
{
	const char *name = name_of(list, ssl, number);
	char hex[NUMBER_MAX];

	if (!name) {
		snprintf(hex, sizeof hex, "0x%04x", number);
		name = hex;
	}
	text_add(t, name);
}

static void add_names(struct text *t, const struct hello_offers *o, enum hello_list list, SSL *ssl)
{
	for (unsigned i = 0; i < o->count[list] && i < HELLO_OFFERS_KEPT; i++) {
		text_add(t, i > 0 ? " " : "");
		add_name(t, list, ssl, o->kept[list][i]);
	}
	if (o->count[list] > HELLO_OFFERS_KEPT)
		text_add(t, " ...");
}

/* TLS 1.3 and later are offered by a list alone, whatever the old field says. */
static unsigned highest_version(const struct hello_offers *o)
{
	if (o->dtls)
		return o->legacy_version == DTLS_1_3 ? DTLS1_2_VERSION : o->legacy_version;
	return o->highest > 0 ? o->highest : o->legacy_version;
}

static void add_list(struct text *t, const struct hello_offers *o, enum hello_list list, SSL *ssl)
{
	unsigned count = o->count[list];
	char number[NUMBER_MAX];

	if (count == 0 && list == HELLO_VERSIONS) {
		text_add(t, " up to ");
		add_name(t, list, ssl, highest_version(o));
		return;
	}
	if (count == 0) {
		text_add(t, " none");
		return;
	}
	snprintf(number, sizeof number, " %u: ", count);
	text_add(t, number);
	add_names(t, o, list, ssl);
}

const char *offers_text(const struct hello_offers *o, SSL *ssl, char buf[OFFERS_TEXT_MAX])
{
	static const char *const titles[HELLO_LISTS] = {
		[HELLO_VERSIONS] = "versions",
		[HELLO_GROUPS] = "groups",
		[HELLO_CIPHERS] = "ciphers",
		[HELLO_SIGNATURES] = "signatures",
	};
	struct text t;

	text_begin(&t, buf, OFFERS_TEXT_MAX);
	for (int i = 0; o->known && i < HELLO_LISTS; i++) {
		/* An empty list may have been behind the fault. */
		if (o->malformed && o->count[i] == 0)
			continue;
		text_add(&t, t.len > 0 ? "; " : "");
		text_add(&t, titles[i]);
		add_list(&t, o, (enum hello_list)i, ssl);
	}
	if (o->malformed)
		text_add(&t, t.len > 0 ? "; the rest is malformed" : "malformed");
	return buf;
}

const char *offers_text_list(const struct hello_offers *o, enum hello_list list, SSL *ssl,
    char buf[OFFERS_TEXT_MAX])
{
	struct text t;

	text_begin(&t, buf, OFFERS_TEXT_MAX);
	add_names(&t, o, list, ssl);
	return buf;
}
