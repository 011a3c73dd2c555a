/* SPDX-License-Identifier: MIT */
#include "support/raw_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

enum { SECRET_SIZE = 32, SECRETS_MAX = 8, TAG_SIZE = 16, HEAD_SIZE = 5 };

static struct {
	char label[40];
	unsigned char secret[SECRET_SIZE];
} secrets[SECRETS_MAX];

static void must(bool ok)
{
	if (!ok)
		abort();
}

/* "LABEL client-random secret", in hex. Those of another length are not of our cipher. */
static void take_line(const SSL *ssl, const char *line)
{
	const char *hex = strrchr(line, ' ') + 1;
	size_t len = strcspn(line, " ");
	int i = 0;

	(void)ssl;
	if (strlen(hex) != 2 * SECRET_SIZE)
		return;
	while (i < SECRETS_MAX - 1 && secrets[i].label[0] &&
	    (strncmp(secrets[i].label, line, len) != 0 || secrets[i].label[len]))
		i++;
	snprintf(secrets[i].label, sizeof secrets[i].label, "%.*s", (int)len, line);
	for (size_t at = 0; at < SECRET_SIZE; at++)
		must(sscanf(hex + 2 * at, "%2hhx", &secrets[i].secret[at]) == 1);
}

void rawrecord_watch(SSL_CTX *ctx)
{
	memset(secrets, 0, sizeof secrets);
	SSL_CTX_set_keylog_callback(ctx, take_line);
}

/* HKDF-Expand-Label with an empty context, RFC 8446 section 7.1. */
static void expand(unsigned char secret[SECRET_SIZE], const char *label, unsigned char *out,
    size_t len)
{
	unsigned char info[64];
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	int n = snprintf((char *)info, sizeof info, "%c%c%ctls13 %s%c", 'x', 'x',
	    (int)(6 + strlen(label)), label, 'x');
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, SECRET_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, (size_t)n),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

	info[0] = 0;
	info[1] = (unsigned char)len;
	info[n - 1] = 0;
	must(ctx && EVP_KDF_derive(ctx, out, len, params) == 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

bool rawrecord_begin(struct rawrecord *r, const char *label)
{
	for (int i = 0; i < SECRETS_MAX; i++) {
		if (strcmp(secrets[i].label, label) != 0)
			continue;
		expand(secrets[i].secret, "key", r->key, sizeof r->key);
		expand(secrets[i].secret, "iv", r->iv, sizeof r->iv);
		r->number = 0;
		return true;
	}
	return false;
}

/* RFC 8446 sections 5.2 and 5.3. */
size_t rawrecord_seal(struct rawrecord *r, int type, const void *content, size_t len,
    unsigned char out[RAWRECORD_MAX])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char nonce[sizeof r->iv], inner = (unsigned char)type;
	size_t sealed = len + 1 + TAG_SIZE;
	int n;

	must(c && HEAD_SIZE + sealed <= RAWRECORD_MAX);
	memcpy(nonce, r->iv, sizeof nonce);
	for (int i = 0; i < 8; i++)
		nonce[11 - i] ^= (unsigned char)(r->number >> (8 * i));
	r->number++;
	memcpy(out, "\x17\x03\x03", 3);
	out[3] = (unsigned char)(sealed >> 8);
	out[4] = (unsigned char)sealed;
	must(EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, r->key, nonce) == 1);
	must(EVP_EncryptUpdate(c, NULL, &n, out, HEAD_SIZE) == 1);
	must(len == 0 || EVP_EncryptUpdate(c, out + HEAD_SIZE, &n, content, (int)len) == 1);
	must(EVP_EncryptUpdate(c, out + HEAD_SIZE + len, &n, &inner, 1) == 1);
	must(EVP_EncryptFinal_ex(c, out + HEAD_SIZE + len + 1, &n) == 1);
	must(
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + HEAD_SIZE + len + 1) == 1);
	EVP_CIPHER_CTX_free(c);
	return HEAD_SIZE + sealed;
}
