/* SPDX-License-Identifier: MIT */
#include "tls/crl_memory.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509_vfy.h>

/* The last place is for the key that signed. */
enum { KEYS_MAX = CRL_MEMORY_OTHERS_MAX + 1 };

/* Hash of the encoded key, so that keys which the library might treat differently are two. */
struct key_id {
	unsigned char sha256[SHA256_DIGEST_LENGTH];
};

struct tried {
	struct key_id key;
	bool is_signer;
};

struct remembered {
	X509_CRL *list;
	struct crl crl;
	struct tried tried[KEYS_MAX]; /* those before count never change */
	size_t count;
};

struct crl_memory {
	X509_STORE *store; /* its lock guards what was tried */
	size_t count;
	struct remembered known[];
};

static int memory_index = -1;

static void free_memory(struct crl_memory *m)
{
	for (size_t i = 0; m && i < m->count; i++)
		X509_CRL_free(m->known[i].list);
	free(m);
}

/* A CRYPTO_EX_free. */
static void free_with_store(void *store, void *memory, CRYPTO_EX_DATA *data, int index, long argl,
    void *argp)
{
	(void)store;
	(void)data;
	(void)index;
	(void)argl;
	(void)argp;
	free_memory(memory);
}

int crl_memory_attach(X509_STORE *store, const STACK_OF(X509_CRL) * lists)
{
	size_t count = (size_t)sk_X509_CRL_num(lists);
	struct crl_memory *m = calloc(1, sizeof *m + count * sizeof m->known[0]);

	if (memory_index < 0)
		memory_index = X509_STORE_get_ex_new_index(0, NULL, NULL, NULL, free_with_store);
	if (!m)
		return -1;
	m->store = store;
	for (; m->count < count; m->count++) {
		struct remembered *known = &m->known[m->count];

		known->list = sk_X509_CRL_value(lists, (int)m->count);
		X509_CRL_up_ref(known->list);
		crl_get(known->list, &known->crl);
	}
	if (memory_index >= 0 && X509_STORE_set_ex_data(store, memory_index, m) == 1)
		return 0;
	free_memory(m);
	return -1;
}

struct crl_memory *crl_memory_of(const X509_STORE *store)
{
	return memory_index >= 0 ? X509_STORE_get_ex_data(store, memory_index) : NULL;
}

static size_t find(const struct crl_memory *m, const X509_CRL *list)
{
	size_t i = 0;

	while (i < m->count && m->known[i].list != list)
		i++;
	return i;
}

static bool identify(const X509 *ca, struct key_id *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(ca), &der);
	bool done =
	    len > 0 && EVP_Digest(der, (size_t)len, out->sha256, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	return done;
}

static size_t count_tried(struct crl_memory *m, size_t i)
{
	size_t count;

	if (X509_STORE_lock(m->store) != 1)
		return 0;
	count = m->known[i].count;
	X509_STORE_unlock(m->store);
	return count;
}

static void remember(struct crl_memory *m, size_t i, const struct key_id *key, bool is_signer)
{
	struct remembered *known = &m->known[i];

	if (X509_STORE_lock(m->store) != 1)
		return;
	if (known->count < (is_signer ? KEYS_MAX : CRL_MEMORY_OTHERS_MAX))
		known->tried[known->count++] = (struct tried){ *key, is_signer };
	X509_STORE_unlock(m->store);
}

/* What became of this key; NULL: it was not tried, or is not remembered. */
static const struct tried *recall(struct crl_memory *m, size_t i, const struct key_id *key)
{
	size_t count = count_tried(m, i);

	for (size_t k = 0; k < count; k++) {
		if (memcmp(&m->known[i].tried[k].key, key, sizeof *key) == 0)
			return &m->known[i].tried[k];
	}
	return NULL;
}

static bool is_signed(struct crl_memory *m, X509_CRL *list, X509 *issuer, bool is_proven)
{
	size_t i = m ? find(m, list) : 0;
	const struct tried *tried = NULL;
	struct key_id key;
	bool is_known;
	int result;

	/* OpenSSL 4.0 also finds lists of other names. */
	if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(issuer)) != 0)
		return false;
	is_known = m && i < m->count && identify(issuer, &key);
	if (is_known)
		tried = recall(m, i, &key);
	if (tried)
		return tried->is_signer;
	result = crl_verify(list, issuer);
	if (!is_known || !is_proven)
		return result == 1;
	/* A single allocation that failed must not keep out the clients of a CA for good. */
	if (result == 0 && count_tried(m, i) < CRL_MEMORY_OTHERS_MAX)
		result = crl_verify(list, issuer);
	if (result >= 0)
		remember(m, i, &key, result == 1);
	return result == 1;
}

void crl_memory_get(const struct crl_memory *m, X509_CRL *list, struct crl *out)
{
	size_t i = m ? find(m, list) : 0;

	if (m && i < m->count)
		*out = m->known[i].crl;
	else
		crl_get(list, out);
}

void crl_memory_judge(struct crl_memory *m, X509_CRL *list, X509 *issuer, bool is_proven,
    struct crl *out)
{
	crl_memory_get(m, list, out);
	crl_judge_signature(out, list, issuer, is_signed(m, list, issuer, is_proven));
}

bool crl_memory_has_key(struct crl_memory *m, const X509 *ca)
{
	struct key_id key;

	if (!m || !identify(ca, &key))
		return false;
	for (size_t i = 0; i < m->count; i++) {
		if (X509_NAME_cmp(X509_CRL_get_issuer(m->known[i].list),
			X509_get_subject_name(ca)) == 0 &&
		    recall(m, i, &key))
			return true;
	}
	return false;
}
