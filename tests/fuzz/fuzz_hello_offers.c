/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a client's first handshake message. If the library gets as far as its callback for
 * the ClientHello, what was read of it is what the library says by its own accessors.
 */
#include "fuzz/target.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "base/text.h"
#include "tls/error.h"
#include "tls/hello_offers.h"
#include "tls/offers_text.h"

enum { MESSAGE_MAX = 16000 };

static void expect_list(const struct hello_offers *o, enum hello_list which,
    const unsigned char *list, size_t len)
{
	fuzz_expect(o->count[which] == len / 2);
	for (size_t i = 0; i < len / 2 && i < HELLO_OFFERS_KEPT; i++)
		fuzz_expect(o->kept[which][i] == (list[2 * i] << 8 | list[2 * i + 1]));
}

static void expect_extension(SSL *ssl, const struct hello_offers *o, enum hello_list which,
    unsigned type, size_t width)
{
	const unsigned char *body;
	size_t len;

	if (SSL_client_hello_get0_ext(ssl, type, &body, &len) == 1 && len >= width)
		expect_list(o, which, body + width, len - width);
	else
		fuzz_expect(o->count[which] == 0);
}

static int on_hello(SSL *ssl, int *alert, void *offers)
{
	const struct hello_offers *o = offers;
	const unsigned char *ciphers;
	size_t len = SSL_client_hello_get0_ciphers(ssl, &ciphers);

	fuzz_expect(o->known);
	fuzz_expect(o->legacy_version == SSL_client_hello_get0_legacy_version(ssl));
	expect_list(o, HELLO_CIPHERS, ciphers, len);
	if (!o->malformed) {
		expect_extension(ssl, o, HELLO_GROUPS, TLSEXT_TYPE_supported_groups, 2);
		expect_extension(ssl, o, HELLO_SIGNATURES, TLSEXT_TYPE_signature_algorithms, 2);
		expect_extension(ssl, o, HELLO_VERSIONS, TLSEXT_TYPE_supported_versions, 1);
	}
	*alert = SSL_AD_INTERNAL_ERROR;
	return SSL_CLIENT_HELLO_ERROR;
}

static void ask_library(SSL_CTX *ctx, struct hello_offers *o, const uint8_t *data, size_t size)
{
	const uint8_t header[] = { 22, 3, 1, (uint8_t)(size >> 8), (uint8_t)size };
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_null());
	SSL *ssl = SSL_new(ctx);

	fuzz_expect(in && out && ssl);
	SSL_set_bio(ssl, in, out);
	SSL_CTX_set_client_hello_cb(ctx, on_hello, o);
	fuzz_expect(BIO_write(in, header, sizeof header) == sizeof header);
	fuzz_expect(BIO_write(in, data, (int)size) == (int)size);
	fuzz_expect(SSL_accept(ssl) != 1);
	SSL_free(ssl);
	tls_error_clear();
}

static void expect_clean(const struct hello_offers *o, SSL *names)
{
	char text[OFFERS_TEXT_MAX], one[OFFERS_TEXT_MAX];

	fuzz_expect(o->highest >= o->lowest || o->highest == 0);
	offers_text(o, names, text);
	fuzz_expect((text[0] != '\0') == o->known && strlen(text) < sizeof text - 1);
	fuzz_expect(text_is_clean(text, strlen(text)));
	for (int i = 0; i < HELLO_LISTS; i++) {
		offers_text_list(o, (enum hello_list)i, names, one);
		fuzz_expect(strstr(text, one) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hello_offers o;
	static SSL_CTX *ctx;
	static SSL *names;

	if (!ctx) {
		ctx = SSL_CTX_new(TLS_server_method());
		names = SSL_new(ctx);
		fuzz_expect(ctx && names);
	}
	if (size > MESSAGE_MAX)
		return 0;
	hello_offers_read_dtls(&o, data, size);
	fuzz_expect(o.known == (size > 0 && data[0] == 1));
	expect_clean(&o, names);
	hello_offers_read(&o, data, size);
	fuzz_expect(o.known == (size > 0 && data[0] == 1));
	expect_clean(&o, names);
	/* The library gives one message at a time, and waits for all of it. */
	if (size >= 4 && (size_t)(data[1] << 16 | data[2] << 8 | data[3]) == size - 4)
		ask_library(ctx, &o, data, size);
	return 0;
}
