/* SPDX-License-Identifier: MIT */
#include "support/sealing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sealing: %s\n", what);
	exit(2);
}

void sealing_extract(const void *salt, size_t salt_len, const void *from, size_t len,
    unsigned char secret[SEALING_SECRET])
{
	unsigned out_len;

	if (!HMAC(EVP_sha256(), salt, (int)salt_len, from, len, secret, &out_len))
		die("HMAC");
}

void sealing_expand(const unsigned char secret[SEALING_SECRET], const char *label,
    unsigned char *out, size_t len)
{
	unsigned char info[64] = { 0, (unsigned char)len, (unsigned char)(6 + strlen(label)) };
	unsigned char full[SEALING_SECRET];
	size_t at = 3 + (size_t)snprintf((char *)info + 3, sizeof info - 3, "tls13 %s", label);

	info[at++] = 0;
	info[at++] = 1;
	sealing_extract(secret, SEALING_SECRET, info, at, full);
	memcpy(out, full, len);
}

void sealing_gcm(const unsigned char key[SEALING_KEY], const unsigned char nonce[SEALING_NONCE],
    const void *head, size_t head_len, const void *bytes, size_t len, unsigned char *out)
{
	static EVP_CIPHER_CTX *ctx;
	static EVP_CIPHER *gcm;
	int n;

	if (!ctx) {
		ctx = EVP_CIPHER_CTX_new();
		gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	}
	if (EVP_EncryptInit_ex(ctx, gcm, NULL, key, nonce) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, head, (int)head_len) != 1 ||
	    (len > 0 && EVP_EncryptUpdate(ctx, out, &n, bytes, (int)len) != 1) ||
	    EVP_EncryptFinal_ex(ctx, out + len, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, SEALING_TAG, out + len) != 1)
		die("AES-GCM");
}
