/* SPDX-License-Identifier: MIT */
#include "tls/cert_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

static void copy(char *to, size_t max, const char *text)
{
	snprintf(to, max, "%s", text ? text : "");
}

/*
 * As bytes, not as a number: two digits each, with a minus sign for the negative ones
 * of some old CAs.
 */
static void get_serial(const X509 *cert, struct cert_id *out)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = number ? BN_bn2hex(number) : NULL;

	copy(out->serial, sizeof out->serial, hex);
	for (char *p = out->serial; *p; p++) {
		if (*p >= 'A' && *p <= 'F')
			*p += 'a' - 'A';
	}
	OPENSSL_free(hex);
	BN_free(number);
}

#define SCHEME "sha256//"

/* 32 bytes are 43 base64 digits and a "="; two bits of the last digit are zero. */
enum { SCHEME_LEN = sizeof SCHEME - 1, DIGITS = 43, PIN_LEN = SCHEME_LEN + DIGITS + 1 };

bool cert_id_is_pin(const char *text, size_t len)
{
	const char *digits = text + SCHEME_LEN;

	return len == PIN_LEN && strncmp(text, SCHEME, SCHEME_LEN) == 0 &&
	    strspn(digits, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
	    DIGITS &&
	    digits[DIGITS] == '=' && strchr("AEIMQUYcgkosw048", digits[DIGITS - 1]);
}

static void get_pin(const X509 *cert, struct cert_id *out)
{
	unsigned char md[SHA256_DIGEST_LENGTH], *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	if (len > 0 && EVP_Digest(der, (size_t)len, md, NULL, EVP_sha256(), NULL) == 1) {
		memcpy(out->pin, SCHEME, SCHEME_LEN);
		EVP_EncodeBlock((unsigned char *)out->pin + SCHEME_LEN, md, sizeof md);
	}
	OPENSSL_free(der);
}

/*
 * By number, because libraries before OpenSSL 3.5 have no names for them. NIST's arc for signatures
 * lists older algorithms up to 16, then all variants of ML-DSA and SLH-DSA.
 */
static bool is_post_quantum(const ASN1_OBJECT *algorithm)
{
	static const char arc[] = "2.16.840.1.101.3.4.3.";
	enum { FIRST = 17, LAST = 46 };
	char oid[64];
	long n;

	if (!algorithm || OBJ_obj2txt(oid, sizeof oid, algorithm, 1) <= 0 ||
	    strncmp(oid, arc, sizeof arc - 1) != 0)
		return false;
	n = strtol(oid + sizeof arc - 1, NULL, 10);
	return n >= FIRST && n <= LAST;
}

static bool has_post_quantum_key(const X509 *cert)
{
	ASN1_OBJECT *algorithm = NULL;

	return X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(cert)) ==
	    1 && is_post_quantum(algorithm);
}

static bool has_post_quantum_signature(const X509 *cert)
{
	const X509_ALGOR *signature = NULL;
	const ASN1_OBJECT *algorithm = NULL;

	X509_get0_signature(NULL, &signature, cert);
	X509_ALGOR_get0(&algorithm, NULL, NULL, signature);
	return is_post_quantum(algorithm);
}

void cert_id_get(const X509 *cert, struct cert_id *out)
{
	const EVP_PKEY *key = X509_get0_pubkey(cert);

	memset(out, 0, sizeof *out);
	get_serial(cert, out);
	get_pin(cert, out);
	copy(out->signature, sizeof out->signature, OBJ_nid2sn(X509_get_signature_nid(cert)));
	if (key)
		out->key_bits = EVP_PKEY_get_bits(key);
	out->key_is_post_quantum = has_post_quantum_key(cert);
	out->signature_is_post_quantum = has_post_quantum_signature(cert);
}
