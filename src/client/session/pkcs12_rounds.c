/* SPDX-License-Identifier: MIT */
#include "client/session/pkcs12_rounds.h"

#include <stdint.h>

#include <openssl/objects.h>
#include <openssl/x509.h>

#include "client/session/pbe.h"
#include "client/session/pbe_rounds.h"
#include "tls/error.h"

/* PBMAC1 (RFC 9579) is an algorithm with rounds of its own. */
static uint64_t count_mac(const PKCS12 *store)
{
	const X509_ALGOR *algorithm = NULL;
	const ASN1_INTEGER *iterations = NULL;
	uint64_t rounds = 1;

	if (!PKCS12_mac_present(store))
		return 0;
	PKCS12_get0_mac(NULL, &algorithm, NULL, &iterations, store);
	if (OBJ_obj2nid(algorithm->algorithm) == NID_pbmac1)
		return pbe_rounds(algorithm);
	if (iterations && ASN1_INTEGER_get_uint64(&rounds, iterations) != 1)
		rounds = PKCS12_ROUNDS_MAX + 1;
	return rounds;
}

/* ---- the parts of a file ------------------------------------------------------------------- */

/* Called with the algorithm of each encrypted part, before it is opened. False: stop. */
typedef bool visit_part(void *arg, const X509_ALGOR *algorithm);

/* Adds to *rounds. Returns whether the limit is kept. */
static bool add(uint64_t *rounds, uint64_t more)
{
	*rounds += more;
	return *rounds <= PKCS12_ROUNDS_MAX;
}

static bool add_part(void *rounds, const X509_ALGOR *algorithm)
{
	return add(rounds, pbe_rounds(algorithm));
}

static bool find_missing(void *name, const X509_ALGOR *algorithm)
{
	*(const char **)name = pbe_missing_cipher(algorithm);
	return !*(const char **)name;
}

/* Bags hold bags; the decoder limits their depth. */
static bool walk_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, visit_part *visit, void *arg)
{
	bool go_on = true;

	for (int i = 0; go_on && i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		const X509_ALGOR *algorithm;

		switch (PKCS12_SAFEBAG_get_nid(bag)) {
		case NID_pkcs8ShroudedKeyBag:
			X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, NULL);
			go_on = visit(arg, algorithm);
			break;
		case NID_safeContentsBag:
			go_on = walk_bags(PKCS12_SAFEBAG_get0_safes(bag), visit, arg);
			break;
		default:
			break;
		}
	}
	return go_on;
}

static bool walk_part(PKCS7 *part, const char *passphrase, visit_part *visit, void *arg)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	bool go_on;

	if (PKCS7_type_is_data(part)) {
		bags = PKCS12_unpack_p7data(part);
	} else if (PKCS7_type_is_encrypted(part) && part->d.encrypted) {
		if (!visit(arg, part->d.encrypted->enc_data->algorithm))
			return false;
		bags = PKCS12_unpack_p7encdata(part, passphrase, passphrase ? -1 : 0);
	}
	go_on = walk_bags(bags, visit, arg);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return go_on;
}

static bool walk(const PKCS12 *store, const char *passphrase, visit_part *visit, void *arg)
{
	STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(store);
	bool go_on = true;

	for (int i = 0; go_on && i < sk_PKCS7_num(parts); i++)
		go_on = walk_part(sk_PKCS7_value(parts, i), passphrase, visit, arg);
	sk_PKCS7_pop_free(parts, PKCS7_free);
	tls_error_clear();
	return go_on;
}

bool pkcs12_rounds_fit_mac(const PKCS12 *store)
{
	return count_mac(store) <= PKCS12_ROUNDS_MAX;
}

bool pkcs12_rounds_fit(const PKCS12 *store, const char *passphrase)
{
	uint64_t rounds = 0;

	return add(&rounds, count_mac(store)) && walk(store, passphrase, add_part, &rounds);
}

const char *pkcs12_rounds_missing_cipher(const PKCS12 *store, const char *passphrase)
{
	const char *name = NULL;

	walk(store, passphrase, find_missing, &name);
	return name;
}
