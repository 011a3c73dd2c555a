/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_RAW_RECORD_H
#define HELLO_TESTS_RAW_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * TLS 1.3 records that no library would write, protected with the keys of a real connection, which
 * must use TLS_AES_128_GCM_SHA256. A failure ends the test by abort().
 */
struct rawrecord {
	unsigned char key[16], iv[12];
	uint64_t number; /* of the next record */
};

enum { RAWRECORD_MAX = 16384 + 1024 };

/*
 * Take the secrets of connections of this context as they are made (RFC 9850): of the last one, in
 * this process. To be called before the handshake.
 */
void rawrecord_watch(SSL_CTX *ctx);

/*
 * Begin with the secret of this label, "CLIENT_TRAFFIC_SECRET_0" for example. Answers false while
 * there is none.
 */
bool rawrecord_begin(struct rawrecord *r, const char *label);

/* A protected record with this content and content type; returns its length. */
size_t rawrecord_seal(struct rawrecord *r, int type, const void *content, size_t len,
    unsigned char out[RAWRECORD_MAX]);

#endif
