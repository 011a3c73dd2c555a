/* SPDX-License-Identifier: MIT */
#include "support/floods.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "support/sealing.h"

enum { RECORD_MAX = 16384 };

/* ---- records ------------------------------------------------------------------- */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "floods: %s\n", what);
	exit(2);
}

static void put(struct flood *f, const void *bytes, size_t len)
{
	if (len > sizeof f->block - f->len)
		die("a unit is too long");
	memcpy(f->block + f->len, bytes, len);
	f->len += len;
}

void flood_begin(struct flood *f, const unsigned char secret[32])
{
	memcpy(f->secret, secret, sizeof f->secret);
	sealing_expand(secret, "key", f->key, sizeof f->key);
	sealing_expand(secret, "iv", f->iv, sizeof f->iv);
	f->sequence = 0;
	f->sealed = true;
}

/* TLS_AES_128_GCM_SHA256, RFC 8446 section 5.2. */
static void put_sealed(struct flood *f, unsigned type, const unsigned char *bytes, size_t len)
{
	unsigned char record[5 + RECORD_MAX + 17] = { 23, 3, 3 }, nonce[12], inner[1 + RECORD_MAX];

	record[3] = (unsigned char)((len + 17) >> 8);
	record[4] = (unsigned char)(len + 17);
	memcpy(nonce, f->iv, sizeof nonce);
	for (int i = 0; i < 8; i++)
		nonce[11 - i] ^= (unsigned char)(f->sequence >> 8 * i);
	f->sequence++;
	memcpy(inner, bytes, len);
	inner[len] = (unsigned char)type;
	sealing_gcm(f->key, nonce, record, 5, inner, len + 1, record + 5);
	put(f, record, 5 + len + 17);
}

static void put_clear(struct flood *f, unsigned type, const unsigned char *bytes, size_t len)
{
	unsigned char head[5] = { (unsigned char)type, 3, 3, (unsigned char)(len >> 8),
		(unsigned char)len };

	put(f, head, sizeof head);
	put(f, bytes, len);
}

static void put_record(struct flood *f, unsigned type, const void *bytes, size_t len)
{
	if (f->sealed)
		put_sealed(f, type, bytes, len);
	else
		put_clear(f, type, bytes, len);
}

/* ---- kinds: each makes one unit ---------------------------------------------------- */

static unsigned char zeros[RECORD_MAX], letters[RECORD_MAX];

static void make_empty(struct flood *f)
{
	put_record(f, f->sealed ? 23 : 22, zeros, 0);
}

/* Thousands of them in a record, and one in each. */
static void make_hello_requests(struct flood *f)
{
	put_record(f, 22, zeros, RECORD_MAX);
}

static void make_hello_request(struct flood *f)
{
	put_record(f, 22, zeros, 4);
}

static void make_ccs(struct flood *f)
{
	put_clear(f, 20, (const unsigned char *)"\1", 1);
}

/* user_canceled. */
static void make_warning(struct flood *f)
{
	put_record(f, 21, "\1\132", 2);
}

static void update_keys(struct flood *f, unsigned asked)
{
	const unsigned char update[] = { 24, 0, 0, 1, (unsigned char)asked };
	unsigned char next[sizeof f->secret];

	put_record(f, 22, update, sizeof update);
	sealing_expand(f->secret, "traffic upd", next, sizeof next);
	flood_begin(f, next);
}

static void make_key_update(struct flood *f)
{
	update_keys(f, 0);
}

static void make_key_update_asked(struct flood *f)
{
	update_keys(f, 1);
}

/* NewSessionTicket, RFC 8446 section 4.6.1. */
static void make_ticket(struct flood *f)
{
	static const unsigned char ticket[] = { 4, 0, 0, 21, 0, 0, 28, 32, 1, 2, 3, 4, 1, 0, 0, 8,
		'a', 't', 'i', 'c', 'k', 'e', 't', 's', 0, 0 };
	unsigned char bytes[sizeof ticket];

	memcpy(bytes, ticket, sizeof bytes);
	bytes[3] = sizeof ticket - 4;
	put_record(f, 22, bytes, sizeof bytes);
}

static void make_data(struct flood *f)
{
	put_record(f, 23, letters, RECORD_MAX);
}

static void make_byte(struct flood *f)
{
	put_record(f, 23, letters, 1);
}

/* The head of HTTP, a request's or an answer's, with a field that never ends. */
static void make_head(struct flood *f)
{
	const char *begin =
	    f->server ? "HTTP/1.1 200 OK\r\nX: " : "GET / HTTP/1.1\r\nHost: a\r\nX: ";

	if (f->made == 0)
		put_record(f, 23, begin, strlen(begin));
	put_record(f, 23, letters, 1000);
}

static void make_head_byte(struct flood *f)
{
	if (f->made == 0)
		put_record(f, 23, "GET /", 5);
	make_byte(f);
}

