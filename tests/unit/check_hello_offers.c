/* SPDX-License-Identifier: MIT */
#include "tls/hello_offers.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "support/check_main.h"
#include "tls/iana.h"
#include "tls/offers_text.h"

#define B(bytes) bytes, sizeof(bytes) - 1

enum { MESSAGE_MAX = 20000, RANDOM_AT = 6 };

static SSL_CTX *ctx;
static SSL *ssl;

static void set_up(void)
{
	ctx = SSL_CTX_new(TLS_server_method());
	ssl = SSL_new(ctx);
	ck_assert_ptr_nonnull(ssl);
}

static void tear_down(void)
{
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

struct message {
	unsigned char at[MESSAGE_MAX];
	size_t len;
};

static void put(struct message *m, const void *bytes, size_t len)
{
	ck_assert_uint_le(m->len + len, sizeof m->at);
	memcpy(m->at + m->len, bytes, len);
	m->len += len;
}

static void put_length(struct message *m, unsigned width, size_t len)
{
	for (unsigned i = width; i > 0; i--) {
		unsigned char byte = (unsigned char)(len >> 8 * (i - 1));

		put(m, &byte, 1);
	}
}

/* What a ClientHello has, apart from what does not matter here. */
struct hello {
	unsigned version;
	const char *ciphers;
	size_t ciphers_len;
	const char *extensions; /* with their headers; NULL: not even their length */
	size_t extensions_len;
};

static void make(struct message *m, const struct hello *h)
{
	static const unsigned char random[32] = "random", session[] = "\3xyz";
	static const unsigned char compression[] = { 1, 0 };
	size_t len = 2 + 32 + 4 + 2 + h->ciphers_len + 2;

	if (h->extensions)
		len += 2 + h->extensions_len;
	m->len = 0;
	put(m, "\x01", 1);
	put_length(m, 3, len);
	put_length(m, 2, h->version);
	put(m, random, sizeof random);
	put(m, session, sizeof session - 1);
	put_length(m, 2, h->ciphers_len);
	put(m, h->ciphers, h->ciphers_len);
	put(m, compression, sizeof compression);
	if (h->extensions) {
		put_length(m, 2, h->extensions_len);
		put(m, h->extensions, h->extensions_len);
	}
}

/* From memory of exactly this size, so that a sanitizer sees a byte too far. */
static struct hello_offers read_bytes(const unsigned char *bytes, size_t len)
{
	unsigned char *copy = malloc(len ? len : 1);
	struct hello_offers o;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	memset(&o, 0xff, sizeof o);
	hello_offers_read(&o, copy, len);
	free(copy);
	return o;
}

static struct hello_offers read_hello(const struct hello *h)
{
	static struct message m;

	make(&m, h);
	return read_bytes(m.at, m.len);
}

static void expect_text(const struct hello_offers *o, const char *text)
{
	char buf[OFFERS_TEXT_MAX];

	ck_assert_str_eq(offers_text(o, ssl, buf), text);
}

#define GROUPS "\0\x0a\0\x06\0\x04\0\x1d\0\x17"
#define SIGNATURES "\0\x0d\0\x06\0\x04\x04\x03\x08\x04"
#define VERSIONS "\0\x2b\0\x05\x04\x03\x04\x03\x03"
#define OTHER "\0\x17\0\0\xff\x01\0\x01\0"

static const struct {
	struct hello hello;
	const char *text;
	unsigned lowest, highest;
} rows[] = {
	{ { 0x0301, B("\0\x05\0\x2f"), NULL, 0 },
	    "versions up to TLSv1.0; groups none; ciphers 2: TLS_RSA_WITH_RC4_128_SHA "
	    "TLS_RSA_WITH_AES_128_CBC_SHA; signatures none",
	    0, 0x0301 },
	{ { 0x0300, B("\0\x0a"), B("") },
	    "versions up to SSLv3; groups none; ciphers 1: TLS_RSA_WITH_3DES_EDE_CBC_SHA; "
	    "signatures none",
	    0, 0x0300 },
	{ { 0x0303, B(""), B(OTHER) },
	    "versions up to TLSv1.2; groups none; ciphers none; signatures none", 0, 0x0303 },
	{ { 0x0303, B("\x13\x01\xc0\x2b"), B(OTHER GROUPS SIGNATURES OTHER VERSIONS) },
	    "versions 2: TLSv1.3 TLSv1.2; groups 2: x25519 secp256r1; ciphers 2: "
	    "TLS_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; signatures 2: "
	    "ecdsa_secp256r1_sha256 rsa_pss_rsae_sha256",
	    0x0303, 0x0304 },
	/* In the order in which the client sends them, a hybrid, and hex for what has no name. */
	{ { 0x0303, B("\xee\xee\0\xff\x56\0"),
	      B("\0\x0a\0\x08\0\x06\x11\xec\xfe\xfe\x63\x99"
		"\0\x0d\0\x06\0\x04\x04\x02\x09\x04") },
	    "versions up to TLSv1.2; groups 3: X25519MLKEM768 0xfefe X25519Kyber768Draft00; "
	    "ciphers 3: 0xeeee TLS_EMPTY_RENEGOTIATION_INFO_SCSV TLS_FALLBACK_SCSV; "
	    "signatures 2: 0x0402 mldsa44",
	    0, 0x0303 },
	{ { 0x0303, B("\x0a\x0a\x13\x01"),
	      B("\x1a\x1a\0\0\0\x0a\0\x06\0\x04\xda\xda\0\x1d"
		"\0\x0d\0\x06\0\x04\x2a\x2a\x08\x07"
		"\0\x2b\0\x05\x04\xfa\xfa\x03\x04") },
	    "versions 2: GREASE TLSv1.3; groups 2: GREASE x25519; ciphers 2: GREASE "
	    "TLS_AES_128_GCM_SHA256; signatures 2: GREASE ed25519",
	    0x0304, 0x0304 },
	/* Versions that are not TLS, and too many for the first eight. */
	{ { 0x0303, B("\x13\x01"), B("\0\x2b\0\x05\x04\x7f\x1c\xfe\xfd") },
	    "versions 2: 0x7f1c DTLSv1.2; groups none; ciphers 1: TLS_AES_128_GCM_SHA256; "
	    "signatures none",
	    0, 0 },
	{ { 0x0303, B("\x13\x01"),
	      B("\0\x2b\0\x13\x12\x7f\x01\x7f\x02\x7f\x03\x7f\x04\x7f\x05\x7f\x06\x7f\x07"
		"\x7f\x08\x03\x02") },
	    "versions 9: 0x7f01 0x7f02 0x7f03 0x7f04 0x7f05 0x7f06 0x7f07 0x7f08 ...; groups none; "
	    "ciphers 1: TLS_AES_128_GCM_SHA256; signatures none",
	    0x0302, 0x0302 },
	/* Without a list nobody offers TLS 1.3, whatever the old field says. */
	{ { 0x0304, B("\0\x2f"), NULL, 0 },
	    "versions up to TLSv1.2; groups none; ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; "
	    "signatures none",
	    0, 0x0303 },
	{ { 0xfefd, B("\0\x2f"), NULL, 0 },
	    "versions up to TLSv1.2; groups none; ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; "
	    "signatures none",
	    0, 0x0303 },
	{ { 0x0200, B("\0\x2f"), NULL, 0 },
	    "versions up to 0x0200; groups none; ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; "
	    "signatures none",
	    0, 0 },
	/* Malformed: what came before the fault is shown. */
	{ { 0x0303, B("\0\x2f\0"), B(GROUPS) },
	    "ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0, 0 },
	{ { 0x0303, B("\0\x2f"), B(GROUPS GROUPS VERSIONS) },
	    "groups 2: x25519 secp256r1; ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is "
	    "malformed",
	    0, 0 },
	{ { 0x0303, B("\0\x2f"), B("\0\x0a\0\x04\0\x04\0\x1d") },
	    "ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0, 0 },
	{ { 0x0303, B("\0\x2f"), B("\0\x0a\0\x06\0\x02\0\x1d\0\x17") },
	    "ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0, 0 },
	{ { 0x0303, B("\0\x2f"), B("\0\x0a\0\x05\0\x03\0\x1d\0" SIGNATURES) },
	    "groups 1: x25519; ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0,
	    0 },
	{ { 0x0303, B("\0\x2f"), B("\0\x17\0\x01") },
	    "ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0, 0 },
	{ { 0x0303, B(""), B("\0") }, "malformed", 0, 0 },
	/* An empty list is none: it must not read as TLS 1.2. */
	{ { 0x0303, B("\0\x2f"), B("\0\x2b\0\x01\0") },
	    "ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0, 0 },
	{ { 0x0301, B("\0\x2f"), B("\0\x0a\0\x02\0\0") },
	    "ciphers 1: TLS_RSA_WITH_AES_128_CBC_SHA; the rest is malformed", 0, 0 },
};

START_TEST(test_each_row)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct hello_offers o = read_hello(&rows[i].hello);

		ck_assert(o.known);
		expect_text(&o, rows[i].text);
		ck_assert_uint_eq(o.lowest, rows[i].lowest);
		ck_assert_uint_eq(o.highest, rows[i].highest);
		ck_assert_int_eq(o.malformed, strstr(rows[i].text, "malformed") != NULL);
	}
}
END_TEST

START_TEST(test_every_cut_is_malformed)
{
	static const struct hello whole = { 0x0303, B("\x13\x01\xc0\x2b"),
		B(OTHER GROUPS SIGNATURES OTHER VERSIONS) };
	static struct message m;
	struct hello_offers o;

	make(&m, &whole);
	for (size_t len = 1; len < m.len; len++) {
		o = read_bytes(m.at, len);
		ck_assert(o.known && o.malformed);
		/* The same, when the lengths before it are those of the part. */
		if (len < RANDOM_AT)
			continue;
		m.at[3] = (unsigned char)(len - 4);
		o = read_bytes(m.at, len);
		m.at[3] = (unsigned char)(m.len - 4);
		/* At the end of the compression methods it is a complete one of old. */
		ck_assert_int_eq(o.malformed, len != m.len - 2 - whole.extensions_len);
	}
	put(&m, "", 1);
	o = read_bytes(m.at, m.len);
	ck_assert(o.malformed);
	expect_text(&o, "malformed");
}
END_TEST

/* A message of TLS as one of DTLS with a cookie. */
static void make_dtls(struct message *m, const struct hello *h)
{
	static const unsigned char extra[8] = { 0, 1 }, cookie[] = "\4cook";
	enum { HEADER = 4, COOKIE_AT = 4 + 2 + 32 + 4 };
	static struct message tls;

	make(&tls, h);
	m->len = 0;
	put(m, "\x01", 1);
	put_length(m, 3, tls.len - HEADER + sizeof cookie - 1);
	put(m, extra, sizeof extra);
	put(m, tls.at + HEADER, COOKIE_AT - HEADER);
	put(m, cookie, sizeof cookie - 1);
	put(m, tls.at + COOKIE_AT, tls.len - COOKIE_AT);
}

START_TEST(test_dtls)
{
	static const struct {
		struct hello hello;
		const char *text;
		unsigned lowest, highest;
	} hellos[] = {
		{ { 0xfeff, B("\0\x2f"), B(GROUPS) },
		    "versions up to DTLSv1.0; groups 2: x25519 secp256r1; ciphers 1: "
		    "TLS_RSA_WITH_AES_128_CBC_SHA; signatures none",
		    0, 0x0302 },
		{ { 0xfefd, B("\0\x2f"), NULL, 0 },
		    "versions up to DTLSv1.2; groups none; ciphers 1: "
		    "TLS_RSA_WITH_AES_128_CBC_SHA; signatures none",
		    0, 0x0303 },
		{ { 0xfefd, B("\0\x2f"), B("\0\x2b\0\x05\x04\xfe\xfc\xfe\xfd") },
		    "versions 2: DTLSv1.3 DTLSv1.2; groups none; ciphers 1: "
		    "TLS_RSA_WITH_AES_128_CBC_SHA; signatures none",
		    0x0303, 0x0304 },
		/* Without a list nobody offers DTLS 1.3. */
		{ { 0xfefc, B("\0\x2f"), NULL, 0 },
		    "versions up to DTLSv1.2; groups none; ciphers 1: "
		    "TLS_RSA_WITH_AES_128_CBC_SHA; signatures none",
		    0, 0x0303 },
		{ { 0x0100, B("\0\x2f"), NULL, 0 },
		    "versions up to 0x0100; groups none; ciphers 1: "
		    "TLS_RSA_WITH_AES_128_CBC_SHA; signatures none",
		    0, 0 },
	};

	for (size_t i = 0; i < sizeof hellos / sizeof hellos[0]; i++) {
		static struct message m;
		struct hello_offers o;

		make_dtls(&m, &hellos[i].hello);
		hello_offers_read_dtls(&o, m.at, m.len);
		expect_text(&o, hellos[i].text);
		ck_assert_uint_eq(o.lowest, hellos[i].lowest);
		ck_assert_uint_eq(o.highest, hellos[i].highest);
		for (size_t len = 1; len < m.len - 2; len++) {
			hello_offers_read_dtls(&o, m.at, len);
			ck_assert(o.known && o.malformed);
		}
	}
}
END_TEST

START_TEST(test_what_is_no_client_hello)
{
	static const char *const others[] = { "", "\x02\0\0\x02\x03\x03", "\x16\x03\x01" };
	static const size_t lengths[] = { 0, 6, 3 };

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		const struct hello_offers o =
		    read_bytes((const unsigned char *)others[i], lengths[i]);

		ck_assert(!o.known && !o.malformed);
		expect_text(&o, "");
	}
}
END_TEST

START_TEST(test_the_first_eight_and_the_count)
{
	static char ciphers[16000];
	struct hello h = { 0x0303, ciphers, 0, NULL, 0 };
	static const size_t counts[] = { 7, 8, 9, 200, 8000 };
	char text[OFFERS_TEXT_MAX];

	for (size_t i = 0; i < sizeof ciphers; i++)
		ciphers[i] = i % 2 ? (char)(1 + i / 2 % 2) : 0x13;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct hello_offers o;
		size_t names = counts[i] < 8 ? counts[i] : 8;

		h.ciphers_len = 2 * counts[i];
		o = read_hello(&h);
		ck_assert_uint_eq(o.count[HELLO_CIPHERS], counts[i]);
		offers_text_list(&o, HELLO_CIPHERS, ssl, text);
		ck_assert_int_eq(strstr(text, " ...") != NULL, counts[i] > 8);
		for (const char *at = text; (at = strstr(at, "TLS_AES_")); at++)
			names--;
		ck_assert_uint_eq(names, 0);
	}
}
END_TEST

START_TEST(test_the_longest_text_fits)
{
	struct hello_offers o = { .known = true, .malformed = true };
	char text[OFFERS_TEXT_MAX];

	for (int i = 0; i < HELLO_OFFERS_KEPT; i++) {
		o.kept[HELLO_VERSIONS][i] = 0x0304;
		o.kept[HELLO_GROUPS][i] = 65281;
		o.kept[HELLO_CIPHERS][i] = 0xcca9;
		o.kept[HELLO_SIGNATURES][i] = 0x081a;
	}
	for (int i = 0; i < HELLO_LISTS; i++)
		o.count[i] = 65535;
	offers_text(&o, ssl, text);
	ck_assert_ptr_nonnull(
	    strstr(text, "ecdsa_brainpoolP256r1tls13_sha256 ...; the rest is malformed"));
	ck_assert_ptr_nonnull(strstr(text, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 ...;"));
}
END_TEST

START_TEST(test_grease)
{
	int count = 0;

	for (unsigned number = 0; number <= 0xffff; number++)
		count += iana_is_grease(number);
	ck_assert_int_eq(count, 16);
	for (unsigned high = 0; high < 16; high++)
		ck_assert(iana_is_grease((high << 4 | 0xa) * 0x101));
	ck_assert(!iana_is_grease(0x0a1a) && !iana_is_grease(0x0b0b));
}
END_TEST

CHECK_MAIN_IN("hello_offers", set_up, tear_down, test_each_row, test_every_cut_is_malformed,
    test_dtls, test_what_is_no_client_hello, test_the_first_eight_and_the_count,
    test_the_longest_text_fits, test_grease)
