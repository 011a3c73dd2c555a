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

static const char *missing_of_pkcs8(const unsigned char *der, long len)
{
	X509_SIG *key = d2i_X509_SIG(NULL, &der, len);
	const X509_ALGOR *algorithm;
	const char *name = NULL;

	if (key) {
		X509_SIG_get0(key, &algorithm, NULL);
		name = pbe_missing_cipher(algorithm);
	}
	X509_SIG_free(key);
	tls_error_clear();
	return name;
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

static const char *missing_of_block(const char *label, const char *header,
    const unsigned char *der, long len)
{
	return strcmp(label, PEM_STRING_PKCS8) == 0 ? missing_of_pkcs8(der, len)
						    : missing_of_header(header);
}

static bool is_key(const char *label)
{
	static const char end[] = "PRIVATE KEY";
	size_t len = strlen(label);

	return len >= sizeof end - 1 && strcmp(label + len - (sizeof end - 1), end) == 0;
}

const char *pbe_missing_cipher_of_key(const void *bytes, size_t len)
{
	BIO *text = BIO_new_mem_buf(bytes, (int)len);
	char *label, *header;
	const char *name = NULL;
	bool found = false, any = false;
	unsigned char *der;
	long der_len;

	while (text && !found && PEM_read_bio(text, &label, &header, &der, &der_len) == 1) {
		any = true;
		found = is_key(label);
		if (found)
			name = missing_of_block(label, header, der, der_len);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)der_len);
	}
	BIO_free(text);
	tls_error_clear();
	return any ? name : missing_of_pkcs8(bytes, (long)len);
}
