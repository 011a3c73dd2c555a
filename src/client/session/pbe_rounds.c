/* SPDX-License-Identifier: MIT */
#include "client/session/pbe_rounds.h"

#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "client/session/pbe.h"
#include "tls/error.h"

/* ---- the iterations of an algorithm -------------------------------------------------------- */

static const uint64_t too_many = PBE_ROUNDS_MAX + 1;

/* The library takes the low bits of a number that an int cannot hold, or a negative one. */
static uint64_t get_number(const ASN1_INTEGER *number)
{
	uint64_t n;

	return number && ASN1_INTEGER_get_uint64(&n, number) == 1 && n < too_many ? n : too_many;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
	return a * b < too_many ? a * b : too_many;
}

static void *decode(const X509_ALGOR *algorithm, const ASN1_ITEM *item)
{
	return ASN1_TYPE_unpack_sequence(item, algorithm->parameter);
}

static uint64_t count_pbkdf2(const X509_ALGOR *algorithm)
{
	PBKDF2PARAM *param = decode(algorithm, ASN1_ITEM_rptr(PBKDF2PARAM));
	uint64_t rounds = param ? get_number(param->iter) : 0;

	PBKDF2PARAM_free(param);
	return rounds;
}

/*
 * Each block that scrypt mixes takes about as long as an iteration of the others. The library uses
 * at most 32 MiB, and gives no reason when that is too little.
 */
static uint64_t count_scrypt(const X509_ALGOR *algorithm)
{
	enum { BLOCK = 128, MEMORY_MAX = 32 * 1024 * 1024 };
	SCRYPT_PARAMS *param = decode(algorithm, ASN1_ITEM_rptr(SCRYPT_PARAMS));
	uint64_t size, parallel, blocks = 0, rounds = 0;

	if (param) {
		size = get_number(param->blockSize);
		parallel = get_number(param->parallelizationParameter);
		rounds = multiply(get_number(param->costParameter), size);
		blocks = rounds + 2 * size + multiply(size, parallel);
		rounds = multiply(rounds, parallel);
	}
	SCRYPT_PARAMS_free(param);
	return blocks > MEMORY_MAX / BLOCK ? too_many : rounds;
}

/* PBES2, and PBMAC1, which has the same form (RFC 8018). */
static uint64_t count_pbes2(const X509_ALGOR *algorithm)
{
	PBE2PARAM *param = decode(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
	uint64_t rounds = 0;

	if (param && OBJ_obj2nid(param->keyfunc->algorithm) == NID_id_pbkdf2)
		rounds = count_pbkdf2(param->keyfunc);
	else if (param && OBJ_obj2nid(param->keyfunc->algorithm) == NID_id_scrypt)
		rounds = count_scrypt(param->keyfunc);
	PBE2PARAM_free(param);
	return rounds;
}

static uint64_t count_older(const X509_ALGOR *algorithm)
{
	PBEPARAM *param = decode(algorithm, ASN1_ITEM_rptr(PBEPARAM));
	uint64_t rounds = param ? get_number(param->iter) : 0;

	PBEPARAM_free(param);
	return rounds;
}

uint64_t pbe_rounds(const X509_ALGOR *algorithm)
{
	int nid = OBJ_obj2nid(algorithm->algorithm);

	return nid == NID_pbes2 || nid == NID_pbmac1 ? count_pbes2(algorithm)
						     : count_older(algorithm);
}

/* ---- a key --------------------------------------------------------------------------------- */

bool pbe_rounds_fit_key(const void *bytes, size_t len)
{
	bool sealed_twice = false;
	X509_SIG *key = pbe_find_key(bytes, len, &sealed_twice);
	const X509_ALGOR *algorithm;
	bool fit = !sealed_twice;

	if (key) {
		X509_SIG_get0(key, &algorithm, NULL);
		fit = fit && pbe_rounds(algorithm) <= PBE_ROUNDS_MAX;
	}
	X509_SIG_free(key);
	tls_error_clear();
	return fit;
}
