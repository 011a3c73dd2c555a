/* SPDX-License-Identifier: MIT */
#include "support/datagram_floods.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include "support/sealing.h"

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };
enum { HELLO_REQUEST = 0, VERIFY_REQUEST = 3, CERTIFICATE = 11 };
enum { RECORD_HEADER = 13, MESSAGE_HEADER = 12, TAG = 16, EXPLICIT = 8 };
enum { RANDOM_AT = RECORD_HEADER + MESSAGE_HEADER + 2 };
enum { PART_MAX = 1000, MESSAGE_LEN = 16000 };

static const unsigned char letters[PART_MAX] = { 'x', 'x', 'x', 'x' };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "datagram_floods: %s\n", what);
	exit(2);
}

/* ---- records --------------------------------------------------------------------- */

static void put_header(struct datagram_flood *f, unsigned type, unsigned epoch, size_t len)
{
	bytes_put_number(&f->datagram, 1, type);
	bytes_put_number(&f->datagram, 2, 0xfefd);
	bytes_put_number(&f->datagram, 2, epoch);
	bytes_put_number(&f->datagram, 6, f->number++);
	bytes_put_number(&f->datagram, 2, len);
}

static void put_clear(struct datagram_flood *f, unsigned type, unsigned epoch, const void *bytes,
    size_t len)
{
	put_header(f, type, epoch, len);
	bytes_put(&f->datagram, bytes, len);
}

/* RFC 5288 section 3; RFC 6347 section 4.1.2.1: epoch and number are the explicit nonce. */
static void put_sealed(struct datagram_flood *f, unsigned type, const void *bytes, size_t len)
{
	unsigned char nonce[4 + EXPLICIT], head[RECORD_HEADER], out[PART_MAX + TAG];
	size_t at = f->datagram.len;

	put_header(f, type, f->epoch, EXPLICIT + len + TAG);
	memcpy(nonce, f->salt, sizeof f->salt);
	memcpy(nonce + sizeof f->salt, f->datagram.at + at + 3, EXPLICIT);
	memcpy(head, nonce + sizeof f->salt, EXPLICIT);
	memcpy(head + EXPLICIT, f->datagram.at + at, 3);
	head[11] = (unsigned char)(len >> 8);
	head[12] = (unsigned char)len;
	if (len > PART_MAX)
		die("a record is too long");
	sealing_gcm(f->key, nonce, head, sizeof head, bytes, len, out);
	bytes_put(&f->datagram, nonce + sizeof f->salt, EXPLICIT);
	bytes_put(&f->datagram, out, len + TAG);
}

/* RFC 5246 section 6.3; without a MAC key. */
void datagram_flood_seal(struct datagram_flood *f, SSL *ssl, uint64_t number)
{
	unsigned char master[48], randoms[2][32], block[2 * sizeof f->key + 2 * sizeof f->salt];
	EVP_KDF *prf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *ctx = prf ? EVP_KDF_CTX_new(prf) : NULL;
	SSL_SESSION *session = SSL_get_session(ssl);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, sizeof master),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (char[]){ "key expansion" },
		    strlen("key expansion")),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, randoms, sizeof randoms),
		OSSL_PARAM_construct_end(),
	};

	SSL_get_server_random(ssl, randoms[0], sizeof randoms[0]);
	SSL_get_client_random(ssl, randoms[1], sizeof randoms[1]);
	if (!ctx || !session ||
	    SSL_SESSION_get_master_key(session, master, sizeof master) != sizeof master ||
	    EVP_KDF_derive(ctx, block, sizeof block, params) != 1)
		die("no keys");
	memcpy(f->key, block + (f->server ? sizeof f->key : 0), sizeof f->key);
	memcpy(f->salt, block + 2 * sizeof f->key + (f->server ? sizeof f->salt : 0),
	    sizeof f->salt);
	f->epoch = 1;
	f->number = number;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(prf);
}

static void put_record(struct datagram_flood *f, unsigned type, const void *bytes, size_t len)
{
	if (f->epoch > 0)
		put_sealed(f, type, bytes, len);
	else
		put_clear(f, type, 0, bytes, len);
}

