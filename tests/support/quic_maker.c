/* SPDX-License-Identifier: MIT */
#include "support/quic_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/evp.h>

#include "support/sealing.h"

enum { ID = 8, NUMBER = 4, SAMPLE = 16 };

static const unsigned char zeros[QUIC_MAKER_FULL];

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "quic_maker: %s\n", what);
	exit(2);
}

void quic_maker_choose_id(struct quic_packet_id *id)
{
	id->len = ID;
	if (getrandom(id->bytes, ID, 0) != ID)
		die("getrandom");
}

/* ---- packets ------------------------------------------------------------------------ */

/* RFC 9001 section 5.1. */
void quic_maker_begin(struct quic_maker *m, enum quic_maker_level level,
    const unsigned char secret[32])
{
	sealing_expand(secret, "quic key", m->key, sizeof m->key);
	sealing_expand(secret, "quic iv", m->iv, sizeof m->iv);
	sealing_expand(secret, "quic hp", m->header_key, sizeof m->header_key);
	m->level = level;
	m->number = QUIC_MAKER_FIRST;
}

/* Section 5.2. */
void quic_maker_begin_initial(struct quic_maker *m, const struct quic_packet_id *id)
{
	static const unsigned char salt[] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d,
		0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
	unsigned char both[SEALING_SECRET], own[SEALING_SECRET];

	sealing_extract(salt, sizeof salt, id->bytes, id->len, both);
	sealing_expand(both, m->server ? "server in" : "client in", own, sizeof own);
	quic_maker_begin(m, QUIC_MAKER_INITIAL, own);
}

void quic_maker_put_id(struct bytes *b, const struct quic_packet_id *id)
{
	bytes_put_number(b, 1, id->len);
	bytes_put(b, id->bytes, id->len);
}

/* RFC 9000 section 16; never the one byte. */
void quic_maker_put_number(struct bytes *b, uint64_t number)
{
	if (number < 1U << 14)
		bytes_put_number(b, 2, number | 1U << 14);
	else if (number < 1U << 30)
		bytes_put_number(b, 4, number | 1U << 31);
	else
		bytes_put_number(b, 8, number | UINT64_C(3) << 62);
}

/* All up to the packet number (section 17.2). */
static void put_header(const struct quic_maker *m, struct bytes *b, size_t sealed)
{
	static const unsigned char first[] = { 0xc0, 0xe0, 0x40 };

	bytes_put_number(b, 1, first[m->level] | (NUMBER - 1));
	if (m->level == QUIC_MAKER_OPEN) {
		bytes_put(b, m->to.bytes, m->to.len);
		return;
	}
	bytes_put_number(b, 4, QUIC_PACKET_VERSION_1);
	quic_maker_put_id(b, &m->to);
	quic_maker_put_id(b, &m->from);
	if (m->level == QUIC_MAKER_INITIAL) {
		quic_maker_put_number(b, m->token.len);
		bytes_put(b, m->token.at, m->token.len);
	}
	quic_maker_put_number(b, NUMBER + sealed);
}

/* RFC 9001 section 5.4. */
static void protect_header(const struct quic_maker *m, unsigned char *head, unsigned char *number)
{
	static EVP_CIPHER_CTX *ctx;
	unsigned char mask[SAMPLE];
	int n;

	if (!ctx && !(ctx = EVP_CIPHER_CTX_new()))
		die("EVP_CIPHER_CTX_new");
	if (EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, m->header_key, NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, mask, &n, number + NUMBER, SAMPLE) != 1)
		die("AES");
	*head ^= mask[0] & (*head & 0x80 ? 0x0f : 0x1f);
	for (size_t i = 0; i < NUMBER; i++)
		number[i] ^= mask[1 + i];
}

void quic_maker_put(struct quic_maker *m, struct bytes *datagram, const struct bytes *frames)
{
	struct bytes full = *frames, *b = datagram;
	unsigned char nonce[SEALING_NONCE], out[BYTES_SIZE + SEALING_TAG];
	size_t at = b->len, number_at;

	if (m->level == QUIC_MAKER_INITIAL && full.len < QUIC_MAKER_FULL)
		bytes_put(&full, zeros, QUIC_MAKER_FULL - full.len);
	/* A shorter one has not enough for the sample. */
	if (full.len < NUMBER)
		bytes_put(&full, zeros, NUMBER);
	put_header(m, b, full.len + SEALING_TAG);
	number_at = b->len;
	bytes_put_number(b, NUMBER, m->number);
	memcpy(nonce, m->iv, sizeof nonce);
	for (size_t i = 0; i < 8; i++)
		nonce[sizeof nonce - 1 - i] ^= (unsigned char)(m->number >> 8 * i);
	m->number++;
	sealing_gcm(m->key, nonce, b->at + at, b->len - at, full.at, full.len, out);
	bytes_put(b, out, full.len + SEALING_TAG);
	protect_header(m, b->at + at, b->at + number_at);
}
