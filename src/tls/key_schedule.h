/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TLS_KEY_SCHEDULE_H
#define HELLO_TLS_KEY_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

/*
 * The functions of the key schedules of TLS 1.3 (RFC 8446 section 7.1) and TLS 1.2 (RFC
 * 5246 section 5) for their two digests, SHA-256 and SHA-384. The digests are OpenSSL's, fetched once. All memory that held a
 * secret is wiped. False means an impossible length or a lack of memory; then the
 * output must not be used.
 */
enum { KEY_DIGEST_MAX = 48, KEY_BLOCK_MAX = 128 };

struct key_digest {
	const char *names[3];
	size_t len, block;
	EVP_MD *md;
	unsigned char of_nothing[KEY_DIGEST_MAX];
};

struct octets {
	const unsigned char *at; /* NULL: there are none */
	size_t len;
};

/* Once, before all others. */
bool key_schedule_open(void);

/* By any of OpenSSL's names, in any case. NULL: neither of the two. */
const struct key_digest *key_digest_find(const char *name);

/*
 * HMAC (RFC 2104) with a key of at most one block: set digest and md, begin, give the
 * message to EVP_DigestUpdate(md), end. The end writes digest->len bytes. Wipe the
 * structure afterwards.
 */
struct hmac {
	const struct key_digest *digest;
	EVP_MD_CTX *md;
	unsigned char outer[KEY_BLOCK_MAX];
};

bool hmac_begin(struct hmac *h, struct octets key);
bool hmac_end(struct hmac *h, unsigned char *out);

/* The label, and the bytes that RFC 8446 puts in front of it. */
struct key_label {
	struct octets prefix, name;
};

/* HKDF-Expand-Label; md is only used during the call. */
bool key_expand(EVP_MD_CTX *md, const struct key_digest *d, struct octets secret,
    const struct key_label *label, struct octets context, unsigned char *out, size_t len);

/*
 * Derive-Secret with this label from the previous secret, if there is one, then
 * HKDF-Extract of the input; without an input, of zeros. Writes d->len bytes.
 */
bool key_extract(EVP_MD_CTX *md, const struct key_digest *d, struct octets previous,
    const struct key_label *label, struct octets input, unsigned char *out);

/*
 * PRF of TLS 1.2: its label and seed are together the parts behind the first one, which
 * must be empty: it is used during the call. The secret may have any length.
 */
bool key_prf(EVP_MD_CTX *md, const struct key_digest *d, struct octets secret,
    struct octets *parts, size_t count, unsigned char *out, size_t len);

#endif