/* One byte at this offset of a message of this length, in a record (section 4.2.2). */
static void put_crumb(struct datagram_flood *f, unsigned number, size_t len, size_t at)
{
	const unsigned char part[MESSAGE_HEADER + 1] = { CERTIFICATE, (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len, (unsigned char)(number >> 8),
		(unsigned char)number, 0, (unsigned char)(at >> 8), (unsigned char)at, 0, 0, 1 };

	put_record(f, HANDSHAKE, part, sizeof part);
}

/* ---- kinds ------------------------------------------------------------------------ */

static void make_nothing(struct datagram_flood *f)
{
	(void)f;
}

static void make_junk(struct datagram_flood *f)
{
	bytes_put(&f->datagram, letters, sizeof letters);
}

static void make_junk_byte(struct datagram_flood *f)
{
	bytes_put(&f->datagram, letters, 1);
}

static void make_half(struct datagram_flood *f)
{
	put_header(f, HANDSHAKE, f->epoch, 500);
	bytes_put(&f->datagram, letters, 100);
}

static void make_empty(struct datagram_flood *f)
{
	put_record(f, f->epoch > 0 ? DATA : HANDSHAKE, letters, 0);
}

/* user_canceled */
static void make_warning(struct datagram_flood *f)
{
	put_record(f, ALERT, "\1\132", 2);
}

static void make_ccs(struct datagram_flood *f)
{
	put_clear(f, CHANGE_CIPHER_SPEC, 0, "\1", 1);
}

static void make_data(struct datagram_flood *f)
{
	put_record(f, DATA, letters, sizeof letters);
}

static void make_byte(struct datagram_flood *f)
{
	put_record(f, DATA, letters, 1);
}

static void make_hello_request(struct datagram_flood *f)
{
	static const unsigned char request[MESSAGE_HEADER] = { HELLO_REQUEST };

	put_record(f, HANDSHAKE, request, sizeof request);
}

/* Each asks for another cookie. */
static void make_cookie(struct datagram_flood *f)
{
	unsigned char request[] = { VERIFY_REQUEST, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 7, 0xfe, 0xff, 4,
		1, 2, (unsigned char)(f->made >> 8), (unsigned char)f->made };

	request[5] = (unsigned char)f->message;
	put_record(f, HANDSHAKE, request, sizeof request);
}

/* All bytes of the message that is due but the last one, and from the beginning again. */
static void make_crumb(struct datagram_flood *f)
{
	put_crumb(f, f->message, MESSAGE_LEN, f->made % (MESSAGE_LEN - 1));
}

static void make_same_crumb(struct datagram_flood *f)
{
	put_crumb(f, f->message, MESSAGE_LEN, 0);
}

static void make_long_crumb(struct datagram_flood *f)
{
	put_crumb(f, f->message, 0xffffff, f->made % MESSAGE_LEN);
}

/* Messages that are not due yet. */
static void make_ahead(struct datagram_flood *f)
{
	put_crumb(f, f->message + 1 + (unsigned)(f->made % 1000), MESSAGE_LEN, 0);
}

static void make_far(struct datagram_flood *f)
{
	put_crumb(f, 0xffff, MESSAGE_LEN, f->made % MESSAGE_LEN);
}

static void make_past(struct datagram_flood *f)
{
	put_crumb(f, 0, MESSAGE_LEN, f->made % MESSAGE_LEN);
}

/* Nobody can open them: of an epoch to come, of this one, and in clear after that is over. */
static void make_later(struct datagram_flood *f)
{
	put_clear(f, HANDSHAKE, f->epoch + 1, letters, 100);
}

static void make_forged(struct datagram_flood *f)
{
	put_clear(f, DATA, f->epoch, letters, 100);
}

static void make_earlier(struct datagram_flood *f)
{
	put_clear(f, HANDSHAKE, 0, letters, 100);
}

static void make_replay(struct datagram_flood *f)
{
	put_record(f, DATA, letters, 1);
	f->number--;
}

/* Of a client: its first message, as it was, and with other random bytes. */
static void make_hello(struct datagram_flood *f)
{
	bytes_put(&f->datagram, f->hello.at, f->hello.len);
	f->datagram.at[RECORD_HEADER - 3] = (unsigned char)f->made;
	f->datagram.at[RECORD_HEADER - 4] = (unsigned char)(f->made >> 8);
}

static void make_another_hello(struct datagram_flood *f)
{
	make_hello(f);
	memcpy(f->datagram.at + RANDOM_AT, &f->made, sizeof f->made);
}

static const struct kind {
	const char *name;
	datagram_flood_kind *make;
} kinds[] = {
	{ "nothing", make_nothing },
	{ "junk", make_junk },
	{ "junk-byte", make_junk_byte },
	{ "half", make_half },
	{ "empty", make_empty },
	{ "warning", make_warning },
	{ "ccs", make_ccs },
	{ "data", make_data },
	{ "byte", make_byte },
	{ "hello-request", make_hello_request },
	{ "cookie", make_cookie },
	{ "crumb", make_crumb },
	{ "same-crumb", make_same_crumb },
	{ "long-crumb", make_long_crumb },
	{ "ahead", make_ahead },
	{ "far", make_far },
	{ "past", make_past },
	{ "later", make_later },
	{ "forged", make_forged },
	{ "earlier", make_earlier },
	{ "replay", make_replay },
	{ "hello", make_hello },
	{ "another-hello", make_another_hello },
};

datagram_flood_kind *datagram_flood_find(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].make;
	}
	return NULL;
}

void datagram_flood_make(struct datagram_flood *f, datagram_flood_kind *kind)
{
	f->datagram.len = 0;
	kind(f);
	f->made++;
}