/* A message of the handshake of some length, its header too, in records of one byte. */
static void put_crumb(struct flood *f, unsigned type, size_t len)
{
	const unsigned char head[] = { (unsigned char)type, (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len };

	put_record(f, 22, f->made < sizeof head ? head + f->made : letters, 1);
}

static void make_hello_crumb(struct flood *f)
{
	put_crumb(f, f->server ? 2 : 1, f->server ? 65000 : 16000);
}

static void make_long_hello_crumb(struct flood *f)
{
	put_crumb(f, 1, 131000);
}

/* As long as may be, in as few records as can be; but for the last byte. */
static void make_longest_hello(struct flood *f)
{
	static unsigned char hello[RECORD_MAX] = { 1, 0, 0x40, 0, 3, 3 };

	if (f->made == 0)
		put_record(f, 22, hello, RECORD_MAX);
	else
		put(f, "\26\3\1\0\4\0", 6);
}

static void make_long_hello(struct flood *f)
{
	static unsigned char hello[RECORD_MAX] = { 1, 1, 0xff, 0xb8, 3, 3 };

	put_record(f, 22, f->made == 0 ? hello : zeros, RECORD_MAX);
}

/* A chain of certificates, behind EncryptedExtensions where it is a server's. */
static void make_chain_crumb(struct flood *f)
{
	if (f->made == 0 && f->server)
		put_record(f, 22, "\10\0\0\2\0\0", 6);
	put_crumb(f, 11, 100000);
}

/* One that is not too long; of a client. */
static void make_short_chain_crumb(struct flood *f)
{
	put_crumb(f, 11, 30000);
}

/* A KeyUpdate that has no end, because its type is missing. */
static void make_update_fragment(struct flood *f)
{
	put_crumb(f, 24, 1000);
}

/* Half a record. */
static void make_partial(struct flood *f)
{
	put(f, "\27\3\3\100\0\1\2\3", 8);
}

static void make_junk(struct flood *f)
{
	put(f, letters, 1000);
}

static void make_junk_byte(struct flood *f)
{
	put(f, letters, 1);
}

/* Of TLS 1.2, where only the library has the keys. */
static void make_renegotiation(struct flood *f)
{
	char bytes[4096];
	int n;

	if (SSL_renegotiate(f->ssl) != 1 || SSL_do_handshake(f->ssl) != 1)
		die("no HelloRequest");
	while ((n = BIO_read(SSL_get_wbio(f->ssl), bytes, sizeof bytes)) > 0)
		put(f, bytes, (size_t)n);
}

static void make_text(struct flood *f, const char *begin, size_t more)
{
	if (f->made == 0)
		put(f, begin, strlen(begin));
	put(f, letters, more);
}

static void make_connect_head(struct flood *f)
{
	make_text(f, "HTTP/1.1 200 OK\r\nX: ", 1000);
}

static void make_connect_byte(struct flood *f)
{
	make_text(f, "HTTP/1.1 200 OK\r\nX: ", 1);
}

static void make_socks(struct flood *f)
{
	put(f, "\5", 1);
}

static void make_proxy_line(struct flood *f)
{
	make_text(f, "PROXY TCP4 ", 1000);
}

static void make_proxy_byte(struct flood *f)
{
	put(f, f->made < 6 ? &"PROXY "[f->made] : "1", 1);
}

/* Version 2 with all that it can announce. */
static void make_proxy_binary(struct flood *f)
{
	if (f->made == 0)
		put(f, "\r\n\r\n\0\r\nQUIT\n\41\21\377\377", 16);
	put(f, letters, 1000);
}

static const struct kind {
	const char *name;
	flood_kind *make;
} kinds[] = {
	{ "empty", make_empty },
	{ "hello-requests", make_hello_requests },
	{ "hello-request", make_hello_request },
	{ "ccs", make_ccs },
	{ "warning", make_warning },
	{ "key-update", make_key_update },
	{ "key-update-asked", make_key_update_asked },
	{ "update-fragment", make_update_fragment },
	{ "ticket", make_ticket },
	{ "data", make_data },
	{ "byte", make_byte },
	{ "head", make_head },
	{ "head-byte", make_head_byte },
	{ "hello-crumb", make_hello_crumb },
	{ "long-hello-crumb", make_long_hello_crumb },
	{ "longest-hello", make_longest_hello },
	{ "long-hello", make_long_hello },
	{ "chain-crumb", make_chain_crumb },
	{ "short-chain-crumb", make_short_chain_crumb },
	{ "partial", make_partial },
	{ "junk", make_junk },
	{ "junk-byte", make_junk_byte },
	{ "renegotiation", make_renegotiation },
	{ "connect-head", make_connect_head },
	{ "connect-byte", make_connect_byte },
	{ "socks", make_socks },
	{ "proxy-line", make_proxy_line },
	{ "proxy-byte", make_proxy_byte },
	{ "proxy-binary", make_proxy_binary },
};

flood_kind *flood_find(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].make;
	}
	return NULL;
}

void flood_make(struct flood *f, flood_kind *kind)
{
	if (!letters[0])
		memset(letters, 'x', sizeof letters);
	kind(f);
	f->made++;
}
