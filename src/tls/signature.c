/* SPDX-License-Identifier: MIT */
#include "tls/signature.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* RFC 4055 section 3.1: SHA-1 if the parameters name no digest. */
static int digest_of_pss(const ASN1_TYPE *parameters)
{
	RSA_PSS_PARAMS *pss = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), parameters);
	int digest = NID_sha1;

	if (pss && pss->hashAlgorithm)
		digest = OBJ_obj2nid(pss->hashAlgorithm->algorithm);
	RSA_PSS_PARAMS_free(pss);
	return digest;
}

/* NID_undef: the algorithm has a fixed digest, as Ed25519. */
static int digest_of(const X509_ALGOR *algorithm)
{
	int nid = OBJ_obj2nid(algorithm->algorithm);
	int digest = NID_undef;

	if (nid == NID_rsassaPss)
		return digest_of_pss(algorithm->parameter);
	OBJ_find_sigid_algs(nid, &digest, NULL);
	return digest;
}

const char *signature_weakness(const X509_ALGOR *algorithm, const EVP_PKEY *key,
    char buf[SIGNATURE_TEXT_MAX])
{
	int digest = digest_of(algorithm);
	const EVP_MD *md = EVP_get_digestbynid(digest);

	/* A collision costs half of the digest's bits. */
	if (digest != NID_undef && (!md || EVP_MD_get_size(md) * 8 / 2 < SIGNATURE_BITS_MIN)) {
		snprintf(buf, SIGNATURE_TEXT_MAX, "%s", OBJ_nid2sn(digest));
		return buf;
	}
	if (EVP_PKEY_get_security_bits(key) < SIGNATURE_BITS_MIN) {
		snprintf(buf, SIGNATURE_TEXT_MAX, "an %s key of %d bits",
		    EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
		return buf;
	}
	return NULL;
}
