/* SPDX-License-Identifier: MIT */
#include "client/session/pbe.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tls/error.h"
#include "tls/file_format.h"

static const char *missing(int nid)
{
	const char *name = nid == NID_undef ? NULL : OBJ_nid2sn(nid);
	EVP_CIPHER *cipher = name ? EVP_CIPHER_fetch(NULL, name, NULL) : NULL;

	EVP_CIPHER_free(cipher);
	tls_error_clear();
	return cipher ? NULL : name;
}

static int cipher_of_pbes2(const X509_ALGOR *algorithm)
{
	PBE2PARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
	    algorithm->parameter);
	int nid = param ? OBJ_obj2nid(param->encryption->algorithm) : NID_undef;

	PBE2PARAM_free(param);
	return nid;
}

const char *pbe_missing_cipher(const X509_ALGOR *algorithm)
{
	int nid = OBJ_obj2nid(algorithm->algorithm), cipher = NID_undef;

	if (nid == NID_pbes2)
		cipher = cipher_of_pbes2(algorithm);
	else if (EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, &cipher, NULL, NULL) != 1)
		cipher = NID_undef;
	return missing(cipher);
}

static const char *missing_of_pkcs8(const X509_SIG *key)
{
	const X509_ALGOR *algorithm;

	if (!key)
		return NULL;
	X509_SIG_get0(key, &algorithm, NULL);
	return pbe_missing_cipher(algorithm);
}

/* "DEK-Info: DES-CBC,...", RFC 1421: the library's own reader of it needs the cipher. */
static const char *missing_of_header(const char *header)
{
	static const char field[] = "DEK-Info: ";
	const char *at = strstr(header, field);
	char name[32];
	size_t len;

	if (!at)
		return NULL;
	at += sizeof field - 1;
	len = strcspn(at, ",\r\n");
	if (len >= sizeof name)
		return NULL;
	memcpy(name, at, len);
	name[len] = '\0';
	return missing(OBJ_txt2nid(name));
}

/* ---- the first key ------------------------------------------------------------------------- */

struct key_block {
	char *label, *header; /* NULL: the bytes are not PEM */
	unsigned char *der;
	long len;
};

/* The block that tls_pem_parse_key opens. */
static bool find_block(const void *bytes, size_t len, struct pem_block *b)
{
	struct pem_block_walk walk = PEM_BLOCK_WALK(bytes, len);

	while (pem_block_next(&walk, b)) {
		if (file_format_fits(b->label, WANT_KEY))
			return true;
	}
	return false;
}

static void read_block(const void *bytes, size_t len, struct key_block *k)
{
	struct pem_block b;
	BIO *text;

	*k = (struct key_block){ .label = NULL };
	if (!find_block(bytes, len, &b))
		return;
	text = BIO_new_mem_buf((const char *)bytes + b.at, (int)b.len);
	if (!text || PEM_read_bio(text, &k->label, &k->header, &k->der, &k->len) != 1)
		*k = (struct key_block){ .label = NULL };
	BIO_free(text);
}

static void free_block(struct key_block *k)
{
	OPENSSL_free(k->label);
	OPENSSL_free(k->header);
	OPENSSL_clear_free(k->der, (size_t)k->len);
}

static X509_SIG *decode_pkcs8(const struct key_block *k, const void *bytes, size_t len)
{
	const unsigned char *der = k->label ? k->der : bytes;

	return d2i_X509_SIG(NULL, &der, k->label ? k->len : (long)len);
}

X509_SIG *pbe_find_key(const void *bytes, size_t len, bool *sealed_twice)
{
	struct key_block k;
	X509_SIG *key;

	read_block(bytes, len, &k);
	*sealed_twice = k.label && k.header[0] && strcmp(k.label, PEM_STRING_PKCS8) == 0;
	key = decode_pkcs8(&k, bytes, len);
	free_block(&k);
	tls_error_clear();
	return key;
}

const char *pbe_missing_cipher_of_key(const void *bytes, size_t len)
{
	struct key_block k;
	const char *name;
	X509_SIG *key;

	read_block(bytes, len, &k);
	key = decode_pkcs8(&k, bytes, len);
	name = k.label && k.header[0] ? missing_of_header(k.header) : missing_of_pkcs8(key);
	X509_SIG_free(key);
	free_block(&k);
	tls_error_clear();
	return name;
}
