/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_FLOODS_H
#define HELLO_TESTS_FLOODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/* No unit is longer. */
enum { FLOOD_UNIT_MAX = 17 * 1024 };

/*
 * What a peer of endless.c sends without end, in units of some kind. Records of TLS 1.3 are sealed
 * here, with TLS_AES_128_GCM_SHA256, because libssl does not make most of them.
 */
struct flood {
	bool server;              /* we are one */
	SSL *ssl;                 /* for what only libssl can make */
	uint64_t made;            /* units */
	unsigned char block[64 * 1024];
	size_t len;

	bool sealed;
	unsigned char secret[32];
	unsigned char key[16], iv[12];
	uint64_t sequence;
};

/* Seals all records from now on, with this secret of our traffic (RFC 8446 section 7.1). */
void flood_begin(struct flood *f, const unsigned char secret[32]);

typedef void flood_kind(struct flood *f);

/* NULL: there is no such kind. */
flood_kind *flood_find(const char *kind);

/* One unit more in block. */
void flood_make(struct flood *f, flood_kind *kind);

#endif
