/* SPDX-License-Identifier: MIT */
#include "client/judge/post_quantum.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#include "support/check_main.h"
#include "support/test_pki.h"
#include "tls/cert_id.h"
#include "tls/policy.h"

/* By number: libraries before OpenSSL 3.5 neither know the names nor make such keys. */
#define ARC "2.16.840.1.101.3.4.3."
#define ML_DSA_65 ARC "18"
#define SLH_DSA_128F ARC "27"

/* A copy of a certificate that claims these algorithms; NULL: as it is. */
static X509 *claim(const struct testpki_cert *from, const char *key, const char *signature)
{
	X509 *cert = X509_dup(from->cert);
	const X509_ALGOR *algorithm = NULL;

	ck_assert_ptr_nonnull(cert);
	/* The test changes what everybody else only reads, so it is const, or will be. */
	if (key)
		ck_assert_int_eq(
		    X509_PUBKEY_set0_param((X509_PUBKEY *)X509_get_X509_PUBKEY(cert),
			OBJ_txt2obj(key, 1), V_ASN1_UNDEF, NULL, NULL, 0),
		    1);
	X509_get0_signature(NULL, &algorithm, cert);
	if (signature)
		ck_assert_int_eq(X509_ALGOR_set0((X509_ALGOR *)algorithm, OBJ_txt2obj(signature, 1),
				     V_ASN1_UNDEF, NULL),
		    1);
	return cert;
}

START_TEST(test_algorithms)
{
	static const struct {
		const char *oid;
		bool yes;
	} rows[] = {
		{ ARC "16", false },             /* RSA with SHA3-512 */
		{ ARC "17", true },              /* ML-DSA-44 */
		{ ML_DSA_65, true },
		{ ARC "19", true },              /* ML-DSA-87 */
		{ ARC "20", true },              /* SLH-DSA-SHA2-128s */
		{ SLH_DSA_128F, true },
		{ ARC "46", true },              /* the last HashSLH-DSA */
		{ ARC "47", false },
		{ ARC "2", false },              /* DSA with SHA-256 */
		{ "2.16.840.1.101.3.4.4.2", false }, /* ML-KEM-768: not a signature */
		{ "1.2.840.10045.4.3.2", false },    /* ECDSA with SHA-256 */
		{ "1.2.840.113549.1.1.11", false },  /* RSA with SHA-256 */
		{ "1.3.101.112", false },            /* Ed25519 */
		{ "2.16.840.1.101.3.4.31.18", false },
	};
	const struct testpki_cert *root = testpki_root("Root");

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		X509 *cert = claim(root, rows[i].oid, rows[i].oid);
		struct cert_id id;

		cert_id_get(cert, &id);
		ck_assert_msg(id.key_is_post_quantum == rows[i].yes, "key %s", rows[i].oid);
		ck_assert_msg(id.signature_is_post_quantum == rows[i].yes, "signature %s",
		    rows[i].oid);
		X509_free(cert);
	}
}
END_TEST

static void add(struct verdict *v, X509 *cert)
{
	if (!v->certs)
		v->certs = sk_X509_new_null();
	cert_info_get(cert, &v->chain[v->chain_len++]);
	ck_assert_int_ge(sk_X509_push(v->certs, cert), 1);
}

static void judge(const struct verdict *v, enum post_quantum_answer expected,
    const char *algorithm)
{
	const struct tls_conn_facts none = { .protocol = NULL };
	struct post_quantum pq;

	post_quantum_judge(&none, v, &pq);
	ck_assert_int_eq(pq.key_exchange, POST_QUANTUM_UNKNOWN);
	ck_assert_int_eq(pq.certificate, expected);
	ck_assert_str_eq(pq.algorithm, algorithm);
}

/* The weakest link decides, except the signature that a root puts on itself. */
START_TEST(test_chains)
{
	const struct testpki_cert *root = testpki_root("Root"), *sub = testpki_intermediate(root);
	const struct testpki_cert *leaf = testpki_leaf(sub, "DNS:a.test");
	struct verdict v = { .ran = true };

	judge(&v, POST_QUANTUM_UNKNOWN, "");
	add(&v, claim(leaf, NULL, NULL));
	judge(&v, POST_QUANTUM_NO, "EC P-256");
	verdict_free(&v);

	v = (struct verdict){ .ran = true };
	add(&v, claim(leaf, ML_DSA_65, NULL));
	judge(&v, POST_QUANTUM_NO, "ecdsa-with-SHA256");
	verdict_free(&v);

	v = (struct verdict){ .ran = true };
	add(&v, claim(leaf, ML_DSA_65, SLH_DSA_128F));
	add(&v, claim(sub, SLH_DSA_128F, ML_DSA_65));
	add(&v, claim(root, ML_DSA_65, NULL));
	/* The library before 3.5 has no name for the key. */
	v.chain[0].key[0] = '\0';
	judge(&v, POST_QUANTUM_YES, "");
	X509_free(sk_X509_pop(v.certs));
	judge(&v, POST_QUANTUM_YES, "");
	X509_free(sk_X509_pop(v.certs));
	add(&v, claim(sub, SLH_DSA_128F, NULL));
	judge(&v, POST_QUANTUM_NO, "ecdsa-with-SHA256");
	verdict_free(&v);

	/* Without a chain, a self-signed leaf is all there is. */
	v = (struct verdict){ .ran = true };
	add(&v, claim(root, ML_DSA_65, NULL));
	judge(&v, POST_QUANTUM_NO, "ecdsa-with-SHA256");
	verdict_free(&v);
}
END_TEST

START_TEST(test_key_exchanges)
{
	static const struct {
		struct tls_conn_facts f;
		enum post_quantum_answer answer;
	} rows[] = {
		{ { "TLSv1.3", "", "X25519MLKEM768", false }, POST_QUANTUM_YES },
		{ { "TLSv1.3", "", "x25519", false }, POST_QUANTUM_NO },
		{ { "TLSv1.3", "", "secp256r1", true }, POST_QUANTUM_NO },
		{ { "TLSv1.2", "", "", false }, POST_QUANTUM_NO },
	};
	const struct tls_policy_choice usual = { .groups = NULL };
	const struct verdict v = { .ran = false };
	struct outcome oc;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct post_quantum pq;
		bool yes = rows[i].answer == POST_QUANTUM_YES;

		post_quantum_judge(&rows[i].f, &v, &pq);
		ck_assert_int_eq(pq.key_exchange, rows[i].answer);
		oc = OUTCOME_NONE;
		ck_assert_int_eq(post_quantum_expect(&rows[i].f, true, &oc), yes ? 0 : -1);
		ck_assert_int_eq(oc.code, yes ? OC_OK : OC_KEY_EXCHANGE_CLASSICAL);
	}
	oc = OUTCOME_NONE;
	post_quantum_expect(&rows[1].f, false, &oc);
	ck_assert_outcome(&oc, OC_KEY_EXCHANGE_CLASSICAL,
	    "the key exchange is TLSv1.3 with x25519, which is not post-quantum; this client "
	    "offered no post-quantum group");
	/* The options are not the cause if the library has no such group. */
	ck_assert_has(oc.advice,
	    tls_policy_offers_post_quantum(&usual) ? "omit --groups, --tls-max and --hello"
						   : "hello-client needs a TLS library");
	ck_assert((strstr(oc.advice, "omit") != NULL) == tls_policy_offers_post_quantum(&usual));
}
END_TEST

CHECK_MAIN_IN("post_quantum", testpki_begin, testpki_end, test_algorithms, test_chains,
    test_key_exchanges)
