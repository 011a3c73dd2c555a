/* SPDX-License-Identifier: MIT */
#ifndef HELLO_TESTS_SEALING_H
#define HELLO_TESTS_SEALING_H

#include <stddef.h>

/* TLS_AES_128_GCM_SHA256, for peers in tests that make records and packets themselves. */
enum { SEALING_KEY = 16, SEALING_NONCE = 12, SEALING_TAG = 16, SEALING_SECRET = 32 };

/*
 * HKDF-Expand-Label of an empty context (RFC 8446 section 7.1), for up to 32 bytes. This, and the
 * others, exit with status 2 if the library fails.
 */
void sealing_expand(const unsigned char secret[SEALING_SECRET], const char *label,
    unsigned char *out, size_t len);

/* HKDF-Extract (RFC 5869 section 2.2). */
void sealing_extract(const void *salt, size_t salt_len, const void *from, size_t len,
    unsigned char secret[SEALING_SECRET]);

/* Writes len bytes and the tag. head is authenticated with them. */
void sealing_gcm(const unsigned char key[SEALING_KEY], const unsigned char nonce[SEALING_NONCE],
    const void *head, size_t head_len, const void *bytes, size_t len, unsigned char *out);

#endif
